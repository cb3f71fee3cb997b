"""What the pages under ``docs`` say can be written, can be."""

from __future__ import annotations

import re

import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.settings import ProjectLimits, SlurmSettings, load_settings


@pytest.fixture
def page(repository):
    return (repository / "docs" / "cluster.md").read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_every_settings_file_of_the_page_is_taken(page, tmp_path):
    profiles, limits, far = blocks(page, "toml")
    path = tmp_path / "settings.toml"
    path.write_text(profiles)
    settings = load_settings(path)
    assert settings.profile(None).name == "cpu"
    assert settings.profile("gpu").slurm.gpu_type == "a100"
    path.write_text(limits)
    assert load_settings(path).limits["default"] == ProjectLimits(cpu_hours=20000, gpu_hours=500)
    path.write_text(far)
    assert load_settings(path).profile("far").ssh.host == "login.hpc.example.org"


def test_every_option_is_in_the_table_and_none_that_is_not(page):
    table = page.partition("### Options of")[2].partition("\n\nThe environment")[0]
    named = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert named == set(SlurmSettings.model_fields)


def test_the_complaints_that_it_shows_are_those_that_come(page, tmp_path):
    path = tmp_path / "settings.toml"
    (shown,) = blocks(page, "text")
    path.write_text(
        '[profiles.gpu]\nexecutor = "slurm"\ncpus = 3\n[profiles.gpu.slurm]\npartion = "x"\naccount = 4711\n'
    )
    with pytest.raises(InvalidInputError) as caught:
        load_settings(path)
    said = str(caught.value).replace(str(path), "settings.toml")
    assert sorted(said.splitlines()) == sorted(shown.splitlines())


def test_its_links_lead_somewhere(repository, page):
    for link in re.findall(r"\]\(([^)#]+)\)", page):
        assert (repository / "docs" / link).exists(), link
