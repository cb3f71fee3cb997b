"""Runs and cluster: what goes on, what it took and for whom, what waits, and what each place to run is like."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import ipywidgets

from nanoos_lab.dashboards.frame import Dashboard, message, page_of, row, section
from nanoos_lab.display import html, numbers
from nanoos_lab.lab.monitoring import watch_runs

if TYPE_CHECKING:
    from nanoos_lab.lab import Lab
    from nanoos_lab.lab.runs import Run

_HEADERS = ("profile", "executor", "a run gets", "unfinished", "last probe", "found there")
_SPANS = {"all time": None, "30 days": 30, "7 days": 7, "24 hours": 1}
_WAITING = ("PENDING", "SUBMITTING", "QUEUED")


def make(**options: Any) -> Dashboard:
    """Return the dashboard.

    Args:
        options: As for :class:`Dashboard`.
    """
    about = "What goes on in this project, what it took, what waits, and what the places to run are like."
    return Dashboard("Runs and cluster", about, lambda lab: Cluster(lab).page, **options)


class Cluster:
    """The page for an open lab.

    Args:
        lab: The lab.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.monitor = watch_runs(lab, {})
        self.tiles, self.usage, self.profiles = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.by = ipywidgets.Dropdown(description="Summed by", options=["person", "task", "profile"])
        self.since = ipywidgets.Dropdown(description="Since", options=list(_SPANS))
        self.by.observe(lambda _: self.show_usage(), "value")
        self.since.observe(lambda _: self.show_usage(), "value")
        self.monitor.observe(lambda change: self._follow(change.new, change.old), "data")
        form = row(self.by, self.since, name="form")
        self.page = ipywidgets.VBox(
            [
                self.tiles,
                section("Runs", self.monitor),
                row(
                    section("Usage", form, self.usage, grow="1 1 420px"),
                    section("Places to run", self.profiles, grow="1 1 520px"),
                ),
            ]
        )
        self.refresh()

    def _follow(self, new: dict[str, Any], old: dict[str, Any]) -> None:
        if new.get("counts") != old.get("counts"):
            self.refresh()

    def refresh(self) -> None:
        """Show the sums and the places as they are now."""
        self.show_tiles()
        self.show_usage()
        self.profiles.value = self._profiles()

    def show_tiles(self) -> None:
        """Show how many runs go on, wait and failed, and what all took."""
        counts = self.monitor.data["counts"]
        hours = self.lab.usage("task").entries
        shown = [
            (str(counts.get("RUNNING", 0)), "running"),
            (str(sum(counts.get(state, 0) for state in _WAITING)), "waiting"),
            (str(counts.get("COMPLETED", 0)), "completed"),
            (str(counts.get("FAILED", 0) + counts.get("LOST", 0)), "failed or lost"),
            (_hours(sum(entry.cpu_hours for entry in hours)), "CPU-hours"),
            (_hours(sum(entry.gpu_hours for entry in hours)), "GPU-hours"),
        ]
        tiles = html.Markup().join(
            html.Markup('<div class="tile"><b>{}</b><span>{}</span></div>').format(*pair) for pair in shown
        )
        self.tiles.value = str(html.Markup('<div class="tiles">{}</div>').format(tiles))

    def show_usage(self) -> None:
        """Show what runs took, by what the form says."""
        days = _SPANS[self.since.value]
        table = self.lab.usage(self.by.value, since=None if days is None else time.time() - 86400 * days)
        none = "No run has begun in this time." if self.lab.runs(limit=1) else "No run has begun yet."
        self.usage.value = page_of(table) if table.entries else message(none, "idle")

    def _profiles(self) -> str:
        probes: dict[str, Run] = {}
        for run in self.lab.runs(task="probe", limit=200):
            probes.setdefault(run.last_row.profile, run)
        waiting: dict[str, int] = {}
        for line in self.monitor.data["rows"]:
            if line["finished_at"] is None:
                waiting[line["profile"]] = waiting.get(line["profile"], 0) + 1
        rows = []
        for name, profile in sorted(self.lab.settings.profiles.items()):
            asked = profile.resources
            gets = f"{asked.cpus} CPU" + (f", {asked.gpus} GPU" if asked.gpus else "")
            gets += f", {asked.memory_gb:g} GB" if asked.memory_gb else ""
            rows.append((name, profile.executor, gets, str(waiting.get(name, 0)), *_probe(probes.get(name))))
        hint = html.note("nanoos doctor --profile NAME sends a probe to where a profile runs.", tone="idle")
        return html.block(html.table(_HEADERS, rows, numeric=("unfinished",)), hint)


def _hours(hours: float) -> str:
    return "< 0.01" if 0 < hours < 0.01 else numbers.number(hours, digits=3)  # noqa: PLR2004 - half a minute


def _probe(run: Run | None) -> tuple[str, str]:
    if run is None:
        return html.badge("never"), "–"
    when = html.Markup("{} {}").format(html.badge(run.last_row.state), numbers.age(run.last_row.created_at))
    found = run.last_row.summary or {}
    if not found:
        return when, str((run.last_row.error or {}).get("message", "–"))[:100]
    gpus = f", {len(found['gpus'])} GPU" if found.get("gpus") else ""
    return when, f"{found['host']}: Python {found['python']}, {found['cpus']} CPU{gpus}"
