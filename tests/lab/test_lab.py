"""The session of the README, in small and with the toy calculator, and what goes wrong in it."""

from __future__ import annotations

import json
import re

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab.errors import (
    AmbiguousIdError,
    InvalidInputError,
    RunFailedError,
    UnknownNameError,
)
from nanoos_lab.tasks import TASKS, Context, Outcome, Params, task


class NoParams(Params):
    """Nothing."""


@task("explode", version="1")
def explode(inputs, params: NoParams, context: Context) -> Outcome:
    """Fail."""
    raise ValueError("the <b>sky</b> fell")


@pytest.fixture(autouse=True)
def _tasks():
    TASKS.register("explode", explode, replace=True)


def test_a_lab_is_a_folder_that_can_be_moved(tmp_path, sto, lab):
    run = lab.run("static", sto, calculator="toy")
    lab.close()
    moved = tmp_path / "elsewhere"
    lab.root.rename(moved)
    with nl.open(moved) as again:
        assert again.structure(sto.id).structure == sto.structure
        assert again.get(run.id).state == "COMPLETED"


def test_the_same_crystal_is_kept_once_in_any_setting(lab, sto):
    supercell = sto.structure.copy()
    supercell.make_supercell([[1, 1, 0], [0, 1, 1], [1, 0, 2]])
    supercell.translate_sites(range(len(supercell)), [0.13, 0.2, 0.7])
    again = lab.add(supercell, tags=["again"])
    assert again.id == sto.id
    assert set(again.tags) == {"perovskite", "again"}
    assert len(lab.structures()) == 1


def test_another_setting_is_kept_when_asked_for(lab, sto):
    supercell = sto.structure.copy()
    supercell.make_supercell(2)
    kept = lab.add(supercell, distinct=True, name="supercell")
    assert kept.id != sto.id
    assert kept.row.material_id == sto.row.material_id
    assert kept.row.n_sites == 40


def test_a_relaxed_structure_is_derived_from_the_first(lab, sto):
    relaxed = lab.run("relax", sto, calculator="toy")
    assert relaxed.structure.parent.id == sto.id
    assert relaxed.structure.row.run_id == relaxed.id
    assert [s.id for s in sto.children] == [relaxed.structure.id]
    assert sto.id in [s.id for s in lab.structures()]
    assert relaxed.structure.id not in [s.id for s in lab.structures()]
    assert relaxed.structure.id in [s.id for s in lab.find()]


def test_an_identical_run_is_reused_and_force_runs_again(lab, sto):
    first = lab.run("static", sto, calculator="toy")
    assert lab.run("static", sto, calculator="toy").id == first.id
    assert lab.run("static", sto, calculator="toy", force=True).id != first.id


def test_map_keeps_going_and_names_what_failed(lab, sto):
    crystals = [sto, lab.add("MgO.cif"), lab.add("CsCl.cif")]
    batch = lab.map("static", crystals, calculator="toy")
    frame = batch.frame()
    assert list(frame["structure"]) == [s.id for s in crystals]
    assert set(frame["state"]) == {"COMPLETED"}
    assert frame.attrs["units"]["energy"] == "eV/atom"
    assert frame["energy"].notna().all()

    failed = lab.map("explode", crystals[:2])
    assert len(failed.failed) == 2
    assert list(failed.frame()["problem"]) == ["the <b>sky</b> fell"] * 2


def test_a_failed_run_says_why_and_can_be_tried_again(lab, sto):
    with pytest.raises(RunFailedError, match="the <b>sky</b> fell") as caught:
        lab.run("explode", sto)
    run = lab.get(caught.value.run_id)
    assert run.error["type"] == "ValueError"
    assert "explode" in run.error["traceback"]
    page = run._repr_mimebundle_()["text/html"]
    assert "<b>sky</b>" not in page
    with pytest.raises(RunFailedError):
        lab.retry(run.id).wait()
    assert lab.get(run.id).row.attempt == 2


