"""Errors say what, which value and what to do, and survive a trip to another process."""

from __future__ import annotations

import pickle

import pytest

from nanoos_lab import errors


def test_unknown_names_get_suggestions():
    error = errors.UnknownNameError("task", "relx", ["relax", "eos"])
    assert str(error) == "no task named 'relx'; did you mean 'relax'?"
    assert isinstance(error, LookupError)


def test_without_a_close_match_what_exists_is_listed():
    assert "known: eos, relax" in str(errors.UnknownNameError("task", "zzz", ["relax", "eos"]))


def test_suggestions_ignore_case():
    assert "'CHGNet'" in errors.suggest("chgnet", ["CHGNet"])


def test_missing_extra_holds_its_install_line():
    error = errors.MissingExtraError("chgnet", "ml", "the calculator 'chgnet'")
    assert "pip install 'nanoos-lab[ml]'" in str(error)
    assert isinstance(error, ImportError)


def test_parse_errors_say_where():
    assert str(errors.StructureParseError("no cell", "a.cif", 3)) == "a.cif, line 3: no cell"


@pytest.mark.parametrize(
    "error",
    [
        errors.StructureParseError("no cell", "a.cif", 3),
        errors.UnknownNameError("task", "relx", ["relax"], "Try it."),
        errors.MissingExtraError("chgnet", "ml", "it"),
        errors.RunFailedError("abc", "FAILED", "it broke"),
    ],
)
def test_errors_pickle(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own object, made a line above
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
