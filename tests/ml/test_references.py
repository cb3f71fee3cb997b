from __future__ import annotations

import gzip
import json

import pytest
from pymatgen.core import Composition

from nanoos_lab.errors import OutOfDomainError
from nanoos_lab.ml.references import elemental_references, formation_energy
from nanoos_lab.potentials import chgnet


def test_there_is_one_reference_for_each_element_that_chgnet_knows():
    assert set(elemental_references()) == chgnet.known_elements()


def test_the_base_is_the_materials_projects(shared_data):
    path = shared_data / "mp_elemental_reference/data/mp/2023-02-07-mp-elemental-reference-entries.json.gz"
    entries = json.loads(gzip.decompress(path.read_bytes()))
    for symbol, reference in elemental_references().items():
        entry = entries[symbol]
        energy = (entry["energy"] + entry["correction"]) / sum(entry["composition"].values())
        assert reference.mp_energy == pytest.approx(energy, abs=1e-5)
        assert reference.entry == entry["entry_id"]


def test_shifts_are_small_where_they_rest_on_many_rows():
    for symbol, reference in elemental_references().items():
        if reference.rows >= 100:
            assert abs(reference.shift) < 0.1, symbol


def test_a_compound_at_its_references_has_no_formation_energy():
    table = elemental_references()
    energy = (2 * table["Al"].energy + 3 * table["O"].energy) / 5
    assert formation_energy(energy, Composition("Al2O3")) == pytest.approx(0.0, abs=1e-12)
    assert formation_energy(energy - 3.0, Composition({"Al3+": 2, "O2-": 3})) == pytest.approx(-3.0)


def test_an_element_without_reference_is_refused():
    with pytest.raises(OutOfDomainError, match="Po"):
        formation_energy(-3.0, Composition("PoO2"))
