"""The magic ``%lab``: the verbs of the command ``nanoos`` on the lab that the notebook has open."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from typer.exceptions import TyperException

from nanoos_lab import cli
from nanoos_lab.errors import DetachedInterrupt, InvalidInputError, NanoOSError
from nanoos_lab.lab import Lab

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def register(shell: InteractiveShell) -> None:
    """Add ``%lab`` to an IPython shell, and show errors of our own in one line.

    Args:
        shell: The shell.
    """

    def lab(line: str) -> Any:  # noqa: ANN401 - whatever the verb returns
        """Run a verb of the lab: ``%lab runs``, ``%lab add SrTiO3.cif -t perovskite``, ``%lab --help``."""
        return run_line(line, shell.user_ns)

    shell.register_magic_function(lab, "line", "lab")  # type: ignore[arg-type] # a plain function is meant
    shell.set_custom_exc((NanoOSError, DetachedInterrupt), _show_error)  # type: ignore[no-untyped-call]


def run_line(line: str, namespace: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the verb returns
    """Run one line of verbs and return what it gives, for display.

    A word that is a variable of the notebook and holds a record stands for that record.

    Args:
        line: The words after ``%lab``.
        namespace: The notebook's variables.

    Raises:
        InvalidInputError: There is no open lab, or the words are not understood.
    """
    said = re.split(r"(?:^|\s)#", line, maxsplit=1)[0]  # a comment, as on any line of a notebook
    words = [_as_id(word, namespace) for word in shlex.split(said)] or ["show"]
    alone = words[0] in {"init", "demo", "db", "--help", "--version"} or words == ["doctor"]
    needs_lab = not alone and "--help" not in words
    opened = _open_lab(namespace) if needs_lab else None
    token = cli.SESSION.set(cli.Session(lab=opened, embedded=True))
    try:
        result = cli.app(args=words, prog_name="%lab", standalone_mode=False)
    except TyperException as error:
        raise InvalidInputError(f"%lab {line}: {error}") from None
    finally:
        cli.SESSION.reset(token)
    if words[0] == "init" and isinstance(result, Lab):
        namespace["lab"] = result
    return None if isinstance(result, int) else result


def _open_lab(namespace: dict[str, Any]) -> Lab:
    if isinstance(lab := namespace.get("lab"), Lab):
        return lab
    labs = [value for name, value in namespace.items() if isinstance(value, Lab) and not name.startswith("_")]
    if len(labs) == 1:
        return labs[0]
    raise InvalidInputError(
        "several labs are open: call one of them 'lab'"
        if labs
        else "no lab is open: run lab = nl.open('my-lab') first"
    )


def _as_id(word: str, namespace: dict[str, Any]) -> str:
    value = namespace.get(word)
    record_id = getattr(value, "id", None)
    return (
        record_id
        if type(value).__module__.startswith("nanoos_lab.lab.") and isinstance(record_id, str)
        else word
    )


def _show_error(
    shell: Any,  # noqa: ANN401 - IPython hands over itself, whatever its class
    kind: type[BaseException],
    value: BaseException,
    traceback: object,
    tb_offset: int | None = None,
) -> list[str]:
    """Show an error of our own as its message; ``%tb`` still gives the whole traceback."""
    del traceback, tb_offset
    lines = [f"{kind.__name__}: {value}", "(%tb shows where)"]
    shell._showtraceback(kind, value, lines)  # noqa: SLF001 - IPython has no public way to show a short one
    return lines
