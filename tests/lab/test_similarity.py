"""Embeddings and similarity as a notebook asks for them, on both databases."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

import nanoos_lab as nl
from nanoos_lab.errors import AccessDeniedError, InvalidInputError, OutOfDomainError, UnknownNameError
from nanoos_lab.lab import similarity
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.ml import PREDICTORS
from nanoos_lab.ml.embedding import embed_structures
from nanoos_lab.store.database import Store
from nanoos_lab.store.embeddings import REFUSED, insert_embeddings
from nanoos_lab.store.events import events_of
from nanoos_lab.store.similar import similar
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.structures import read_structures
from nanoos_lab.testing import CRYSTALS, crystal


class Counts:
    """A stand-in that sees nothing of a crystal but its composition, and knows no gold."""

    name, version = "counts", "1"
    calls: list[int] = []  # noqa: RUF012 - shared on purpose

    def available(self):
        return None

    def identity(self):
        return {"version": self.version}

    def check(self, structure):
        if isinstance(structure, Molecule):
            raise InvalidInputError("counts needs a crystal")
        if "Au" in structure.composition:
            raise OutOfDomainError("counts knows no gold")

    def embed(self, structures):
        self.calls.append(len(structures))
        vectors = np.zeros((len(structures), 100))
        for row, structure in zip(vectors, structures, strict=True):
            for element, amount in structure.composition.fractional_composition.items():
                row[element.Z] = amount
        return vectors


COUNTS = {"model": "counts"}


@pytest.fixture(autouse=True)
def counts():
    PREDICTORS.register("counts", Counts, replace=True)
    Counts.calls.clear()
    yield
    PREDICTORS._loaded.pop("counts")


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def oxides(lab):
    return [lab.add(crystal(f), name=f) for f in ("MgO", "SrTiO3", "TiO2", "Al2O3")]


def names(found):
    return [r.name for r in found]


# Chemistry ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    with nl.open(tmp_path_factory.mktemp("samples") / "lab") as opened:
        opened.add(samples_folder())
        opened.embed()
        yield opened


@pytest.mark.parametrize(
    ("subject", "k", "expected"),
    [
        ("BaTiO3-cubic", 4, {"BaTiO3-tetragonal", "SrTiO3", "CaTiO3", "KTaO3"}),
        ("SrTiO3", 4, {"BaTiO3-cubic", "BaTiO3-tetragonal", "CaTiO3", "KTaO3"}),
        ("NaCl", 5, {"LiF", "CsCl"}),
        ("TiO2-anatase", 1, {"TiO2-rutile"}),
        ("MoS2-2H", 1, {"WSe2-2H"}),
        ("GaAs", 1, {"InP"}),
        ("Cu", 5, {"Cu3Au", "Ag"}),
        ("ZnS-sphalerite", 1, {"ZnS-wurtzite"}),
        ("Mg3Al2Si3O12-pyrope", 5, {"MgAl2O4"}),
    ],
)
def test_what_is_alike_to_a_chemist_is_near(samples, subject, k, expected):
    assert expected <= set(names(samples.similar(subject, k=k)))


def test_perovskites_are_nearest_to_perovskites_under_filters_too(samples):
    found = samples.similar("SrTiO3", k=3, elements=["Ti", "O"], space_group=(221, 99))
    assert set(names(found)) == {"BaTiO3-cubic", "BaTiO3-tetragonal", "PbTiO3"} & set(names(found))
    assert names(found)[0].startswith("BaTiO3")


def test_both_databases_agree_on_real_embeddings(server_lab, tmp_path):
    given = []
    for path in sorted(samples_folder().glob("*.cif")):
        for number, strain in enumerate((0.0, 0.03, -0.03)):
            strained = read_structures(path)[0].structure
            strained.apply_strain(strain)
            given.append((f"{path.stem} {number}", strained))
    done = embed_structures([s for _, s in given])
    assert not done.refused
    assert len(given) == 228
    answers = []
    for place in (tmp_path / "lab", server_lab.person("ada")):
        with Store.open(place, author="ada") as store:
            known = {}
            for (name, structure), vector in zip(given, done.vectors, strict=True):
                with store.write() as session:
                    row, _ = insert_structure(session, store.scope, structure, name=name)
                    insert_embeddings(session, store.scope, "chgnet", "0.3.0", {row.id: vector})
                known[row.id] = name
            found = []
            for vector in done.vectors[::9]:
                for filters in ({}, {"elements": "O"}, {"space_group": (221, 225)}, {"density": (3.0, 6.0)}):
                    with store.read() as session:
                        near = similar(
                            session, store.scope, vector, model="chgnet", version="0.3.0", k=12, **filters
                        )
                    found.append([(known[n.structure_id], n.distance) for n in near])
            answers.append(found)
    here, there = answers
    assert [[n for n, _ in one] for one in here] == [[n for n, _ in one] for one in there]
    flat = [np.array([d for one in found for _, d in one]) for found in (here, there)]
    assert flat[0] == pytest.approx(flat[1], abs=1e-9)
    assert len(flat[0]) > 1_000


# The verbs ----------------------------------------------------------------------------------------------


def test_missing_embeddings_are_computed_first_and_once(lab, oxides):
    found = lab.similar(oxides[0], **COUNTS)
    assert set(names(found)) == {"SrTiO3", "TiO2", "Al2O3"}
    assert sum(Counts.calls) == 4
    (run,) = lab.runs(task="embed")
    assert run.summary["model"] == "counts"
    assert {r.name for r in run.inputs} == {"MgO", "SrTiO3", "TiO2", "Al2O3"}
    lab.similar("MgO", **COUNTS)
    assert lab.embed(**COUNTS).added == 0
    assert sum(Counts.calls) == 4
    lab.add(crystal("NaCl"), name="NaCl")
    assert "NaCl" in names(lab.similar("MgO", **COUNTS))
    assert sum(Counts.calls) == 5


def test_a_structure_that_another_process_added_is_found(lab, oxides, lab_place):
    lab.similar(oxides[0], **COUNTS)
    with nl.open(lab_place) as other:
        other.add(crystal("NaCl"), name="NaCl")
    assert "NaCl" in names(lab.similar(oxides[0], **COUNTS))


def test_the_question_may_be_a_record_a_name_an_id_a_run_a_structure_or_a_file(lab, oxides, tmp_path):
    mgo = oxides[0]
    expected = names(lab.similar(mgo, **COUNTS))
    for same in ("MgO", mgo.id, mgo.id[:8]):
        assert names(lab.similar(same, **COUNTS)) == expected
    path = mgo.save(tmp_path / "periclase.cif")
    for outside in (mgo.structure, path, str(path), path.read_text()):
        found = lab.similar(outside, **COUNTS)
        assert names(found)[0] == "MgO"  # stored, and so a neighbour of what was brought
        assert found.distances[0] == pytest.approx(0.0, abs=1e-6)
        assert names(found)[1:] == expected
    assert len(lab.structures()) == 4
    run = lab.run("relax", mgo, calculator="toy")
    assert names(lab.similar(run, k=1, **COUNTS)) == ["MgO"]


def test_derived_structures_are_compared_unless_one_says_not(lab, oxides):
    relaxed = lab.run("relax", oxides[0], calculator="toy").structure
    assert relaxed.id in {r.id for r in lab.similar(oxides[0], **COUNTS)}
    assert relaxed.id not in {r.id for r in lab.similar(oxides[0], derived=False, **COUNTS)}


def test_answers_carry_their_cosines(lab, oxides):
    found = lab.similar("TiO2", **COUNTS)
    assert list(found.distances) == sorted(found.distances)
    assert found.similarities == pytest.approx([1 - d for d in found.distances])
    frame = found.frame()
    assert list(frame["name"]) == names(found)
    assert list(frame["similarity"]) == pytest.approx(list(found.similarities))
    assert list(frame["distance"]) == pytest.approx(list(found.distances))
    assert found[1:].distances == found.distances[1:]
    assert names(found[1:]) == names(found)[1:]
    alone = embed_structures([crystal("TiO2"), found[0].structure], Counts()).vectors
    assert found.similarities[0] == pytest.approx(float(alone[0] @ alone[1]), abs=1e-6)


def test_answers_show_themselves(lab):
    lab.add(crystal("MgO"), name="<b>periclase</b>", tags=["rock & salt"])
    lab.add(crystal("SrTiO3"), name="STO")
    lab.add(Molecule(["O", "H"], [[0, 0, 0], [0, 0, 1]]), name="OH")
    found = lab.similar("STO", **COUNTS)
    assert "1 structure like STO, by cosine of counts 1 embeddings" in repr(found)
    assert "<b>periclase</b>" in repr(found)
    assert "not compared: 1 structure has no counts 1 embedding, being outside" in repr(found)
    page = found._repr_mimebundle_()["text/html"]
    assert page.count("<svg") == 2
    assert "searched for" in page
    assert "&lt;b&gt;periclase" in page
    assert "<b>periclase" not in page


def test_filters_are_those_of_find(lab, oxides):
    assert names(lab.similar("MgO", elements=["Ti"], **COUNTS)) == ["SrTiO3", "TiO2"]
    assert names(lab.similar("MgO", k=1, elements=["Ti"], **COUNTS)) == ["SrTiO3"]
    assert names(lab.similar("MgO", space_group=221, **COUNTS)) == ["SrTiO3"]
    assert names(lab.similar("MgO", elements=["Xe"], **COUNTS)) == []
    with pytest.raises(UnknownNameError, match="elements"):
        lab.similar("MgO", elemnts=["Ti"], **COUNTS)
    with pytest.raises(UnknownNameError, match="k="):
        lab.similar("MgO", limit=3, **COUNTS)


def test_one_may_be_told_of_missing_embeddings_instead(lab, oxides):
    with pytest.raises(InvalidInputError, match=r"4 structures have .* lab.embed\(model='counts'\)"):
        lab.similar("MgO", missing="error", **COUNTS)
    assert Counts.calls == []
    lab.embed(["SrTiO3", oxides[2]], **COUNTS)
    found = lab.similar("MgO", missing="ignore", **COUNTS)
    assert set(names(found)) == {"SrTiO3", "TiO2"}
    assert found.notes == ("not compared: 2 structures have no counts 1 embedding yet",)
    assert lab.runs(task="embed")[0].inputs[0].name == "SrTiO3"
    with pytest.raises(InvalidInputError, match="'embed', 'error' or 'ignore'"):
        lab.similar("MgO", missing="perhaps", **COUNTS)
    assert lab.similar("MgO", **COUNTS).notes == ()


def test_what_the_model_cannot_know_is_named_and_not_tried_again(lab, oxides):
    gold = lab.add(Structure(Lattice.cubic(4.08), ["Au"], [[0, 0, 0]]), name="gold")
    done = lab.embed(**COUNTS)
    assert (done.added, done.present) == (4, 0)
    assert [(r.id, why) for r, why in done.refused] == [(gold.id, "counts knows no gold")]
    assert "not embedded: gold" in repr(done)
    assert "counts knows no gold" in done._repr_mimebundle_()["text/html"]
    again = lab.embed(**COUNTS)
    assert (again.added, again.present, len(again.runs)) == (0, 4, 0)
    assert [r.id for r, _ in again.refused] == [gold.id]
    assert len(lab.runs(task="embed")) == 1
    with lab.store.read() as session:
        assert len(events_of(session, lab.store.scope, gold.id, kind=REFUSED)) == 1
    with pytest.raises(OutOfDomainError, match="no gold"):
        lab.similar(gold, **COUNTS)
    with pytest.raises(OutOfDomainError, match="no gold"):
        lab.similar(gold.structure, **COUNTS)


def test_a_run_that_fails_is_told_and_the_rest_is_found(lab, oxides, monkeypatch):
    def broken(self, structures):
        raise RuntimeError("no memory")

    monkeypatch.setattr(Counts, "embed", broken)
    done = lab.embed(**COUNTS)
    assert (done.added, len(done.failed)) == (0, 1)
    assert "no memory" in repr(done)
    monkeypatch.undo()
    assert lab.embed(**COUNTS).added == 4


def test_a_wrong_question_says_what_would_be_right(lab, oxides, tmp_path):
    with pytest.raises(UnknownNameError, match="Give an id, a name, or a structure file"):
        lab.similar("SrTi03", **COUNTS)
    with pytest.raises(UnknownNameError, match="chgnet"):
        lab.similar("MgO", model="chgnot")
    with pytest.raises(InvalidInputError, match="holds 2 structures"):
        lab.similar([crystal("MgO"), crystal("Si")], **COUNTS)
    with pytest.raises(InvalidInputError, match="k is how many"):
        lab.similar("MgO", k=-1, **COUNTS)
    with pytest.raises(InvalidInputError, match="not a structure"):
        lab.similar(42, **COUNTS)


def test_versions_do_not_mix(lab, oxides, monkeypatch):
    lab.embed(**COUNTS)
    monkeypatch.setattr(Counts, "version", "2")
    with pytest.raises(InvalidInputError, match="no counts 2 embedding"):
        lab.similar("MgO", missing="error", **COUNTS)
    assert lab.embed(**COUNTS).added == 4
    assert len(lab.similar("MgO", **COUNTS)) == 3


def test_an_empty_lab_has_nothing_alike(lab):
    assert len(lab.similar(crystal("MgO"), **COUNTS)) == 0
    assert lab.embed(**COUNTS).added == 0


# Interruptions and people -------------------------------------------------------------------------------


def killed(lab_place, code):
    """Add twelve crystals and embed them in a process that ends where the code says."""
    program = f"""
        import os, sys
        sys.path[:0] = [{str(Path(__file__).parent)!r}]
        import nanoos_lab as nl
        from nanoos_lab.lab import similarity
        from nanoos_lab.ml import PREDICTORS
        from nanoos_lab.testing import CRYSTALS, crystal
        from test_similarity import Counts
        PREDICTORS.register("counts", Counts)
        similarity.PER_RUN = 3
        lab = nl.open({str(lab_place)!r})
        for formula in list(CRYSTALS)[:12]:
            lab.add(crystal(formula), name=formula)
        {code}
        lab.embed(model="counts")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False, capture_output=True)
    assert done.returncode == 9, done.stderr


