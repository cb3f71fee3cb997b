"""Model cards where the models are used."""

from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.modelling.cards import model_card
from nanoos_lab.ml.chgnet import CHGNetPredictor


def test_predictors_of_the_package_show_their_model_cards():
    card = model_card("nanoos-gnn-accurate")
    assert card.text.startswith("# nanoos-gnn")
    assert "data:image/svg+xml;base64," in card._repr_mimebundle_()["text/markdown"]
    assert "Known failures" in repr(card)


def test_who_has_none_says_who_has_one(monkeypatch):
    monkeypatch.delattr(CHGNetPredictor, "card")
    with pytest.raises(InvalidInputError, match="these do: nanoos-gnn, nanoos-gnn-accurate"):
        model_card("chgnet")
    with pytest.raises(UnknownNameError, match="nanoos-gnn"):
        model_card("nanoos-gn")
