from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.figures import TALL_STILL_PX


def test_a_finished_run_gives_its_figure_and_saves_it(lab, sto, tmp_path):
    run = lab.run("relax", sto, calculator="toy")
    energies = run.figure().data[0].y
    assert len(energies) == run.summary["steps"] + 1
    assert run.figure().save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert len(lab.figure([run, run.id]).data) >= 2


def test_the_still_of_the_figure_is_part_of_the_display(lab, sto):
    page = lab.run("relax", sto, calculator="toy")._repr_mimebundle_()["text/html"]
    assert "Energy above the end" in page
    assert f"width='{TALL_STILL_PX[0]}'" in page
    assert "Volume" in lab.run("eos", sto, calculator="toy", strain=0.05)._repr_mimebundle_()["text/html"]


def test_a_run_without_a_figure_shows_itself_without_one(lab, sto):
    run = lab.run("static", sto, calculator="toy")
    assert "energy" in run._repr_mimebundle_()["text/html"].lower()
    with pytest.raises(InvalidInputError, match="runs of static have no figure"):
        run.figure()


def test_what_is_no_run_or_has_not_ended_well_is_refused(lab, sto):
    with pytest.raises(InvalidInputError, match="is no run"):
        lab.figure(sto.id)
    failed = lab.submit("relax", sto, calculator="toy", optimizer="native")
    lab.wait([failed])
    with pytest.raises(InvalidInputError, match="is FAILED: it has no figure"):
        failed.figure()