def survives(lab):
    assert len([f for f in list(CRYSTALS)[:12] if "Au" not in f]) == 12
    lab.embed(**COUNTS)
    assert len(lab.similar("MgO", k=50, missing="error", **COUNTS)) == 11
    runs = lab.runs(task="embed", limit=None)
    assert [str(run.state) for run in runs] == ["COMPLETED"] * 4
    return runs


def test_a_kill_while_vectors_are_stored_loses_no_work(lab_place, monkeypatch):
    monkeypatch.setattr(similarity, "PER_RUN", 3)
    code = (
        "keep, done = similarity.Similarity._keep, []\n"
        "        similarity.Similarity._keep = lambda *a: os._exit(9) if done else (done.append(1), keep(*a))[1]"
    )
    killed(lab_place, code)
    with nl.open(lab_place) as lab:
        survives(lab)
    assert Counts.calls == []  # all had been computed, and the files were there


def test_a_kill_while_a_run_computes_costs_that_run_alone(lab_place, monkeypatch):
    monkeypatch.setattr(similarity, "PER_RUN", 3)
    code = (
        "embed = Counts.embed\n"
        "        Counts.embed = lambda *a: os._exit(9) if len(Counts.calls) == 2 else embed(*a)"
    )
    killed(lab_place, code)
    with nl.open(lab_place) as lab:
        survives(lab)
    assert Counts.calls == [3, 3]


