"""What predictions at scale cost: from CIF files on disk to values in the store, against a loop over matgl's models.

python -m pytest tests/benchmarks/test_serving.py -m benchmark -s

The files are written from a public database (``NANOOS_TEST_DATA``). Ours: five members, two properties, each with an
interval, stored and written to a file. The peer: matgl's own ``predict_structure`` on one file after the other, read
by pymatgen's parser as matgl's documentation does, as many times as there are members, nothing stored.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.structures import write_structure

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3_600)]
COUNT = int(os.environ.get("NANOOS_BENCHMARK_ROWS", "10000"))
PEER_COUNT = 100
"""Files of the loop, which is timed once before ours and once after, as a machine's speed drifts."""

CALL = """
import json, resource, sys, threading, time
import psutil
import nanoos_lab as nl
lab = nl.open(sys.argv[1])
def cpu():  # with that of helpers
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
helpers = [0]
def watch():
    while True:
        try:
            helpers.append(sum(child.memory_info().rss for child in psutil.Process().children()))
        except psutil.Error:
            pass
        time.sleep(0.5)
threading.Thread(target=watch, daemon=True).start()
began, before = time.perf_counter(), cpu()
wanted = ["formation_energy", "band_gap"]
answer = lab.predict(sys.argv[2], wanted, predictor="nanoos-gnn", progress=False, to=sys.argv[3])
print(json.dumps({
    "wall": time.perf_counter() - began, "cpu": cpu() - before, "rows": len(answer.rows),
    "asked": answer.told.asked, "problems": len(answer.problems),
    "peak": next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024,
    "helpers": max(helpers) / 2**20,
}))
lab.close()
"""


@pytest.fixture
def files(shared_data: Path, tmp_path: Path) -> Path:
    from pyarrow import parquet
    from pymatgen.core import Lattice, Structure

    folder = tmp_path / "cifs"
    folder.mkdir()
    table = parquet.read_table(shared_data / "structures" / "mp20_subset.parquet").slice(0, COUNT)
    for row in table.to_pylist():
        coords = [row["frac_coords"][k : k + 3] for k in range(0, len(row["frac_coords"]), 3)]
        structure = Structure(Lattice.from_parameters(*row["lattice"]), row["numbers"], coords)
        (folder / f"{row['material_id']}.cif").write_text(write_structure(structure), encoding="utf-8")
    return folder


def _serve(lab: Path, files: Path, out: Path) -> dict[str, float]:
    words = [sys.executable, "-c", CALL, str(lab), str(files), str(out)]
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    return json.loads(done.stdout.splitlines()[-1])


def _loop(files: list[Path], models: Path, members: int) -> tuple[float, float]:
    """Return the seconds of a loop over matgl, by the clock and of the processor."""
    import torch
    from pymatgen.core import Structure

    torch.set_num_threads(2)
    model = _matgl_model(models)
    began, cpu = time.perf_counter(), time.process_time()
    for path in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            structure = Structure.from_file(path)
        for _ in range(2 * members):  # a model of matgl states one property
            model.predict_structure(structure)
    return time.perf_counter() - began, time.process_time() - cpu


def _matgl_model(models: Path):
    import matgl
    import torch
    from matgl.data.transformer import Normalizer

    torch.serialization.add_safe_globals([Normalizer])
    return matgl.load_model(models / "pretrained_models" / "MEGNet-MP-2018.6.1-Eform")


def test_ten_thousand_files_to_stored_values(files: Path, tmp_path: Path, shared_data: Path) -> None:
    from nanoos_lab.ml.gnn.bundle import load_bundle

    members = load_bundle("fast").members
    some = sorted(files.glob("*.cif"))[:: max(COUNT // PEER_COUNT, 1)][:PEER_COUNT]
    before = _loop(some, shared_data / "matgl_pretrained", members)
    ours = _serve(tmp_path / "lab", files, tmp_path / "out.parquet")
    after = _loop(some, shared_data / "matgl_pretrained", members)
    again = _serve(tmp_path / "lab", files, tmp_path / "again.csv")
    wall, cpu = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    rate, peer = ours["rows"] / ours["wall"], len(some) / wall
    print(
        f"\n{COUNT:,} files, 2 properties, {members} members: {ours['wall']:.1f} s, {ours['cpu']:.1f} s of processor, "
        f"{rate:,.0f}/s, peak {ours['peak']:.0f} MB and {ours['helpers']:.0f} MB in its helpers, "
        f"{ours['problems']:.0f} not predicted"
        f"\nthe same call again: {again['wall']:.1f} s, {again['cpu']:.1f} s of processor, {again['asked']:.0f} asked"
        f"\nmatgl's predict_structure in a loop: {peer:,.1f}/s ({len(some) / before[0]:,.1f} before, "
        f"{len(some) / after[0]:,.1f} after); ours is {rate / peer:.1f} times as fast by the clock, "
        f"{(ours['rows'] / ours['cpu']) / (len(some) / cpu):.1f} times by processor time"
        f" (load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores)"
    )
    assert ours["rows"] == COUNT
    assert again["asked"] == 0


def test_memory_does_not_grow_with_the_number_of_files(files: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted(files.glob("*.cif"))[: COUNT // 5]:
        path.rename(few / path.name)
    small = _serve(tmp_path / "a", few, tmp_path / "a.csv")
    large = _serve(tmp_path / "b", files, tmp_path / "b.csv")
    print(
        f"\npeak memory: {small['rows']:,.0f} files {small['peak']:.0f} MB, {large['rows']:,.0f} files "
        f"{large['peak']:.0f} MB; helpers {small['helpers']:.0f} MB, {large['helpers']:.0f} MB "
        f"(this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB)"
    )
    assert large["rows"] == 4 * small["rows"]
