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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[profiles.x.slurm]\npartion = "gpu"', "slurm.partion: there is no such setting; did you mean 'partition'"),
        ("[profile.x]", "profile: there is no such setting; did you mean 'profiles'"),
        ("default_profil = 'x'", "did you mean 'default_profile'?"),
        ('[profiles.x]\npartition = "gpu"', "profiles.x.partition: it belongs into [profiles.x.slurm]"),
        ("[profiles.x]\ngpus = 2", "profiles.x.gpus: it belongs into [profiles.x.resources]"),
        ("[profiles.x]\nmax_workers = 'four'", "max_workers: 'four' is not what is expected: write a whole number"),
        ("[profiles.x.slurm]\nmodules = 'gcc'", "x.slurm.modules: 'gcc' is not what is expected: write a list"),
        ("[profiles.x.slurm]\naccount = 4711", "slurm.account: 4711 is not what is expected: write it in quotes"),
        ("[profiles.x.slurm]\ngpu_request = 'gpu'", "profiles.x.slurm.gpu_request: 'gpu' should be 'gpus' or 'gres'"),
        ("[profiles.x.resources]\ncpus = 0", "profiles.x.resources.cpus: 0 should be greater than or equal to 1"),
        ("profiles = 3", "profiles: 3 is not what is expected: write a table"),
        ("[profiles]\nx = 3", "profiles.x: 3 is not what is expected: write a table"),
        ("[profiles.x.slurm]\npartition = 'gpu'", "profiles.x: say also by what it runs: executor = 'slurm'"),
        ("[limits.default]\ncpu_hour = 3", "default.cpu_hour: there is no such setting; did you mean 'cpu_hours'"),
        ("[profiles.x.ssh]\nhost = 'h'\nfolder = '/f'", "profiles.x.ssh.python: it is missing"),
        ("[profiles.x.slurm]\nzzz = 1", "there is no such setting; known: account, activate"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_was_meant(tmp_path, text, told):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        load_settings(path)
    assert f"{path}: " in str(caught.value)
    assert told in str(caught.value)


def test_several_problems_are_told_at_once_and_only_of_the_file_that_has_them(tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text("[profiles.x]\nexecutor = 'process'\n")
    bad.write_text("\n".join(f"wrong{i} = {i}" for i in range(7)))
    with pytest.raises(InvalidInputError) as caught:
        load_settings(good, bad)
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert all(line.startswith(f"{bad}: ") for line in lines)
    assert lines[-1].endswith("and 2 more")


def test_a_default_profile_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("default_profile = 'clutser'\n[profiles.cluster]\nexecutor = 'slurm'\n")
    with pytest.raises(UnknownNameError, match=r"clutser.*did you mean 'cluster'.*default_profile"):
        load_settings(path).profile(None)


def test_every_option_of_a_cluster_can_be_written(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text(
        """
[profiles.gpu]
executor = "slurm"
[profiles.gpu.slurm]
partition = "gpu"
account = "p0012"
qos = "long"
constraint = "a100&nvlink"
modules = ["gcc/13", "cuda/12"]
activate = "source /opt/lab/bin/activate"
python = "python3"
scratch = "/scratch/me"
pre = ["ulimit -s unlimited"]
post = ["rm -rf $TMPDIR/*"]
gpu_request = "gres"
gpu_type = "a100"
extra = { "mail-type" = "FAIL", nice = 10, exclusive = true }
max_jobs = 200
runs_per_job = 8
signal_delay_s = 300
max_requeues = 5
file_delay_s = 30
"""
    )
    slurm = load_settings(path).profile("gpu").slurm
    said = {line.partition(" ")[0] for line in path.read_text().splitlines() if " = " in line} - {"executor"}
    assert said == set(type(slurm).model_fields)
    assert slurm.modules == ("gcc/13", "cuda/12")
    assert slurm.extra["exclusive"] is True


def test_an_unknown_profile_says_where_to_add_it(tmp_path):
    with pytest.raises(UnknownNameError, match=r"\[profiles.cluster\]"):
        load_settings(tmp_path / "absent.toml").profile("cluster")


def test_a_variable_names_the_file(monkeypatch, tmp_path):
    monkeypatch.setenv("NANOOS_SETTINGS", str(tmp_path / "mine.toml"))
    assert user_settings_path() == tmp_path / "mine.toml"


def test_backoff_grows():
    policy = RetryPolicy(backoff_s=1, factor=4)
    assert [policy.delay_s(n) for n in (1, 2, 3)] == [1, 4, 16]
