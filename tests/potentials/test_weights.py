from __future__ import annotations

import os

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.potentials import weights


@pytest.fixture
def find(tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()
    (tmp_path / "two" / "Good-PES").mkdir(parents=True)
    (tmp_path / "two" / "Good-PES" / "it").touch()
    monkeypatch.setenv("NANOOS_MODELS", os.pathsep.join([str(tmp_path / "one"), str(tmp_path / "two")]))

    def find(model):
        return weights.find_model(
            model, what="potential", places=[tmp_path], holds=lambda p: (p / "it").is_file(), remedy="get it"
        )

    return find


def test_a_name_is_found_in_the_folders_of_the_variable(find, tmp_path):
    assert find("Good-PES") == tmp_path / "two" / "Good-PES"
    assert find(str(tmp_path / "two" / "Good-PES")) == tmp_path / "two" / "Good-PES"


def test_a_name_that_is_nowhere_says_where_it_was_looked_for(find, tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'Good-PES'") as caught:
        find("Goad-PES")
    for words in (str(tmp_path / "one"), str(tmp_path / "two"), "nothing is downloaded: get it"):
        assert words in str(caught.value)


def test_a_path_must_be_whole(find, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInputError, match=f"whole path, '{tmp_path}/two/Good-PES'"):
        find("two/Good-PES")
    for odd in ("..", ".", ""):
        with pytest.raises(InvalidInputError, match="whole path"):
            find(odd)


def test_a_whole_path_that_holds_none_is_refused(find, tmp_path):
    with pytest.raises(InvalidInputError, match="one is no potential: get it"):
        find(str(tmp_path / "one"))


def test_a_hash_follows_the_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    first = weights.file_sha256(path)
    path.write_bytes(b"other")
    assert weights.file_sha256(path) != first
