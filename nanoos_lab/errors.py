"""Every error the package raises on purpose, under one root.

A message says what happened, which value caused it, and what to do next. Classes inherit from the
fitting built-in as well, so that ``except ValueError`` keeps working for people who do not know us.
This module knows nothing of the rest of the package.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class NanoOSError(Exception):
    """Root of all errors raised on purpose by ``nanoos_lab``."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by message and attributes: the constructors take other arguments than the message."""
        return _restore, (type(self), str(self), self.__dict__.copy())


class NanoOSWarning(UserWarning):
    """Root of all warnings raised by ``nanoos_lab``."""


class InvalidInputError(NanoOSError, ValueError):
    """A value given by the caller cannot be used; the message names it and the remedy."""


class UnknownNameError(NanoOSError, LookupError):
    """A name is not in a registry, a vocabulary or the store; close matches are suggested.

    Args:
        what: The kind of thing looked for, such as ``"task"``.
        name: The name that was not found.
        known: The names that exist.
        hint: What to do, where suggestions do not say it.
    """

    def __init__(self, what: str, name: str, known: Iterable[str] = (), hint: str = "") -> None:
        self.what, self.name = what, name
        self.known = sorted(known)
        self.hint = hint
        super().__init__(f"no {what} named {name!r}{suggest(name, self.known)}{_sentence(hint)}")


class AmbiguousIdError(NanoOSError, LookupError):
    """An id prefix fits several records; the message lists them."""


