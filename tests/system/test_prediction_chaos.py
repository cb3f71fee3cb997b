"""A prediction of ten thousand files, killed at random and asked for again, until every row is there exactly once.

The seed is printed; ``NANOOS_CHAOS_SEED`` repeats a run's choices. ``NANOOS_CHAOS_ROWS`` and ``NANOOS_CHAOS_KILLS`` set
how many structures there are and how often the command is killed.
"""

from __future__ import annotations

import csv
import itertools
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sqlalchemy import func, select

from nanoos_lab.lab.predicting.serving import PIECE
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.store.database import Store
from nanoos_lab.store.schema import AttemptRow, PropertyValueRow, RunInputRow, RunRow, RunState, StructureRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(1_200)]

SAMPLES = (
    "MgO", "CsCl", "GaAs", "CaF2", "NiAs", "SrTiO3", "ZrNiSn", "TiS2-1T", "MgB2", "Cu3Au", "ZnO", "TiO2-rutile",
)  # fmt: skip
POOL = re.findall("[A-Z][a-z]?", "LiNaKMgCaSrAlGaInTiZrMnFeCoNiCuZnCdSnOSSeTeFClBrNPAs")
STRAINS = [1.0 + 0.015 * k for k in range(10)]
"""Far enough from each other that none is taken for another's crystal."""
PROPERTIES = ("formation_energy", "band_gap")
ROWS, ROWS_ON_SERVER = 10_000, 2_000
KILLS, KILLS_ON_SERVER = 5, 3
ROUNDING = 1e-4
"""What single precision may change, in eV and eV/atom."""
PATIENCE_S = 600.0


