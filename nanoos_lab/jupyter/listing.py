"""What a lab holds, as the sidebar shows it. No tornado here."""

from __future__ import annotations

import shlex
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from nanoos_lab.jupyter.drawing import draw
from nanoos_lab.jupyter.refusing import RefusedError
from nanoos_lab.lab import monitoring
from nanoos_lab.store.people import list_projects
from nanoos_lab.verbs import parse_filters
from nanoos_lab.workflows.notebook import REPORT

if TYPE_CHECKING:
    from nanoos_lab.jupyter.questions import StructureDrawing
    from nanoos_lab.lab import Lab

_RUN_FIELDS = ("id", "task", "what", "state", "profile", "created_at", "fraction", "message")
_SIGNS = frozenset("=<>≤≥")


def overview(lab: Lab, search: str, limit: int) -> dict[str, Any]:
    """Return projects, structures and runs of an open lab.

    Args:
        lab: The lab.
        search: Filters such as ``elements=Li band_gap>1``; words without a sign are looked for in all texts.
        limit: At most so many structures, and so many runs.

    Raises:
        InvalidInputError: A filter cannot be understood.
    """
    lab.step()
    found = lab.find(**_filters(search), order="-created", limit=limit + 1)
    snapshot = monitoring.take_snapshot(lab, {}, limit=limit)
    me = lab.store.scope.author
    return {
        "name": lab.store.info.name,
        "place": lab.address,
        "project": lab.project,
        "projects": [
            one.name if one.owner in {"", me} else f"{one.owner}/{one.name}" for one in list_projects(lab.store)
        ],
        "structures": [
            {
                "id": one.id, "name": one.name, "formula": one.formula, "space_group": one.space_group,
                "sites": one.row.n_sites, "tags": list(one.tags), "derived": one.row.run_id is not None,
            }
            for one in found[:limit]
        ],
        "more": len(found) > limit,
        "runs": [{name: row[name] for name in _RUN_FIELDS} for row in snapshot["rows"]],
        "counts": snapshot["counts"],
        "unfinished": snapshot["unfinished"],
    }  # fmt: skip


def _filters(search: str) -> dict[str, Any]:
    """Return filters by name; bare words are looked for in names, notes, formulas and tags."""
    try:
        words = shlex.split(search)
    except ValueError:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "the search has a quote without its end", "Close it."
        ) from None
    text = [f'"{word}"' if " " in word else word for word in words if not _SIGNS & set(word)]
    filters = parse_filters([word for word in words if _SIGNS & set(word)])
    return {"derived": None if words else False, **({"text": " ".join(text)} if text else {}), **filters}


def structure_drawing(lab: Lab, question: StructureDrawing) -> dict[str, Any]:
    """Return the drawing of a structure of a lab, with its facts.

    Args:
        lab: The lab.
        question: Which, and how.
    """
    record = lab.structure(question.id)
    scene = draw(record.structure, question, title=record.name)
    return {
        "scene": scene | {"facts": [list(pair) for pair in record.facts()]},
        "id": record.id,
        "name": record.name,
    }


def run_state(lab: Lab, run_id: str) -> dict[str, Any]:
    """Return how a run stands, in the form of a monitor, with the end of its log.

    Args:
        lab: The lab.
        run_id: Its id or a unique prefix.
    """
    from nanoos_lab.widgets.live import payload  # noqa: PLC0415 - widgets may come and go

    lab.step()
    full = _run(lab, run_id)
    snapshot = monitoring.take_snapshot(lab, {"run": full})
    row = snapshot["rows"][0]
    return {
        "id": full,
        "task": row["task"],
        "what": row["what"],
        "state": row["state"],
        "fraction": row["fraction"],
        "message": row["message"],
        "unfinished": bool(snapshot["unfinished"]),
        "monitor": payload(snapshot) | {"detail": monitoring.look_closer(lab, full)},
        "report": row["state"] == "COMPLETED" and REPORT in lab.artifacts_of(full),
    }


def act(lab: Lab, verb: str, run_id: str) -> dict[str, Any]:
    """Cancel or retry a run.

    Args:
        lab: The lab.
        verb: ``cancel`` or ``retry``.
        run_id: Its id or a unique prefix.

    Raises:
        RefusedError: To retry it this process would have to do its work itself.
    """
    full = _run(lab, run_id)
    profile = lab.run_rows([full])[0].profile
    if verb == "retry" and inline(lab, profile):
        raise RefusedError(
            HTTPStatus.CONFLICT,
            f"run {full} works where it is asked for (profile {profile!r}), which is not Jupyter's server",
            f"Retry it in a notebook: lab.retry({full!r}).",
        )
    return {"said": monitoring.act(lab, verb, [full])}


def report_of(lab: Lab, run_id: str) -> str:
    """Return the HTML page that a run of a template left.

    Args:
        lab: The lab.
        run_id: Its id or a unique prefix.

    Raises:
        RefusedError: It left none.
    """
    found = lab.artifacts_of(_run(lab, run_id))
    if REPORT not in found:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"run {run_id} left no report", "Look at its log.")
    return found[REPORT].read_text(encoding="utf-8")


def inline(lab: Lab, profile: str) -> bool:
    """Return whether a profile works inside the process that asks.

    Args:
        lab: The lab.
        profile: Its name.
    """
    return lab.settings.profile(profile).executor == "here"


def _run(lab: Lab, run_id: str) -> str:
    found = lab.get(run_id)
    if type(found).__name__ != "Run":
        raise RefusedError(HTTPStatus.NOT_FOUND, f"{run_id!r} is no run", "Look at the list again.")
    return str(found.id)
