"""Write an archive of the newest format into ``frozen_archives``: run once for each released format.

    python tests/store/archive/freeze_archive.py

A frozen archive is never changed afterwards: it shows that what people have kept can still be imported.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import tempfile
from pathlib import Path

import nanoos_lab as nl
from nanoos_lab.store.archive.tables import FORMAT

FROZEN = Path(__file__).parent.parent / "frozen_archives"


def main() -> None:
    """Freeze the newest format, unless it is frozen already."""
    target = FROZEN / f"format-{FORMAT}.nanoos.zip"
    if target.exists():
        sys.exit(
            f"{target} exists: a frozen archive is never written again; remove it only before its release"
        )
    spec = importlib.util.spec_from_file_location("archive_conftest", Path(__file__).parent / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    os.environ["LOGNAME"] = "ada"
    socket.gethostname = lambda: "laptop"
    with tempfile.TemporaryDirectory() as name, nl.open(Path(name) / "frozen") as lab:
        module.fill(lab, Path(name))
        FROZEN.mkdir(exist_ok=True)
        print("wrote", lab.export(target))


if __name__ == "__main__":
    main()