def crystals(count: int, folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield files, each another crystal: a sample with other elements in its places, and then strained."""
    from ase.data import atomic_numbers, covalent_radii

    from nanoos_lab.structures import read_structure

    samples = [read_structure(samples_folder() / f"{name}.cif").structure for name in SAMPLES]
    cells = [sample.get_primitive_structure() for sample in samples]
    choices = [list(itertools.combinations(sorted(POOL), len(cell.composition.elements))) for cell in cells]
    for one in choices:
        random.Random(0).shuffle(one)
    made = 0
    for step, (cell, mine) in itertools.product(range(10_000), zip(cells, choices, strict=True)):
        if step >= len(mine):
            continue
        swaps = dict(zip(sorted(e.symbol for e in cell.composition.elements), mine[step], strict=True))
        radius = [covalent_radii[atomic_numbers[s]] for pair in swaps.items() for s in pair]
        scale = sum(radius[1::2]) / sum(radius[::2])
        text = _poscar(cell, swaps, scale)
        for strain in STRAINS:
            if made == count:
                return
            yield folder / f"c{made:05}.vasp", text.format(strain)
            made += 1


def _poscar(cell: Any, swaps: dict[str, str], scale: float) -> str:
    """Return a file of VASP with the place of its scale left open."""
    sites = sorted(cell, key=lambda site: site.specie.symbol)
    counts = Counter(swaps[site.specie.symbol] for site in sites)
    rows = [*(cell.lattice.matrix * scale), *(site.frac_coords for site in sites)]
    lines = [" ".join(f"{x:.10f}" for x in row) for row in rows]
    head = [
        " ".join(counts),
        "{:.4f}",
        *lines[:3],
        " ".join(counts),
        " ".join(map(str, counts.values())),
        "Direct",
    ]
    return "\n".join([*head, *lines[3:]]) + "\n"


@dataclass
class Batch:
    """What is asked for, and where."""

    given: Path
    place: str
    out: Path
    log: Path

    def begin(self) -> subprocess.Popen[bytes]:
        """Ask for all of it, in a process of its own."""
        words = [
            sys.executable, "-m", "nanoos_lab", "predict", str(self.given), "--predictor", "nanoos-gnn", "-p",
            ",".join(PROPERTIES), "--to", str(self.out),
        ]  # fmt: skip
        with self.log.open("ab") as log:
            env = {**os.environ, "NANOOS_LAB": self.place, "NANOOS_ONNX_THREADS": "2"}
            return subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, env=env)


def completed(store: Store) -> int:
    """Return how many pieces are answered."""
    with store.read() as session:
        query = select(func.count()).where(RunRow.task == "predict", RunRow.state == RunState.COMPLETED)
        return session.scalar(query) or 0


def play(batch: Batch, store: Store, rng: random.Random, kills: int, pieces: int) -> list[int]:
    """Kill the command at random moments, and return how many pieces were answered at each."""
    killed = []
    for target in [0, *sorted(rng.choices(range(max(pieces - 1, 1)), k=kills - 1))]:
        process = batch.begin()
        end = time.monotonic() + PATIENCE_S
        while completed(store) < target and process.poll() is None:
            assert time.monotonic() < end, batch.log.read_text()[-3000:]
            time.sleep(0.02)
        try:
            process.wait(rng.uniform(0.0, 3.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed.append(completed(store))
        assert process.wait() in {0, -signal.SIGKILL}, batch.log.read_text()[-3000:]
        if process.returncode == 0:
            break
        assert not batch.out.exists(), "it has its name before it is whole"
    return killed


def rows_of(out: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of predictions."""
    if out.suffix == ".csv":
        with out.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    from pyarrow import parquet

    return parquet.read_table(out).to_pylist()


def wrong_in_file(rows: list[dict[str, Any]], truth: list[dict[str, float]]) -> list[str]:
    """Return what is not as an undisturbed prediction has it."""
    wrong = [f"line {n}: {r['problem']}" for n, r in enumerate(rows, 1) if r["problem"]]
    numbers = Counter(int(row["row"]) for row in rows)
    wrong += [f"row {n} stands there {numbers[n]} times" for n in range(1, len(truth) + 1) if numbers[n] != 1]
    several = Counter(row["structure"] for row in rows)
    wrong += [f"structure {one} has {n} lines" for one, n in several.items() if n != 1]
    for row in rows:
        for name, value in truth[int(row["row"]) - 1].items():
            if not abs(float(row[name]) - value) <= ROUNDING:
                wrong.append(f"row {row['row']}: {name} is {row[name]}, undisturbed {value}")
    return wrong


def wrong_in_store(store: Store, rows: list[dict[str, Any]]) -> list[str]:
    """Return what the lab has too little or too much of."""
    with store.read() as session:
        states = Counter(session.scalars(select(RunRow.state).where(RunRow.task == "predict")))
        asked = Counter(session.scalars(select(RunInputRow.structure_id)))
        structures = set(session.scalars(select(StructureRow.id)))
        found = session.execute(
            select(PropertyValueRow.structure_id, PropertyValueRow.property, PropertyValueRow.value).where(
                PropertyValueRow.origin == "predicted"
            )
        ).all()
    counted = Counter((one, name) for one, name, _ in found)
    stored = {(one, name): value for one, name, value in found}
    wrong = [f"{n} runs are {state}" for state, n in states.items() if state != RunState.COMPLETED]
    wrong += [f"structure {one} was asked in {n} runs" for one, n in asked.items() if n != 1]
    wrong += [f"{one} has {n} values" for one, n in counted.items() if n != 1]
    wrong += [
        f"structure {one} is in the lab and in no line" for one in structures - {r["structure"] for r in rows}
    ]
    for row in rows:
        for name in PROPERTIES:
            value = stored.get((row["structure"], name))
            if value is None or float(row[name]) != value:
                wrong.append(f"row {row['row']}: {name} is {row[name]} in the file and {value} in the lab")
    return wrong


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files, each with another crystal."""
    made = tmp_path_factory.mktemp("candidates")
    for path, text in crystals(int(os.environ.get("NANOOS_CHAOS_ROWS", ROWS)), made):
        path.write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def truth(folder: Path) -> list[dict[str, float]]:
    """Return what the model says of each file where nothing disturbs it."""
    from nanoos_lab.ml import get_predictor
    from nanoos_lab.structures import read_structure

    structures = [read_structure(path).structure for path in sorted(folder.iterdir())]
    model = get_predictor("nanoos-gnn")
    pieces = [structures[k : k + PIECE] for k in range(0, len(structures), PIECE)]
    answers = [one for piece in pieces for one in model.predict(piece, PROPERTIES)]
    return [{estimate.property: estimate.value for estimate in one} for one in answers]


@pytest.fixture(params=["sqlite", "postgresql"])
def batch(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Batch:
    """Return what is asked for: a folder, into Parquet; on a server fewer, in a table of texts, into CSV."""
    files = sorted(folder.iterdir())
    if request.param == "sqlite":
        return Batch(folder, str(tmp_path / "lab"), tmp_path / "out.parquet", tmp_path / "log.txt")
    table = tmp_path / "candidates.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "structure"])
        writer.writerows((n, path.read_text()) for n, path in enumerate(files[:ROWS_ON_SERVER]))
    address = str(request.getfixturevalue("server_lab").person("ada"))
    return Batch(table, address, tmp_path / "out.csv", tmp_path / "log.txt")


def test_a_batch_killed_again_and_again_has_every_row_once(
    batch: Batch, truth: list[dict[str, float]], tally: Callable[[str], None]
) -> None:
    seed = int(os.environ.get("NANOOS_CHAOS_SEED", random.SystemRandom().randrange(10**9)))
    print(f"\nchaos: seed {seed}")
    served = "://" in batch.place
    expected = truth[:ROWS_ON_SERVER] if served else truth
    kills = int(os.environ.get("NANOOS_CHAOS_KILLS", KILLS_ON_SERVER if served else KILLS))
    began = time.monotonic()
    store = Store.open(batch.place)
    killed = play(batch, store, random.Random(seed), kills, math.ceil(len(expected) / PIECE))
    last = batch.begin()
    assert last.wait(PATIENCE_S) == 0, batch.log.read_text()[-3000:]

    rows = rows_of(batch.out)
    wrong = wrong_in_file(rows, expected) + wrong_in_store(store, rows)
    with store.read() as session:
        attempts = session.scalar(select(func.count()).select_from(AttemptRow))
        runs = session.scalar(select(func.count()).select_from(RunRow))
    store.close()
    spread = np.ptp([row[PROPERTIES[0]] for row in expected])
    tally(
        f"prediction killed on {store.backend.dialect}, seed {seed}: {len(expected):,} structures, {len(killed)} kills "
        f"(after {', '.join(map(str, killed))} of {runs} pieces) in {time.monotonic() - began:.0f} s; {attempts} "
        f"attempts; {len(rows):,} rows in {batch.out.name}, {len(wrong)} lost, doubled or other than undisturbed"
    )
    assert len(rows) == len(expected)
    assert wrong[:20] == []
    assert len(killed) >= min(kills, 2)
    assert not list(batch.out.parent.glob("*.part"))
    assert spread > 1.0
