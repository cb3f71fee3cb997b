"""XML files of programs, read part by part: only wanted parts are ever in memory, and no entity is expanded."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.parsers import expat

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs.opening import fortran_float, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

DEEPEST = 60
MOST_IN_A_PART = 20_000_000
"""Elements of one wanted part."""
Handler = "Callable[[str, Element, int], None]"


class XmlParts:
    """Hands out the wanted parts of an XML file in order.

    Args:
        path: The file.
        wanted: Paths of elements, such as ``modeling/calculation/energy``; each is handed out whole at its end.
        handle: Called with path, element and line.
        ends: Paths whose ends alone are told, with an empty element.
    """

    def __init__(
        self,
        path: Path,
        wanted: Collection[str],
        handle: Callable[[str, Element, int], None],
        *,
        ends: Collection[str] = (),
    ) -> None:
        self._path, self._wanted, self._ends, self._handle = path, frozenset(wanted), frozenset(ends), handle
        self._open: list[str] = []
        self._names = ""
        self._part: list[Element] = []
        self._text: list[str] = []
        self._size = 0
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self) -> str:
        """Read the file; return why it ends too early, or nothing where it is whole.

        Raises:
            ProgramOutputError: It is no XML from the beginning, or holds what no program writes.
        """
        with opened(self._path) as stream:
            try:
                while data := stream.read():
                    self._parser.Parse(data, False)
                if not stream.cut_short:
                    self._parser.Parse(b"", True)
            except expat.ExpatError as error:
                problem = f"line {error.lineno}: {expat.ErrorString(error.code)}"
                return f"{problem} (inside {self._names or 'nothing'})"
            except UnicodeError as error:
                return f"line {self._parser.CurrentLineNumber}: {error}"
        return stream.cut_short

    def error(self, problem: str) -> ProgramOutputError:
        """Return an error that names the file and the present line.

        Args:
            problem: What is wrong, in a sentence.
        """
        return ProgramOutputError(problem, str(self._path), self._parser.CurrentLineNumber)

    def _refuse(self, *_: object) -> None:
        raise self.error("it declares a document type or entities, which no program's output does")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > DEEPEST:
            raise self.error(f"its elements are more than {DEEPEST} levels deep, as no output's are")
        self._names = f"{self._names}/{name}" if self._names else name
        if self._part:
            self._finish_text()
            element = Element(name, attributes)
            self._part[-1].append(element)
            self._part.append(element)
            self._size += 1
            if self._size > MOST_IN_A_PART:
                raise self.error(f"<{self._part[0].tag}> holds more than {MOST_IN_A_PART} elements")
        elif self._names in self._wanted:
            self._part, self._size = [Element(name, attributes)], 0
            self._parser.CharacterDataHandler = self._text.append

    def _end(self, name: str) -> None:
        names = self._names
        self._open.pop()
        self._names = names[: -len(name) - 1]
        if self._part:
            self._finish_text()
            element = self._part.pop()
            if not self._part:
                self._parser.CharacterDataHandler = None
                self._handle(names, element, self._parser.CurrentLineNumber)
        elif names in self._ends:
            self._handle(names, Element(name), self._parser.CurrentLineNumber)

    def _finish_text(self) -> None:
        if not self._text:
            return
        element, text = self._part[-1], "".join(self._text)
        self._text.clear()
        if len(element):
            element[-1].tail = text
        else:
            element.text = text


def numbers_in(element: Element) -> list[float]:
    """Return the numbers of an element's text; overflowed ones are NaN.

    Args:
        element: The element.

    Raises:
        ValueError: Something else stands among them.
    """
    return [fortran_float(word) for word in (element.text or "").split()]
