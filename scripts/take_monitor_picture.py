"""Take the README's picture of the run monitor: real relaxations on a real SLURM on this machine alone.

python scripts/take_monitor_picture.py     # writes docs/pictures/monitor.png; needs root and SLURM's packages
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

from loopback_cluster import Cluster
from playwright.sync_api import sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = """<html><body style="font-family:sans-serif;margin:12px"><div id="here"></div><script type="module">
{module}
const said = {state};
const model = {{get: name => said[name], set() {{}}, save_changes() {{}}, on() {{}}, off() {{}}, send() {{}}}};
widget.render({{model, el: document.getElementById('here')}});
</script></body></html>"""


def main() -> None:
    """Take the picture."""
    with tempfile.TemporaryDirectory(prefix="nanoos-") as folder:
        cluster = Cluster(Path(folder) / "cluster")
        cluster.start()
        try:
            os.environ |= cluster.environment
            snapshot = watch(Path(folder) / "lab")
        finally:
            cluster.stop()
    draw(snapshot, REPOSITORY / "docs" / "pictures" / "monitor.png")


def watch(folder: Path) -> dict[str, object]:
    """Return a snapshot of a batch in the middle of its work.

    Args:
        folder: Where to make the lab.
    """
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - after the environment is set
    from nanoos_lab.settings import Profile, Resources, Settings, SlurmSettings  # noqa: PLC0415

    resources = Resources(memory_gb=1.5, walltime_hours=0.2)
    gpu = Profile(
        name="gpu", executor="slurm", max_workers=3, resources=resources,
        slurm=SlurmSettings(partition="main", runs_per_job=1, file_delay_s=2),
    )  # fmt: skip
    with Lab(folder, settings=Settings(profiles={"gpu": gpu})) as lab:
        names = ["MgO", "NaCl", "Si", "SrTiO3", "Al2O3", "TiO2-rutile", "ZnO", "CaF2", "Cu", "LiF"]
        oxides = lab.add([f"{name}.cif" for name in names])
        batch = lab.map("relax", oxides, calculator="chgnet", on="gpu", wait=False, fmax=0.002)
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            monitor = lab.runs(live=True)
            states = monitor.snapshot["counts"]
            shown = [row for row in monitor.snapshot["rows"] if row["fraction"] and row["state"] == "RUNNING"]
            if shown and states.get("COMPLETED", 0) >= 2:  # noqa: PLR2004 - some done, some at work, some waiting
                monitor.selected = shown[0]["id"]
                return {"snapshot": dict(monitor.snapshot), "selected": monitor.selected, "said": ""}
            monitor.close()
            time.sleep(0.2)
        raise SystemExit(f"never saw some done and some at work: {batch}")


def draw(state: dict[str, object], target: Path) -> None:
    """Draw a snapshot as the widget does, and photograph it.

    Args:
        state: The widget's traits.
        target: The picture.
    """
    static = REPOSITORY / "nanoos_lab" / "widgets" / "static" / "run-monitor.js"
    module = static.read_text(encoding="utf-8").rpartition("export{")
    name = module[2].partition(" as default")[0].strip()
    text = PAGE.format(
        module=f"{module[0]}\nconst widget = {name};", state=json.dumps(state).replace("</", "<\\/")
    )
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1130, "height": 560}, device_scale_factor=1.5)
        page.set_content(text)
        page.wait_for_selector("table")
        page.locator("#here").screenshot(path=str(target))
        browser.close()
    print("wrote", target)


if __name__ == "__main__":
    main()
