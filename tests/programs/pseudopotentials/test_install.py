"""Families are installed wholly or not at all, and nothing in an archive can reach outside."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import zipfile

import pytest

from nanoos_lab.errors import InvalidInputError, MissingPseudopotentialsError, UnknownNameError
from nanoos_lab.programs import pseudopotentials as library
from nanoos_lab.programs.pseudopotentials import Wishes, install, open_family


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Give each test a library of its own."""
    place = tmp_path / "library"
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(place))
    return place


@pytest.fixture(scope="session")
def oncv(shared_data):
    return shared_data / "pseudopotentials_oncv_pbe"


@pytest.fixture
def source(oncv, tmp_path):
    place = tmp_path / "source"
    place.mkdir()
    for symbol in ("Si", "O"):
        shutil.copyfile(oncv / "abinit" / f"{symbol}_ONCV_PBE_sr.upf", place / f"{symbol}.upf")
    return place


def leftovers(folder):
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def test_a_folder_becomes_a_family(source, folder):
    family = install(source, "oncv")
    assert (len(family), family.functional, set(family)) == (2, "PBE", {"Si", "O"})
    silicon = open_family()["Si"]
    assert silicon.sha256 == hashlib.sha256((source / "Si.upf").read_bytes()).hexdigest()
    assert (silicon.valence, silicon.kind, silicon.cutoff_source) == (4.0, "norm-conserving", "oncvpsp")
    assert family.cutoffs(["Si"]) == (45.0, 180.0)  # PseudoDojo's hint for this file is 36 Ry
    assert family.cutoffs(["Si", "O"]) == (90.0, 360.0)  # and 84 Ry for oxygen
    assert "Si" in family.cutoff_note(["Si"])
    assert library.check("oncv") == ()
    assert leftovers(folder) == ["oncv"]


def test_all_elements_of_the_shared_data(oncv):
    with pytest.raises(InvalidInputError, match="22 elements have several files") as caught:
        install(oncv, "all")
    assert "--prefer 'abinit/*'" in str(caught.value)
    family = install(oncv, "all", Wishes(prefer=("sg15/*", "abinit/*")))
    assert len(family) == 70
    assert family["Si"].source == "sg15/Si_ONCV_PBE_sr.upf"
    assert family["Ag"].source == "abinit/Ag_ONCV_PBE_sr.upf"


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar"])
def test_archives(source, tmp_path, kind):
    archive = shutil.make_archive(str(tmp_path / "family"), kind, source)
    assert set(install(archive, "packed")) == {"Si", "O"}


