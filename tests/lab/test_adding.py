"""What was read before something went wrong is stored."""

from __future__ import annotations

import pytest

from nanoos_lab.lab import adding
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.structures import read_structures


def test_one_is_made_ahead() -> None:
    made = []

    def numbers():
        for number in range(3):
            made.append(number)
            yield number

    assert [(number, list(made)) for number in adding.one_ahead(numbers())] == [
        (0, [0, 1]),
        (1, [0, 1, 2]),
        (2, [0, 1, 2]),
    ]


def test_whole_pieces_are_stored_before_the_source_fails(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "PIECE", 2)
    files = sorted(samples_folder().glob("*.cif"))[:5]

    def found():
        for file in files:
            yield read_structures(file)[0]
        raise OSError("the disk was taken out")

    with pytest.raises(OSError, match="taken out"):
        adding.store_all(lab, found(), tags=(), notes="", distinct=False)
    assert len(lab.structures()) == 4
