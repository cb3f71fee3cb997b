"""Reading what a UPF file says of itself: element, functional, kind, valence, suggested cut-offs, shells.

Both versions are read: 1 with lines of words, 2 with attributes. No file is trusted: only the header is read, by
pattern and not by an XML parser, since many files in use are no valid XML; a document type, with which entities
come, is refused; and a file that stops before its last section is refused as truncated.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nanoos_lab.errors import PseudopotentialError
from nanoos_lab.programs.pseudopotentials.functionals import normal_functional
from nanoos_lab.structures.elements import element_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["norm-conserving", "ultrasoft", "paw"]

LARGEST_BYTES = 64 * 2**20
"""No file of a family in use is larger than a tenth of this."""
_MOST_VALENCE = 60.0
_NEEDED = ("PP_HEADER", "PP_MESH", "PP_LOCAL", "PP_NONLOCAL", "PP_RHOATOM")
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w.]*)\s*=\s*("[^"]*"|'[^']*')""")
_KINDS: Mapping[str, Kind] = {
    "NC": "norm-conserving", "SL": "norm-conserving", "US": "ultrasoft", "USPP": "ultrasoft", "PAW": "paw",
}  # fmt: skip
_QCUT = re.compile(r"qcut\s*\n(.*?)\n\s*#", re.DOTALL)


@dataclass(frozen=True)
class Shell:
    """A valence shell of the atom that the file was made from."""

    label: str
    """Such as ``3d``."""
    l: int  # noqa: E741 - the field's letter
    occupation: float
    """Electrons in it; negative where the file marks it as unbound."""


@dataclass(frozen=True)
class Header:
    """What a UPF file says of itself."""

    element: str
    functional: str
    """Short name in capitals, such as ``PBE``."""
    kind: Kind
    valence: float
    """Electrons that are not in the core."""
    relativistic: str
    """``no``, ``scalar`` or ``full``."""
    spin_orbit: bool
    sha256: str
    version: int
    """1 or 2, of the format."""
    cutoff_ry: float | None = None
    """For wave functions, where the file suggests one."""
    density_cutoff_ry: float | None = None
    """For the density, where the file suggests one."""
    smoothness_ry: float | None = None
    """Largest qcut² of the optimisation, where ONCVPSP made the file: beyond it, it made the pseudopotential smooth."""
    core_correction: bool = False
    shells: tuple[Shell, ...] = ()


def read_header(path: Path) -> Header:
    """Read what a UPF file says of itself.

    Args:
        path: The file.

    Raises:
        PseudopotentialError: It is not a whole UPF file of one element; the message says what is wrong.
    """
    return parse_header(_bytes_of(path), path.name)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise PseudopotentialError(
                path.name, f"{size / 2**20:.0f} MiB is too large for a pseudopotential"
            )
        return path.read_bytes()
    except OSError as error:
        raise PseudopotentialError(path.name, f"it cannot be read: {error.strerror}") from None


def parse_header(data: bytes, name: str) -> Header:
    """Read what the bytes of a UPF file say of themselves.

    Args:
        data: The whole file.
        name: What it is called, for messages.

    Raises:
        PseudopotentialError: It is not a whole UPF file of one element; the message says what is wrong.
    """
    text = data.decode("latin-1")
    _refuse_what_is_no_upf(text, name)
    sha256 = hashlib.sha256(data).hexdigest()
    if re.search(r"<UPF\s", text[:4096]):
        return _version_2(text, name, sha256)
    return _version_1(text, name, sha256)


def _refuse_what_is_no_upf(text: str, name: str) -> None:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise PseudopotentialError(
            name, "it declares a document type or entities, which no pseudopotential needs: do not trust it"
        )
    if "<PP_HEADER" not in text:
        raise PseudopotentialError(
            name, "it has no section PP_HEADER: it is no UPF file (convert older formats with upfconv.x)"
        )
    for section in _NEEDED:
        opened = re.search(rf"<{section}[\s>]", text)
        closed = re.search(rf"</{section}>", text) or (
            opened and re.match(r"<[^<>]*?/>", text[opened.start() :])
        )
        if not opened or not closed:
            state = "ends inside" if opened else "has no"
            raise PseudopotentialError(
                name, f"it {state} section {section}: it is truncated or not a UPF file"
            )
    if re.search(r"<UPF\s", text[:4096]) and "</UPF>" not in text[-4096:]:
        raise PseudopotentialError(name, "it does not end with </UPF>: it is truncated")


def _version_2(text: str, name: str, sha256: str) -> Header:
    head = re.search(r"<PP_HEADER\s(.*?)/?>", _without_quoted_ends(text), re.DOTALL)
    said = {} if head is None else _attributes(head.group(1))
    get = _Fields(said, name)
    ultrasoft, paw = get.flag("is_ultrasoft"), get.flag("is_paw")
    kind = "PAW" if paw else "US" if ultrasoft else get.word("pseudo_type").upper()
    return Header(
        element=_element(get.word("element"), name),
        functional=_functional(get.word("functional"), name),
        kind=_kind(kind, name),
        valence=_valence(get.number("z_valence"), name),
        relativistic=(said.get("relativistic") or "no").strip().lower(),
        spin_orbit=get.flag("has_so"),
        sha256=sha256,
        version=2,
        cutoff_ry=_energy(get.number("wfc_cutoff", 0.0)),
        # without the other cut-off it is a radius: ONCVPSP writes where its mesh ends
        density_cutoff_ry=_energy(get.number("rho_cutoff", 0.0)) if get.number("wfc_cutoff", 0.0) else None,
        smoothness_ry=_smoothness(text),
        core_correction=get.flag("core_correction"),
        shells=tuple(_shells_2(text)),
    )