def tar_of(path, *members):
    with tarfile.open(path, "w") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def link(name, target, kind=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize("name", ["../Si.upf", "/etc/Si.upf", "a/../../Si.upf", "..\\Si.upf", "C:/Si.upf"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_name_that_climbs_out_is_refused(source, tmp_path, folder, name, kind):
    data, path = (source / "Si.upf").read_bytes(), tmp_path / f"evil.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, data)
    else:
        tar_of(path, (tarfile.TarInfo(name), data))
    with pytest.raises(InvalidInputError, match="unsafe name"):
        install(path, "evil")
    assert leftovers(folder) == []


@pytest.mark.parametrize("member", [link("Si.upf", "/etc/passwd"), link("Si.upf", "O.upf", tarfile.LNKTYPE)])
def test_a_link_in_an_archive_is_refused(tmp_path, folder, member):
    path = tar_of(tmp_path / "evil.tar", (member, b""))
    with pytest.raises(InvalidInputError, match="link or device"):
        install(path, "evil")
    assert leftovers(folder) == []


def test_links_in_zips_and_folders_are_refused(source, tmp_path):
    info = zipfile.ZipInfo("Si.upf")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(InvalidInputError, match="is a link"):
        install(tmp_path / "evil.zip", "evil")
    (source / "Al.upf").symlink_to("/etc/passwd")
    with pytest.raises(InvalidInputError, match=r"Al\.upf is a link"):
        install(source, "evil")


def test_an_archive_that_swells_is_refused(tmp_path, folder):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Si.upf", b" " * (65 * 2**20))
    with pytest.raises(InvalidInputError, match="too large"):
        install(tmp_path / "bomb.zip", "bomb")
    assert leftovers(folder) == []


def test_a_damaged_archive_is_refused(source, tmp_path):
    for kind in ("zip", "gztar"):
        path = shutil.make_archive(str(tmp_path / "cut"), kind, source)
        with open(path, "r+b") as file:  # noqa: PTH123
            file.truncate(60_000)
        with pytest.raises(InvalidInputError, match=r"cannot be read|neither a folder"):
            install(path, "cut")


def test_one_broken_file_refuses_the_whole(source, folder):
    whole = (source / "Si.upf").read_bytes()
    (source / "Si.upf").write_bytes(whole[:50_000])
    with pytest.raises(InvalidInputError, match=r"nothing was installed.*Si\.upf.*truncated"):
        install(source, "cut")
    assert leftovers(folder) == []


def test_mixed_functionals_are_refused_or_chosen_from(source, folder):
    text = (source / "O.upf").read_bytes().replace(b'functional="PBE"', b'functional="PZ"')
    (source / "O.upf").write_bytes(text)
    with pytest.raises(InvalidInputError, match=r"several functionals.*PBE: Si\.upf.*PZ: O\.upf"):
        install(source, "mixed")
    assert leftovers(folder) == []
    assert set(install(source, "chosen", Wishes(functional="LDA"))) == {"O"}


def test_a_tampered_list_that_mixes_functionals_is_refused(source, folder):
    install(source, "oncv")
    path = folder / "oncv" / "family.json"
    path.write_text(
        path.read_text().replace('"functional": "PBE",\n   "kind"', '"functional": "PZ",\n   "kind"', 1)
    )
    with pytest.raises(MissingPseudopotentialsError, match="mixes functionals"):
        open_family("oncv").for_elements(["Si", "O"])


def test_an_identical_copy_needs_no_choice(source):
    (source / "copy").mkdir()
    shutil.copyfile(source / "Si.upf", source / "copy" / "Si.upf")
    assert len(install(source, "oncv")) == 2


def test_tables_of_cutoffs(source, tmp_path):
    md5 = hashlib.md5((source / "Si.upf").read_bytes()).hexdigest()  # noqa: S324 - SSSP's own checksum
    sssp = {
        "Si": {"filename": "Si.upf", "md5": md5, "cutoff_wfc": 30.0, "cutoff_rho": 240.0},
        "O": {"hn": 42.0},
    }
    table = tmp_path / "sssp.json"
    table.write_text(json.dumps(sssp))
    family = install(source, "sssp", Wishes(cutoffs=table))
    assert family.cutoffs(["Si"]) == (30.0, 240.0)
    assert (family["O"].cutoff_ry, family["O"].cutoff_source) == (84.0, "table")
    assert family.cutoff_note(["Si", "O"]) == ""
    table.write_text(json.dumps({"Si": {**sssp["Si"], "md5": "0" * 32}}))
    with pytest.raises(InvalidInputError, match="its md5 differs"):
        install(source, "other", Wishes(cutoffs=table))


def test_a_table_in_toml_and_bad_tables(source, tmp_path):
    table = tmp_path / "cutoffs.toml"
    table.write_text("[Si]\ncutoff_wfc = 32\ncutoff_rho = 128\n")
    assert install(source, "toml", Wishes(cutoffs=table)).cutoffs(["Si"]) == (32.0, 128.0)
    for text, words in (
        ("[Si]\ncutoff_wfc = -3\n", "an energy up to"),
        ("x", "is no table"),
        ("", "has no entry"),
    ):
        table.write_text(text)
        with pytest.raises(InvalidInputError, match=words):
            install(source, "bad", Wishes(cutoffs=table))


def test_names_defaults_and_removal(source, folder):
    with pytest.raises(MissingPseudopotentialsError, match="nanoos pseudos install FOLDER --name NAME"):
        open_family()
    install(source, "one")
    with pytest.raises(InvalidInputError, match="there is a family 'one'"):
        install(source, "one")
    install(source, "two")
    with pytest.raises(MissingPseudopotentialsError, match="several families"):
        open_family()
    library.set_default("two")
    assert open_family().name == "two"
    with pytest.raises(UnknownNameError, match="did you mean 'one'"):
        open_family("onee")
    assert [family.name for family in library.families()] == ["one", "two"]
    library.remove("two")
    assert open_family().name == "one"
    for bad in ("../one", "a/b", "", ".one", "default"):
        with pytest.raises(InvalidInputError, match="cannot be called"):
            install(source, bad)
        with pytest.raises(UnknownNameError):
            library.remove(bad)
    assert (folder / "one").is_dir()


def test_changed_and_missing_files_are_found(source, folder):
    family = install(source, "oncv")
    (folder / "oncv" / "Si.upf").write_text("x")
    (folder / "oncv" / "O.upf").unlink()
    assert sorted(p.partition(":")[0] for p in library.check("oncv")) == ["O", "Si"]
    with pytest.raises(MissingPseudopotentialsError, match="was changed"):
        family["Si"].verify()
    with pytest.raises(MissingPseudopotentialsError, match="is missing"):
        family["O"].verify()


def test_a_missing_element_is_named(source):
    with pytest.raises(MissingPseudopotentialsError, match="no pseudopotential for Fe, Co"):
        install(source, "oncv").for_elements(["Si", "Fe", "Co"])


def test_a_list_that_points_outside_is_refused(source, folder):
    install(source, "oncv")
    path = folder / "oncv" / "family.json"
    path.write_text(path.read_text().replace('"path": "Si.upf"', '"path": "../../Si.upf"'))
    with pytest.raises(InvalidInputError, match="outside its folder"):
        open_family("oncv")
