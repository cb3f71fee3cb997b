"""Settings come from TOML, are checked, and are never made at import."""

from __future__ import annotations

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.settings import RetryPolicy, load_settings, user_settings_path


def test_without_files_the_built_in_profiles_are_there(tmp_path):
    settings = load_settings(tmp_path / "absent.toml")
    assert settings.profile(None).executor == "here"
    assert settings.profile("process").max_workers >= 1


def test_later_files_win(tmp_path):
    person, lab = tmp_path / "a.toml", tmp_path / "b.toml"
    person.write_text('default_profile = "process"\n[profiles.process]\nmax_workers = 7\n')
    lab.write_text('[profiles.night]\nexecutor = "process"\nretry = {max_attempts = 9}\n')
    settings = load_settings(person, lab)
    assert settings.profile(None).max_workers == 7
    assert settings.profile("night").retry.max_attempts == 9


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("default_profile = [", "not valid TOML"),
        ("colour = 1", "colour"),
        ("[profiles.x]\nmax_workers = 0", "max_workers"),
    ],
)
def test_bad_files_are_named_with_the_place(tmp_path, text, problem):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=problem) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_an_unknown_profile_says_where_to_add_it(tmp_path):
    with pytest.raises(UnknownNameError, match=r"\[profiles.cluster\]"):
        load_settings(tmp_path / "absent.toml").profile("cluster")


def test_a_variable_names_the_file(monkeypatch, tmp_path):
    monkeypatch.setenv("NANOOS_SETTINGS", str(tmp_path / "mine.toml"))
    assert user_settings_path() == tmp_path / "mine.toml"


def test_backoff_grows():
    policy = RetryPolicy(backoff_s=1, factor=4)
    assert [policy.delay_s(n) for n in (1, 2, 3)] == [1, 4, 16]
