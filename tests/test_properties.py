"""A statement of a property is complete, in the vocabulary's unit, or refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from nanoos_lab.errors import UnknownNameError
from nanoos_lab.properties import VOCABULARY, ArrayEstimate, Method, Origin, PropertyEstimate, get_property

CHGNET = Method(name="CHGNet", version="0.3.0", recipe="static")


def estimate(**changes):
    return PropertyEstimate(
        **{"property": "energy", "value": -8.0, "origin": Origin.COMPUTED, "method": CHGNET, **changes}
    )


def test_the_unit_is_the_vocabulary_s():
    assert estimate().unit == "eV/atom"
    with pytest.raises(ValidationError, match="convert it first"):
        estimate(unit="kJ/mol")


def test_unknown_properties_get_suggestions():
    with pytest.raises(UnknownNameError, match="bulk_modulus"):
        get_property("bulkmodulus")


@pytest.mark.parametrize(
    "changes",
    [
        {"uncertainty": 0.1},
        {"uncertainty_kind": "standard"},
        {"uncertainty": -1.0, "uncertainty_kind": "standard"},
    ],
)
def test_an_uncertainty_says_what_it_is(changes):
    with pytest.raises(ValidationError):
        estimate(**changes)


def test_estimates_survive_json():
    whole = estimate(uncertainty=0.02, uncertainty_kind="conformal_90", conditions={"temperature_K": 0})
    assert PropertyEstimate.model_validate_json(whole.model_dump_json()) == whole


def test_arrays_survive_json():
    rows = np.array([[0.0, 0.25], [1.5, 1.0 / 3.0]])
    whole = ArrayEstimate(
        property="phonon_density_of_states", array=rows, origin=Origin.COMPUTED, method=CHGNET
    )
    again = ArrayEstimate.model_validate_json(whole.model_dump_json())
    assert again.array.dtype == np.float64
    assert np.array_equal(again.array, rows)
    assert again.unit == whole.unit == "1/(THz atom)"


@pytest.mark.parametrize("rows", [[[0.0, 1.0], [2.0]], [["a", "b"]], [[0.0, 1.0, 2.0]], [], 5.0])
def test_what_is_no_table_with_the_columns_is_refused(rows):
    with pytest.raises(ValidationError):
        ArrayEstimate(property="phonon_density_of_states", array=rows, origin=Origin.COMPUTED, method=CHGNET)


def test_methods_read_in_one_line():
    assert CHGNET.label == "CHGNet 0.3.0 · static"


def test_every_entry_of_the_vocabulary_is_complete():
    for name, entry in VOCABULARY.items():
        assert entry.name == name
        assert entry.label
        assert entry.description.endswith(".")
