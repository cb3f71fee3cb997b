"""A lab that one process opens twice keeps its locks while others come and go."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys

import nanoos_lab as nl

OTHER = "import sys, nanoos_lab as nl\nwith nl.open(sys.argv[1]) as lab: lab.add(sys.argv[2])"


def test_another_process_does_not_take_the_log_away(tmp_path):
    place = tmp_path / "lab"
    with nl.open(place) as lab:
        lab.add("Si.cif")
        nl.open(place).close()
        for name in ("MgO.cif", "SrTiO3.cif"):
            subprocess.run([sys.executable, "-c", OTHER, str(place), name], check=True)
        assert (place / "store.sqlite-wal").exists()
        lab.add("TiO2-rutile.cif")
        assert len(lab.structures()) == 4
        with contextlib.closing(sqlite3.connect(place / "store.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