def test_synthetic_values_are_said_so_and_left_out_of_comparisons(lab, sto):
    run = lab.run("static", sto, calculator="toy")
    assert all(v.synthetic for v in run.values)
    assert "SYNTHETIC" in repr(run)
    assert not any(v.synthetic for v in lab.compare(sto, "energy").values)
    assert lab.values(sto, "energy").empty
    assert not lab.values(sto, "energy", include_synthetic=True).empty


def test_shipped_measured_values_come_with_the_material(lab, sto):
    comparison = lab.compare(sto, "bulk_modulus")
    assert [v.origin for v in comparison.values] == ["measured"]
    assert comparison.values[0].value == pytest.approx(174, abs=5)
    assert comparison.values[0].source
    assert "measured" in repr(comparison)


def test_an_empty_comparison_says_what_to_do(lab, sto):
    comparison = lab.compare(sto, "magnetization")
    assert "lab.predict" in repr(comparison)
    assert "lab.predict" in comparison._repr_mimebundle_()["text/html"]


def test_measured_values_of_ones_own(lab, sto, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(
        "formula,space_group,property,value,unit,uncertainty,temperature_K,source,note\n"
        "SrTiO3,221,band_gap,3.3,eV,0.1,300,my notebook,\n"
        "SrTiO3,221,band_gap,3.3,GPa,0.1,300,my notebook,\n"
    )
    report = lab.import_measured(table)
    assert report.added == 1
    assert [r.line for r in report.rejected] == [3]
    assert lab.import_measured(table).added == 0
    assert "my notebook" in lab.compare(sto, "band_gap").frame()["source"].to_list()


def test_ids_accept_prefixes_and_names(lab, sto):
    assert lab.structure(sto.id[:6]).id == sto.id
    assert lab.structure("SrTiO3").id == sto.id
    assert lab.get(sto.id[:6]).id == sto.id


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda lab: lab.structure("SrTiO33"), UnknownNameError, "did you mean 'SrTiO3'"),
        (lambda lab: lab.run("relx", "SrTiO3"), UnknownNameError, "did you mean 'relax'"),
        (lambda lab: lab.run("relax", "SrTiO3", calculator="chgnett"), UnknownNameError, "chgnet"),
        (lambda lab: lab.run("relax", "SrTiO3", fmx=0.1), InvalidInputError, "fmx"),
        (lambda lab: lab.run("relax", "SrTiO3", on="cluster"), UnknownNameError, "profile"),
        (lambda lab: lab.find(elments=["Sr"]), UnknownNameError, "elements"),
        (lambda lab: lab.compare("SrTiO3", "bulkmodulus"), UnknownNameError, "bulk_modulus"),
        (lambda lab: lab.add(3.5), InvalidInputError, "float"),
        (lambda lab: lab.report("screning"), UnknownNameError, "screening"),
        (lambda lab: lab.get("zzz"), UnknownNameError, "zzz"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(lab, sto, call, error, words):
    with pytest.raises(error, match=words):
        call(lab)
    assert len(lab.find()) == 1
    assert len(lab.runs()) == 0


def test_an_ambiguous_prefix_lists_what_fits(lab):
    for number in range(20):
        lab.add(Structure(Lattice.cubic(4.0 + 0.1 * number), ["Po"], [[0, 0, 0]]), name=f"Po {number}")
    ids = [s.id for s in lab.structures()]
    shared = next(i[0] for i in ids if sum(j.startswith(i[0]) for j in ids) > 1)
    with pytest.raises(AmbiguousIdError, match=shared):
        lab.structure(shared)


def test_adding_a_folder_reports_the_bad(lab, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    cell = Lattice.cubic(5.64)
    rocksalt = Structure.from_spacegroup("Fm-3m", cell, ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    (folder / "good.cif").write_text(rocksalt.to(fmt="cif"))
    (folder / "bad.cif").write_text("data_bad\n_cell_length_a five\n")
    added = lab.add(folder)
    assert [s.name for s in added] == ["good"]
    assert [name for name, _ in added.problems] == ["bad.cif"]
    assert "bad.cif" in repr(added)
    assert lab.structure("good").row.original_text == (folder / "good.cif").read_text()


def test_files_are_written_and_read_back(sto, tmp_path):
    from nanoos_lab.structures import read_structure, same_crystal

    for name in ("a.cif", "POSCAR", "a.vasp", "a.json", "a.extxyz"):
        path = sto.save(tmp_path / name)
        assert same_crystal(read_structure(path).structure, sto.structure), name


def test_a_trace_leads_back_to_the_file(lab, sto):
    relaxed = lab.run("relax", sto, calculator="toy")
    trace = lab.trace(relaxed.structure)
    assert {n.kind for n in trace.graph.nodes} >= {"structure", "run", "file"}
    assert "SrTiO3.cif" in repr(trace)
    assert trace._repr_mimebundle_()["image/svg+xml"].startswith("<svg")


def test_projects_do_not_see_each_other(lab, sto):
    with nl.open(lab.root, project="other") as other:
        assert len(other.find()) == 0
        with pytest.raises(UnknownNameError):
            other.get(sto.id)


def test_every_record_shows_itself_in_html_and_text(lab, sto):
    run = lab.run("relax", sto, calculator="toy")
    batch = lab.map("static", [sto], calculator="toy")
    shown = [
        lab,
        sto,
        lab.structures(),
        run,
        batch,
        lab.runs(),
        lab.compare(sto, "bulk_modulus"),
        lab.trace(run),
    ]
    for record in shown:
        bundle = record._repr_mimebundle_()
        assert bundle["text/plain"] == repr(record)
        assert "<script" not in bundle["text/html"]
        json.dumps(bundle)


def test_names_and_notes_are_escaped_wherever_they_are_drawn(lab):
    evil = "<img src=x onerror=alert(1)>"
    cell = Structure(Lattice.cubic(3.35), ["Po"], [[0, 0, 0]])
    record = lab.add(cell, name=evil, tags=[evil], notes=evil)
    run = lab.run("static", record, calculator="toy", label=evil)
    shown = [record, lab.structures(), run, lab.runs(), lab, lab.trace(run), lab.compare(record, "energy")]
    for one in shown:
        assert "<img" not in one._repr_mimebundle_()["text/html"], type(one).__name__


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://ada@host/lab", "not on 'mysql'"),
        ("postgresql://ada:secret@host", "names no database"),
        ("postgresql://ada:secret@host:port/lab", "not an address"),
        ("postgresql+psycopg2://ada:secret@host/lab", "not on 'postgresql"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path, monkeypatch, address, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match=re.escape(says)) as caught:
        nl.open(address)
    assert "secret" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_the_main_job_on_a_server(server_lab):
    with nl.open(server_lab.person("ada"), project="titanates") as lab:
        sto = lab.add("SrTiO3.cif", tags=["perovskite"])
        assert lab.add(sto.structure * (1, 1, 2)).id == sto.id
        run = lab.run("eos", sto, calculator="toy")
        assert run.state == "COMPLETED"
        assert lab.run("eos", sto, calculator="toy").id == run.id
        elsewhere = lab.run("static", sto, calculator="toy", on="process")
        assert elsewhere.state == "COMPLETED"
        assert lab.find(tags="perovskite", density=(4, 6))[0].id == sto.id
        assert lab.compare(sto, "bulk_modulus").values[0].origin == "measured"
        assert {"read as cif", "structure"} <= {e.label for e in lab.trace(run).graph.edges}
        assert "p@ss" not in repr(lab) + repr(lab.store) + str(lab._repr_mimebundle_())
    with nl.open(server_lab.person("ada"), project="titanates") as again:
        assert len(again.runs()) == 2


def test_a_large_batch_is_read_in_few_queries(lab, sto, monkeypatch):
    batch = lab.map("static", [sto, lab.add("MgO.cif")], calculator="toy")
    reads = []
    original = lab.store.read
    monkeypatch.setattr(lab.store, "read", lambda: reads.append(1) or original())
    assert len(batch.frame()) == 2
    assert len(reads) <= 3