def _without_quoted_ends(text: str) -> str:
    """Return the header's surroundings with ``>`` inside quotation marks replaced, so that a tag ends at its end."""
    start = text.index("<PP_HEADER")
    return re.sub(r'"[^"<]*"', lambda quoted: quoted.group().replace(">", " "), text[start : start + 16384])


def _attributes(tag: str) -> dict[str, str]:
    return {key.lower(): value[1:-1] for key, value in _ATTRIBUTE.findall(tag)}


@dataclass(frozen=True)
class _Fields:
    """The attributes of a header, asked for by type."""

    said: Mapping[str, str]
    name: str

    def word(self, key: str) -> str:
        """Return what must be there."""
        if not (value := self.said.get(key, "").strip()):
            raise PseudopotentialError(self.name, f"its header does not say {key}")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number, in Fortran's or anyone's spelling."""
        if default is not None and not self.said.get(key, "").strip():
            return default
        return _number(self.word(key), key, self.name)

    def flag(self, key: str) -> bool:
        """Return whether something is said to be so."""
        return self.said.get(key, "f").strip().strip(".").lower().startswith("t")


def _version_1(text: str, name: str, sha256: str) -> Header:
    start = text.index("<PP_HEADER")
    end = text.index("</PP_HEADER>", start)
    lines = [line.strip() for line in text[start:end].splitlines()[1:] if line.strip()]
    if len(lines) < 10:  # noqa: PLR2004 - the lines up to the numbers of wave functions
        raise PseudopotentialError(name, f"its header has {len(lines)} lines instead of at least 10")
    cut = [_number(word, "suggested cutoff", name) for word in lines[6 + 1].split()[:2]]
    spin_orbit = "<PP_ADDINFO>" in text
    return Header(
        element=_element(lines[1].split()[0], name),
        functional=_functional(_functional_words(lines[4]), name),
        kind=_kind(lines[2].split()[0].upper(), name),
        valence=_valence(_number(lines[5].split()[0], "Z valence", name), name),
        relativistic="full" if spin_orbit else "unknown",
        spin_orbit=spin_orbit,
        sha256=sha256,
        version=1,
        cutoff_ry=_energy(cut[0]),
        density_cutoff_ry=_energy(cut[1]) if len(cut) > 1 else None,
        core_correction=lines[3].split()[0].strip(".").upper().startswith("T"),
        shells=tuple(_shells_1(lines)),
    )


def _functional_words(line: str) -> str:
    """Return the four parts, or the short name where the line has fewer words."""
    words = re.split(r"\s+exchange", line, flags=re.IGNORECASE)[0].split()
    return " ".join(words[:4])


def _shells_1(lines: list[str]) -> list[Shell]:
    first = next((i for i, line in enumerate(lines) if line.lower().startswith("wavefunctions")), len(lines))
    rows = [line.split() for line in lines[first + 1 :]]
    return [
        Shell(row[0].lower(), int(row[1]), float(row[2]))
        for row in rows
        if len(row) == 3 and row[1].isdigit() and re.fullmatch(r"-?[\d.]+", row[2])  # noqa: PLR2004 - nl, l, occ
    ]


def _shells_2(text: str) -> list[Shell]:
    found = []
    for tag in re.findall(r"<PP_CHI\.\d+\s(.*?)>", text, re.DOTALL):
        said = _attributes(tag)
        try:
            shell = Shell(said["label"].strip().lower(), int(said["l"]), _plain(said.get("occupation", "0")))
        except (KeyError, ValueError):
            continue  # a shell that is not described is not known of
        found.append(shell)
    return found


def _smoothness(text: str) -> float | None:
    """Return the largest qcut² in Ry (bohr⁻² are Ry) from the input that ONCVPSP copies into its file.

    Source: D. R. Hamann, Phys. Rev. B 88, 085117 (2013): the residual kinetic energy beyond qc is what is minimised.
    """
    inside = re.search(r"<PP_INPUTFILE>(.*?)</PP_INPUTFILE>", text, re.DOTALL)
    table = _QCUT.search(inside.group(1)) if inside else None
    rows = [line.split() for line in table.group(1).splitlines()] if table else []
    cuts = [_plain(row[5]) for row in rows if len(row) == 6 and _is_number(row[5])]  # noqa: PLR2004 - l to qcut
    return max(cuts) ** 2 if cuts else None


def _plain(word: str) -> float:
    return float(word.strip().lower().replace("d", "e"))


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(_plain(word))
    except ValueError:
        return False


def _number(word: str, what: str, name: str) -> float:
    if not _is_number(word):
        raise PseudopotentialError(name, f"its {what} is {word.strip()!r}, not a number")
    return _plain(word)


def _element(word: str, name: str) -> str:
    symbol = word.strip().capitalize()
    if not element_data(symbol).number:
        raise PseudopotentialError(name, f"it says that it is for {word.strip()!r}, which is no element")
    return symbol


def _functional(said: str, name: str) -> str:
    if not (known := normal_functional(said)):
        raise PseudopotentialError(name, "its header names no functional")
    return known


def _kind(word: str, name: str) -> Kind:
    if word not in _KINDS:
        raise PseudopotentialError(
            name, f"its type {word!r} is none of norm-conserving (NC), ultrasoft (US) and PAW"
        )
    return _KINDS[word]


def _valence(value: float, name: str) -> float:
    if not 0.0 < value <= _MOST_VALENCE:
        raise PseudopotentialError(name, f"its number of valence electrons is {value:g}")
    return value


def _energy(value: float) -> float | None:
    return value if value > 1.0 else None  # zero, or a rounding of it, stands for not given