def test_vectors_whose_file_was_purged_are_computed_again(lab, oxides):
    run = lab.run("embed", oxides, model="counts")
    lab.purge(run, yes=True)
    assert lab.embed(**COUNTS).added == 4
    assert sum(Counts.calls) == 8


def test_a_viewer_searches_what_there_is(server_lab):
    with nl.open(server_lab.person("ada")) as hers:
        for formula in ("MgO", "TiO2", "SrTiO3"):
            hers.add(crystal(formula), name=formula)
        hers.embed(["MgO", "TiO2"], **COUNTS)
        server_lab.person("bob")
        hers.share("bob", "viewer")
        with nl.open(server_lab.person("bob"), project="ada/default") as his:
            found = his.similar("SrTiO3", **COUNTS)
            assert set(names(found)) == {"TiO2", "MgO"}
            assert found.notes == ("not compared: 1 structure has no counts 1 embedding yet",)
            with pytest.raises(AccessDeniedError, match="ask an editor"):
                his.embed(**COUNTS)
        with nl.open(server_lab.person("bob"), project="own") as own:
            own.add(crystal("SrTiO3"), name="mine")
            assert names(own.similar(crystal("SrTiO3"), **COUNTS)) == ["mine"]


def test_the_command_has_the_same_verbs(tmp_path):
    def nanoos(*words):
        done = subprocess.run(
            [sys.executable, "-m", "nanoos_lab", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    assert nanoos("init", "lab")[0] == 0
    assert nanoos("--lab", "lab", "add", "MgO.cif", "NaCl.cif", "LiF.cif", "CaTiO3.cif")[0] == 0
    code, said = nanoos("--lab", "lab", "embed")
    assert code == 0, said
    assert "4 embedded by chgnet 0.3.0, 0 had been before" in said
    code, said = nanoos("--lab", "lab", "similar", "SrTiO3.cif", "--k", "2", "elements=O")
    assert code == 0, said
    assert "CaTiO3" in said
    assert "MgO" in said
    assert "LiF" not in said
    assert nanoos("--lab", "lab", "similar", "nothing")[0] == 1
