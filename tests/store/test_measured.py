from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.measured import read_measured
from nanoos_lab.store.tables import import_measured_csv
from nanoos_lab.store.values import find_values

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.store.database import Store

HEADER = "formula,space_group,property,value,unit,uncertainty,temperature_K,source,note\n"
TABLE = HEADER + (
    'TiO2,136,bulk_modulus,211,GPa,7,300,"Manghnani 1969, J. Geophys. Res.",rutile\n'
    "O2Ti,P4_2/mnm,band_gap,3.0,eV,,,Pascual 1978,\n"
    "Sr2Ti2O6,Pm-3m,lattice_a,3.905,Å,0.001,298,Okazaki 1973,\n"
)


def test_a_table_is_imported_once(store: Store) -> None:
    with store.write() as session:
        report = import_measured_csv(session, store.scope, TABLE)
    assert (report.added, report.already_there, report.rejected) == (3, 0, ())
    assert report.new_materials == ("TiO2|136", "SrTiO3|221")
    with store.write() as session:
        again = import_measured_csv(session, store.scope, TABLE)
    assert (again.added, again.already_there, again.new_materials) == (0, 3, ())
    with store.read() as session:
        k = find_values(session, store.scope, property="bulk_modulus")[0]
        assert (k.value, k.unit, k.uncertainty, k.uncertainty_kind) == (211.0, "GPa", 7.0, "standard")
        assert (k.origin, k.structure_id, k.conditions) == ("measured", None, {"temperature_K": 300.0})
        assert k.source == "Manghnani 1969, J. Geophys. Res."
        gap = find_values(session, store.scope, property="band_gap")[0]
        assert (gap.material_id, gap.uncertainty, gap.conditions) == (k.material_id, None, {})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("TiO2,136,bulk_modulus,2110,kbar,,,,", "bulk_modulus is kept in 'GPa', not 'kbar'"),
        ("TiO2,136,bulk_modulus,211,,,,,", "kept in 'GPa', not ''"),
        ("TiO2,136,bulk_moduls,211,GPa,,,,", "did you mean 'bulk_modulus'"),
        ("TiO2,136,bulk_modulus,much,GPa,,,,", "value is not a number: 'much'"),
        ("TiO2,136,bulk_modulus,nan,GPa,,,,", "value is not a number: 'nan'"),
        ("TiO2,136,bulk_modulus,,GPa,,,,", "the value is missing"),
        ("TiO2,136,bulk_modulus,211,GPa,-1,,,", "must be >= 0"),
        ("TiO2,231,bulk_modulus,211,GPa,,,,", "no space group named '231'"),
        ("TiO2,,bulk_modulus,211,GPa,,,,", "no space group named ''"),
        ("Nonsense2,136,bulk_modulus,211,GPa,,,,", "not a chemical formula"),
        (",136,bulk_modulus,211,GPa,,,,", "not a chemical formula"),
        ("TiO2,136,bulk_modulus,211,GPa,,,a,b,c", "more cells than the header"),
    ],
)
def test_a_bad_line_is_named_and_stops_no_other(store: Store, line: str, reason: str) -> None:
    with store.write() as session:
        report = import_measured_csv(session, store.scope, HEADER + line + "\n" + TABLE.removeprefix(HEADER))
    assert report.added == 3
    assert [r.line for r in report.rejected] == [2]
    assert reason in report.rejected[0].reason
    assert f"line 2: {report.rejected[0].reason}" in str(report)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("formula,property\nTiO2,band_gap\n", "header lacks space_group, value, unit"),
        (HEADER.strip() + ",colour\n", "header has unknown colour"),
        ("\n", "header lacks formula"),
    ],
)
def test_a_wrong_header_is_refused_whole(text: str, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        read_measured(text)


def test_tables_come_from_files_with_any_marks(tmp_path: Path) -> None:
    path = tmp_path / "it's a table.csv"
    path.write_bytes(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    assert (
        read_measured(path).estimates
        == read_measured(TABLE).estimates
        == read_measured(TABLE.encode()).estimates
    )
    with pytest.raises(InvalidInputError, match=r"none\.csv cannot be read"):
        read_measured(tmp_path / "none.csv")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_measured(path)
