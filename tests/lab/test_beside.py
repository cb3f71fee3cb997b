from __future__ import annotations

import json

import pytest

from nanoos_lab.lab.beside import MIME_TYPE


@pytest.fixture
def relaxed(lab, sto):
    return lab.run("relax", sto, calculator="toy")


def test_a_relaxation_shows_before_and_after(relaxed):
    bundle = relaxed._repr_mimebundle_()
    payload = bundle[MIME_TYPE]
    assert (payload["schema"], payload["version"], payload["state"]) == ("nanoos.scenes", 1, "COMPLETED")
    assert [one["caption"] for one in payload["scenes"]] == ["before", "after"]
    edges = [
        json.dumps(one["scene"]["cell"] if "cell" in one["scene"] else one["scene"])
        for one in payload["scenes"]
    ]
    assert edges[0] != edges[1]
    change = payload["tables"][0]
    assert change["headers"] == ["", "before", "after", "change"]
    assert [row[0] for row in change["rows"]][:2] == ["Energy / eV/atom", "Volume / Å³/atom"]
    assert bundle["text/html"].count("<figcaption>") == 2
    assert "SYNTHETIC" in json.dumps(payload["tables"][1])
    json.dumps(bundle, allow_nan=False)


def test_what_made_no_structure_has_no_scenes(lab, sto):
    assert set(lab.run("static", sto, calculator="toy")._repr_mimebundle_()) == {"text/html", "text/plain"}
