"""Progress while something is waited for: a bar in a notebook, a line in a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, Self

from nanoos_lab.display import html, numbers

if TYPE_CHECKING:
    from types import TracebackType

_INTERVAL_S = 0.2
_LOG_STEP = 0.1
_LOG_INTERVAL_S = 30.0


class _Screen(Protocol):
    def show(self, fraction: float | None, line: str) -> None: ...
    def finish(self, took: str) -> None: ...


class _Notebook:
    """One output that is rewritten in place; at the end, a line that tells how long it took."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._handle: Any = None

    def show(self, fraction: float | None, line: str) -> None:
        words = html.Markup('<p class="sub">{}</p>').format(line)
        self._draw(html.block(html.bar(fraction), words, title=self._title))

    def finish(self, took: str) -> None:
        if self._handle is not None:
            words = html.Markup('<p class="sub">{}: {}</p>').format(self._title, took)
            self._draw(html.block(words), f"{self._title}: {took}")

    def _draw(self, markup: str, plain: str = "") -> None:
        from IPython import display  # noqa: PLC0415 - only inside IPython

        page = {"text/html": markup, "text/plain": plain}
        if self._handle is None:
            self._handle = display.display(page, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(page, raw=True)


class _Terminal:
    """One line that is rewritten in place; where the output is not a terminal, a line when it changes much."""

    def __init__(self, title: str) -> None:
        self._title, self._interactive = title, sys.stderr.isatty()
        self._said, self._said_at = -1.0, 0.0
        self._width = 0

    def show(self, fraction: float | None, line: str) -> None:
        percent = "" if fraction is None else f" {100 * fraction:3.0f} %"
        words = f"{self._title}{percent}  {line}"
        if self._interactive:
            sys.stderr.write("\r" + words[:118].ljust(self._width))
            self._width = min(len(words), 118)
        elif self._news(fraction):
            sys.stderr.write(words + "\n")
        sys.stderr.flush()

    def _news(self, fraction: float | None) -> bool:
        """Return whether a log wants another line: at a tenth more, or after half a minute."""
        now = time.monotonic()
        further = fraction is not None and fraction - self._said >= _LOG_STEP
        if not further and now - self._said_at < _LOG_INTERVAL_S:
            return False
        self._said, self._said_at = fraction or 0.0, now
        return True

    def finish(self, took: str) -> None:
        del took  # a terminal has shown it
        if self._interactive and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()


class ProgressBar:
    """Shows how far something is; quiet for what ends within half a second.

    Args:
        title: What is waited for.
        patience_s: Seconds before anything is shown.

    Example:
        >>> with ProgressBar("relax") as bar:
        ...     bar.update(0.5, "step 10")
    """

    def __init__(self, title: str, *, patience_s: float = 0.5) -> None:
        self._title = title
        self._start = time.monotonic()
        self._next = self._start + patience_s
        self._screen: _Screen = _Notebook(title) if in_notebook() else _Terminal(title)

    def update(self, fraction: float | None, message: str = "") -> None:
        """Show the present state, at most five times a second.

        Args:
            fraction: Done part, 0 to 1, or None where it is not known.
            message: A short line.
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL_S
        past = now - self._start
        words = [message, numbers.duration(past)]
        if fraction and 0.02 < fraction < 1:  # noqa: PLR2004 - earlier, the estimate is noise
            words.append(f"about {numbers.duration(past * (1 - fraction) / fraction)} left")
        self._screen.show(fraction, " · ".join(filter(None, words)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._screen.finish(numbers.duration(time.monotonic() - self._start))


def in_notebook() -> bool:
    """Return whether this process is a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell is not None and hasattr(shell, "kernel")