class MissingExtraError(NanoOSError, ImportError):
    """An optional package is not installed; the message holds its install line.

    Args:
        package: The import name that is missing.
        extra: The extra of ``nanoos-lab`` that brings it.
        purpose: What it is needed for.
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed: "
            f"pip install 'nanoos-lab[{extra}]'"
        )


class PluginError(NanoOSError, RuntimeError):
    """A plug-in exists but could not be loaded; the cause is in the message."""


class StructureParseError(NanoOSError, ValueError):
    """A structure file or text cannot be understood.

    Args:
        problem: What was wrong, in a sentence.
        source: The file name, or ``"<text>"``.
        line: The 1-based line where it went wrong, where known.
    """

    def __init__(self, problem: str, source: str = "<text>", line: int | None = None) -> None:
        self.problem, self.source, self.line = problem, source, line
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {problem}")


class ProgramOutputError(NanoOSError, ValueError):
    """What a simulation program wrote cannot be understood.

    Args:
        problem: What was wrong, in a sentence.
        source: The file.
        line: The 1-based line where it went wrong, where known.
    """

    def __init__(self, problem: str, source: str, line: int | None = None) -> None:
        self.problem, self.source, self.line = problem, source, line
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {problem}")


class StoreError(NanoOSError, RuntimeError):
    """The store cannot be opened, read or written; nothing already stored was changed."""


class AccessDeniedError(PermissionError, StoreError):
    """The person may not see or change this; the message says whom to ask."""

    __reduce__ = NanoOSError.__reduce__


class ConnectionLostError(ConnectionError, StoreError):
    """The database server cannot be reached or went away; what was asked for may be asked for again."""

    __reduce__ = NanoOSError.__reduce__


class LeaseLostError(StoreError):
    """Another process looks after this by now."""


class ArtifactError(StoreError):
    """A stored file is missing or its bytes no longer match its SHA-256."""


class CalculatorError(NanoOSError, RuntimeError):
    """A calculator is unavailable or failed."""


class ModelFileError(NanoOSError, ValueError):
    """A model's file cannot be used: foreign, damaged, or from a newer version.

    Args:
        path: The model's folder or file.
        problem: What is wrong with it, in a sentence.
    """

    def __init__(self, path: object, problem: str) -> None:
        self.path, self.problem = str(path), problem
        super().__init__(f"the model {self.path} cannot be used: {problem}")


class OutOfDomainError(NanoOSError, ValueError):
    """A model is asked about something it cannot know, such as an unseen element."""


class MissingPseudopotentialsError(CalculatorError, LookupError):
    """No pseudopotentials for a calculation: no family, or one without an element; the message says what to install."""


class PseudopotentialError(NanoOSError, ValueError):
    """A pseudopotential file cannot be used.

    Args:
        name: The file.
        problem: What is wrong with it, in a sentence.
    """

    def __init__(self, name: str, problem: str) -> None:
        self.name, self.problem = name, problem
        super().__init__(f"{name}: {problem}")


class PreflightError(NanoOSError, RuntimeError):
    """Something would fail if it were begun; the message lists every reason with what to do."""


class EquationOfStateError(NanoOSError, ValueError):
    """An equation of state cannot be fitted to the given points."""


class TransientError(NanoOSError, RuntimeError):
    """A failure that may pass: a run that raises it is tried again under its retry policy."""


class RunError(NanoOSError, RuntimeError):
    """A run cannot do what was asked of it in its present state."""


class LimitExceededError(RunError):
    """A project would use more than it may; nothing was recorded."""


class RunFailedError(RunError):
    """A waited-for run ended without a result; the message carries its error and id.

    Args:
        run_id: The run's id.
        state: The final state.
        reason: Its error text.
    """

    def __init__(self, run_id: str, state: str, reason: str) -> None:
        self.run_id, self.state, self.reason = run_id, state, reason
        super().__init__(f"run {run_id} ended {state}: {reason}")


class DetachedInterrupt(KeyboardInterrupt):
    """The user interrupted a wait; the runs waited for go on.

    Args:
        run_ids: The runs that were not finished.
    """

    def __init__(self, run_ids: Iterable[str]) -> None:
        self.run_ids = list(run_ids)
        some = ", ".join(self.run_ids[:3]) + (", …" if len(self.run_ids) > 3 else "")  # noqa: PLR2004
        what = f"run {some} goes on" if len(self.run_ids) == 1 else f"{len(self.run_ids)} runs go on ({some})"
        super().__init__(f"stopped waiting; {what}: wait for it again, or cancel it")


class RunCancelledError(RunError):
    """Raised inside a task when its run was asked to stop."""


class NotebookError(NanoOSError, RuntimeError):
    """A cell of a notebook failed; the notebook up to there is on disk.

    Args:
        cell: The cell's execution number, as the notebook shows it in brackets.
        excerpt: The beginning of its source.
        reason: The error's type and text.
        output: Where the notebook is, as far as it came.
    """

    def __init__(self, cell: int, excerpt: str, reason: str, output: str) -> None:
        self.cell, self.excerpt, self.reason, self.output = cell, excerpt, reason, output
        super().__init__(f"cell [{cell}] failed with {reason}\n\n{excerpt}\n\nThe notebook so far: {output}")

    def __reduce__(self) -> tuple[type[NotebookError], tuple[int, str, str, str]]:
        """Pickle by the constructor's own arguments."""
        return type(self), (self.cell, self.excerpt, self.reason, self.output)


class MissingBrowserError(NanoOSError, FileNotFoundError):
    """No browser is installed that could print a page."""


class PrintError(NanoOSError, RuntimeError):
    """A browser could not print a page."""


class NotebookTimeoutError(NanoOSError, TimeoutError):
    """A notebook took longer than it was given."""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'a' or 'b'?"``, or what exists, or nothing.

    Args:
        name: The name that was not found.
        known: The names that exist.
    """
    names = sorted(known)
    folded = {n.casefold(): n for n in names}
    close = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
    if close:
        return "; did you mean " + " or ".join(repr(folded[c]) for c in close) + "?"
    if names:
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")  # noqa: PLR2004
        return f"; known: {shown}"
    return ""


def _restore(kind: type[NanoOSError], message: str, attributes: dict[str, Any]) -> NanoOSError:
    error = kind.__new__(kind, message)
    Exception.__init__(error, message)
    error.__dict__.update(attributes)
    return error


def _sentence(hint: str) -> str:
    return f" {hint}" if hint else ""
