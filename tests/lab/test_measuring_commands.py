"""The command and the magic record, list and look back with the same verbs."""

from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.magics import run_line


@pytest.fixture
def say(lab, sto):
    return lambda line: run_line(line, {"lab": lab, "sto": sto})


def test_a_value_is_recorded_in_one_line(say, sto):
    value = say('record sto bulk_modulus "171 GPa" --uncertainty 8 --method ultrasonic temperature=300K')
    assert (value.value, value.uncertainty, value.conditions) == (171.0, 8.0, {"temperature_K": 300.0})
    assert value.row.structure_id == sto.id
    assert (
        say('record SrTiO3 bulk_modulus "1710 kbar" -u "8 GPa" --method ultrasonic temperature_K=300').id
        == value.id
    )
    assert say(f"show {value.id}").id == value.id
    with pytest.raises(InvalidInputError, match="kept in GPa"):
        say('record sto bulk_modulus "171 K"')


def test_samples_are_made_shown_and_listed(say, tmp_path):
    scan = tmp_path / "scan.xy"
    scan.write_text("10 1\n20 5\n")
    made = say(f"sample S-1 --of SrTiO3 -f '{scan}' temperature=1300degC time=24h route=sol-gel")
    assert made.synthesis == {"temperature_K": 1573.15, "time_s": 86400.0, "route": "sol-gel"}
    assert say("sample S-1").id == made.id
    assert list(made.files()) == ["scan.xy"]
    assert say("sample S-1a --parent S-1").parent.id == made.id
    assert [one.name for one in say("samples sto")] == ["S-1", "S-1a"]
    pattern = say(f"record S-1 xrd_pattern '{scan}' wavelength=1.5406Å")
    assert pattern.array.tolist() == [[10.0, 1.0], [20.0, 5.0]]
    assert "S-1" in repr(say("history S-1"))
    assert len(say("history --limit 2")) == 2


def test_tables_are_imported(say, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("sample,property,value,unit\nS-1,density,5.1,g/cc\nS-1,density,5.1,K\n")
    report = say(f"import-measured '{table}'")
    assert report.added == 1
    assert str(report).splitlines()[0] == "1 measured value added, 0 already there, 1 line rejected"
