"""Energies above hull against pymatgen, against published ones, and against arithmetic."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest
from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram
from pymatgen.core import Composition

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.hull import CompetingSet, Hulls, Phase, read_competing

OXIDES = [Phase("Li2O", -2.06, 0.03, "a", "conformal_90"), Phase("Fe2O3", -1.65, 0.04, "b", "conformal_90")]


def _set(*phases, method="PBE"):
    return CompetingSet.of(phases or OXIDES, source="a table", method=method)


def test_an_unstable_compound_decomposes_in_formula_units():
    found = Hulls(_set(), ends="reference").place(Phase("LiFeO2", -1.70, 0.05, "c", "conformal_90"))
    hull = (3 / 2 * -2.06 + 5 / 2 * -1.65) / 4
    assert found.distance == pytest.approx(-1.70 - hull, abs=1e-9)
    assert found.words == "0.5 Fe2O3 + 0.5 Li2O"
    assert not found.stable
    assert found.below is None
    assert sum(part.fraction for part in found.parts) == pytest.approx(1.0)
    assert found.half_width == pytest.approx(math.sqrt(0.05**2 + (3 / 8 * 0.03) ** 2 + (5 / 8 * 0.04) ** 2))
    assert found.kind == "expanded_90"


def test_a_stable_compound_says_how_far_below_the_others_it_lies():
    phases = [*OXIDES, Phase("LiFeO2", -1.90, 0.05, "c", "conformal_90")]
    found = Hulls(_set(*phases), ends="reference").place(phases[-1], without=["c"])
    assert (found.energy_above_hull, found.stable) == (0.0, True)
    assert found.below == pytest.approx(1.90 + (3 / 2 * -2.06 + 5 / 2 * -1.65) / 4)
    assert found.considered == 5, "two oxides and three reference phases"
    itself = Hulls(_set(*phases), ends="reference").place(phases[-1])
    assert itself.distance == pytest.approx(0.0, abs=1e-12)


def test_a_missing_elemental_end_is_named():
    given = _set(*OXIDES, Phase("Li", 0.0), Phase("O", 0.0))
    with pytest.raises(
        InvalidInputError, match=r"no competing phase of elemental Fe among.*ends='reference'"
    ):
        Hulls(given).place(Phase("LiFeO2", -1.7))
    whole = _set(*OXIDES, Phase("Li", 0.0), Phase("O", 0.0), Phase("Fe", 0.02))
    assert Hulls(whole).place(Phase("LiFeO2", -1.7)).words == "0.5 Fe2O3 + 0.5 Li2O"


def test_other_methods_are_refused_unless_asked_for_and_then_said():
    with pytest.raises(InvalidInputError, match=r"by CHGNet.*are by PBE"):
        Hulls(_set(), ends="reference").place(Phase("LiFeO2", -1.7), method="CHGNet")
    mixed = Hulls(_set(), ends="reference", mixed=True).place(Phase("LiFeO2", -1.7), method="CHGNet")
    assert mixed.notes == ("mixed: the candidate is by CHGNet, the competing phases are by PBE",)


@pytest.mark.parametrize(
    ("mine", "theirs", "half", "said"),
    [
        (("none", None), ("none", None), None, ()),
        (("conformal_90", 0.05), ("none", None), 0.05, ("Fe2O3, Li2O without uncertainty, taken as exact",)),
        (("standard", 0.03), ("standard", 0.0), 0.03, ()),
    ],
)
def test_half_widths_are_propagated_or_not_stated(mine, theirs, half, said):
    phases = [Phase(p.formula, p.formation_energy, theirs[1], p.id, theirs[0]) for p in OXIDES]
    found = Hulls(_set(*phases), ends="reference").place(Phase("LiFeO2", -1.7, mine[1], "c", mine[0]))
    assert (found.half_width, found.notes) == (pytest.approx(half) if half else half, said)


def test_half_widths_of_different_meaning_are_not_mixed():
    found = Hulls(_set(), ends="reference").place(Phase("LiFeO2", -1.7, 0.02, "c", "standard"))
    assert found.half_width is None
    assert "mean different things" in found.notes[0]


def test_the_hash_is_of_the_phases_and_the_method_not_of_their_order():
    assert _set().sha256 == _set(*OXIDES[::-1]).sha256
    assert _set().sha256 != _set(method="SCAN").sha256
    assert _set().sha256 != _set(OXIDES[0], Phase("Fe2O3", -1.651, 0.04, "b", "conformal_90")).sha256
    assert _set().title == f"2 phases of a table, PBE, sha256 {_set().sha256[:12]}"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_energy_that_is_no_number_is_refused(bad):
    with pytest.raises(InvalidInputError, match="give a finite number"):
        Phase("LiFeO2", bad)


@pytest.mark.parametrize("formula", ["", "Xx2", "2"])
def test_what_is_no_formula_is_refused(formula):
    with pytest.raises(InvalidInputError, match="is no formula"):
        _ = Phase(formula, 0.0).amounts


def test_it_agrees_with_pymatgen(shared_data):
    given = read_competing(shared_data / "phase_diagram_entries/entries/Li-Fe-P-O_entries.json")
    entries = [
        PDEntry(Composition(p.amounts), p.formation_energy * p.atoms, attribute=k)
        for k, p in enumerate(given.phases)
    ]
    oracle, ours = PhaseDiagram(entries), Hulls(given)
    for phase, entry in list(zip(given.phases, entries, strict=True))[::9]:
        if len(phase.elements) == 4:
            found = ours.place(phase, without=[phase.id])
            assert found.energy_above_hull == pytest.approx(oracle.get_e_above_hull(entry), abs=1e-8)


def test_published_energies_above_hull_are_met(shared_data):
    """Alexandria's own labels; where free oxygen takes part, its oxygen lies elsewhere than at 0."""
    import gzip

    file = shared_data / "phase_diagram_entries/alexandria_ternaries/Mg-Si-O.json.gz"
    given = read_competing(file)
    labels = [row["e_above_hull"] for row in json.loads(gzip.decompress(file.read_bytes()))]
    ours = Hulls(given, ends="reference")
    seen = 0
    for phase, label in list(zip(given.phases, labels, strict=True))[::10]:
        found = ours.place(phase)
        if all(part.phase.formula != "O2" for part in found.parts):
            seen += 1
            assert found.energy_above_hull == pytest.approx(label, abs=2e-4)
    assert seen > 60


def test_a_subset_of_the_competing_phases_never_lies_above_the_published_hull(shared_data):
    table = pd.read_parquet(shared_data / "structures/mp20_subset.parquet")
    inside = frozenset(
        ["Li", "Na", "Mg", "Al", "Si", "P", "S", "Ca", "Ti", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "O", "F"]
    )
    table = table[[Phase(f, 0.0).elements <= inside for f in table.formula]]
    phases = [
        Phase(f, e, None, i)
        for f, e, i in zip(table.formula, table.formation_energy_per_atom, table.material_id, strict=True)
    ]
    ours = Hulls(CompetingSet.of(phases, source="MP", method="MP"), ends="reference")
    found = [ours.place(p, without=[p.id]).energy_above_hull for p in phases[::10]]
    errors = [value - label for value, label in zip(found, table.e_above_hull[::10], strict=True)]
    assert max(errors) < 1e-3
    assert sum(abs(e) for e in errors) / len(errors) < 0.015
    assert sum(abs(e) < 1e-3 for e in errors) / len(errors) > 0.4
