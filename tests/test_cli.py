"""The command and the magic have the same verbs, and errors of one line."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.testing.globalipapp import start_ipython

import nanoos_lab as nl
from nanoos_lab import cli, magics
from nanoos_lab.errors import InvalidInputError, UnknownNameError


def nanoos(*words, cwd):
    command = [sys.executable, "-m", "nanoos_lab", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("cli")
    for words in (("init", "lab"), ("--lab", "lab", "add", "MgO.cif", "NaCl.cif", "-t", "rocksalt")):
        result = nanoos(*words, cwd=root)
        assert result.returncode == 0, result.stderr
    return root / "lab"


def test_the_lab_is_found_from_a_folder_below(folder):
    (folder / "deep").mkdir(exist_ok=True)
    result = nanoos("find", "elements=Mg", cwd=folder / "deep")
    assert "MgO" in result.stdout
    assert "NaCl" not in result.stdout


def test_running_comparing_and_tracing(folder):
    result = nanoos("run", "relax", "MgO", "calculator=toy", cwd=folder)
    assert "COMPLETED" in result.stdout
    assert "SYNTHETIC" in result.stdout
    assert "relax" in nanoos("runs", "--task", "relax", cwd=folder).stdout
    assert "MgO.cif" in nanoos("trace", "MgO", cwd=folder).stdout
    assert "measured" in nanoos("compare", "MgO", "bulk_modulus", cwd=folder).stdout
    assert "static" in nanoos("map", "static", "-t", "rocksalt", "calculator=toy", cwd=folder).stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("show", "MgOO"), "did you mean"),
        (("run", "relx", "MgO"), "did you mean 'relax'"),
        (("run", "relax", "MgO", "fmax"), "name=value"),
        (("--lab", "nowhere", "runs"), "nanoos init"),
        (("map", "eos", "-t", "no-such-tag"), "no structure fits"),
        (("run", "static", "MgO", "calculator=toy", "--detach"), "--on process"),
        (("run", "static", "MgO", "calculator=toy", "options.cutoff=3"), "has no options"),
        (("run", "static", "MgO", "calculator=qe", "options.cutof_ry=40"), "cutoff_ry"),
    ],
)
def test_errors_are_one_line_without_a_traceback(folder, words, problem):
    result = nanoos(*words, cwd=folder)
    assert result.returncode == 1
    assert problem in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_lab_says_what_to_do(tmp_path):
    assert nanoos("init", "empty", cwd=tmp_path).returncode == 0
    result = nanoos("predict", "all", cwd=tmp_path / "empty")
    assert result.returncode == 1
    assert "nanoos add" in result.stderr


def test_words_that_are_not_understood_are_refused(folder):
    result = nanoos("rnus", cwd=folder)
    assert result.returncode == 2
    assert "Did you mean 'runs'" in result.stderr


def test_a_detached_run_goes_on_without_its_command(folder):
    result = nanoos("run", "relax", "NaCl", "calculator=toy", "--detach", "--on", "process", cwd=folder)
    assert result.returncode == 0, result.stderr
    with nl.open(folder) as lab:
        (run,) = lab.runs(task="relax", structure="NaCl")
        assert run.row.profile == "process"
        assert run.wait(60).state == "COMPLETED"
        assert run.structure.parent.name == "NaCl"


def test_an_interrupted_command_says_what_becomes_of_its_run(folder):
    code = (
        "import _thread, signal, sys, threading, traceback, nanoos_lab.cli as cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs ignore it
        "from nanoos_lab.tasks import TASKS, Context, Outcome, Params, task\n"
        "class Nothing(Params): pass\n"
        "@task('endless', version='1')\n"
        "def endless(inputs, params: Nothing, context: Context) -> Outcome:\n"
        "    main = threading.main_thread().ident\n"
        "    while '_pause' not in [f.name for f in traceback.extract_stack(sys._current_frames()[main])]:\n"
        "        threading.Event().wait(0.01)\n"
        "    _thread.interrupt_main()\n"
        "    threading.Event().wait()\n"
        "TASKS.register('endless', endless)\n"
        "cli.main(['run', 'endless', 'MgO'])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 130
    assert "until the same command is given again" in result.stderr
    with nl.open(folder) as lab:
        (run,) = lab.runs(task="endless")
        assert run.state == "PENDING"
        run.cancel()
        assert run.state == "CANCELLED"


def test_the_doctor_names_plugins_and_packages(folder):
    shown = nanoos("doctor", cwd=folder).stdout
    for word in ("Python", "chgnet", "relax", "toy", "process"):
        assert word in shown


@pytest.fixture(scope="module")
def shell():
    shell = start_ipython()
    shell.run_line_magic("load_ext", "nanoos_lab")
    return shell


def test_the_magic_returns_what_the_lab_returns(shell, folder):
    with nl.open(folder) as lab:
        shell.user_ns["lab"] = lab
        shell.user_ns["mgo"] = lab.structure("MgO")
        assert shell.run_line_magic("lab", "find tags=rocksalt").frame()["name"].tolist() == ["MgO", "NaCl"]
        assert shell.run_line_magic("lab", "show mgo").id == lab.structure("MgO").id
        assert shell.run_line_magic("lab", "") is lab
        assert len(shell.run_line_magic("lab", "runs --limit 1   # it's what was done")) == 1
        assert shell.run_line_magic("lab", "run static mgo calculator=toy").state == "COMPLETED"
        del shell.user_ns["lab"], shell.user_ns["mgo"]


def test_preflight_is_a_verb_of_both_and_options_are_written_with_a_dot(shell, folder):
    said = nanoos("preflight", "relax", "NaCl", "calculator=toy", "fmax=0.017", cwd=folder).stdout
    assert "about 8 evaluations (at most 301)" in said
    with nl.open(folder) as lab:
        shell.user_ns["lab"] = lab
        looked = shell.run_line_magic("lab", "preflight relax NaCl calculator=toy options.cutoff=3")
        assert not looked.ok
        before = len(lab.runs(limit=None))
        with pytest.raises(InvalidInputError, match="has no options"):
            magics.run_line("run relax NaCl calculator=toy options.cutoff=3", {"lab": lab})
        assert len(lab.runs(limit=None)) == before, "it was recorded though its options are refused"
        del shell.user_ns["lab"]


def test_the_magic_without_a_lab_says_how_to_open_one(shell):
    with pytest.raises(InvalidInputError, match=r"nl.open\('my-lab'\)"):
        magics.run_line("runs", {})


def test_the_magic_suggests_verbs(folder):
    with nl.open(folder) as lab:
        with pytest.raises(InvalidInputError, match="Did you mean 'runs'"):
            magics.run_line("rnus", {"lab": lab})
        with pytest.raises(UnknownNameError, match="did you mean"):
            magics.run_line("show MgOO", {"lab": lab})


def test_every_verb_exists():
    wanted = {"init", "add", "find", "predict", "run", "map", "runs", "show", "trace", "report", "doctor"}
    shown = {c.name or c.callback.__name__ for c in cli.app.registered_commands}
    assert wanted <= shown
