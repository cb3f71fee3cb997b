"""What ``lab.add`` accepts: files, folders, texts, bytes, pymatgen and ASE objects, sample names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, StructureParseError, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nanoos_lab.structures import ParsedStructure

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"
CHECKOUT = Path(__file__).resolve().parents[2] / "notebooks"
STRUCTURE_ENDINGS = (
    ".cif",
    ".mcif",
    ".vasp",
    ".poscar",
    ".contcar",
    ".xyz",
    ".extxyz",
    ".json",
    ".cif.gz",
    ".xyz.gz",
)
STRUCTURE_NAMES = ("POSCAR", "CONTCAR")


@dataclass(frozen=True)
class Problem:
    """Something that could not be read, or not be stored."""

    source: str
    """Its file or name."""
    reason: str


@dataclass
class Sources:
    """What was found in a source: the structures, and what could not be read with its reason."""

    parsed: list[ParsedStructure] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def samples_folder() -> Path:
    """Return the folder of the sample structures that ship with the package."""
    shipped = SHIPPED / "structures"
    return shipped if shipped.is_dir() else CHECKOUT / "structures"


def measured_table() -> Path:
    """Return the table of measured values that ships with the package."""
    shipped = SHIPPED / "measured.csv"
    return shipped if shipped.is_file() else CHECKOUT / "measured.csv"


def collect(source: Any, *, name: str | None = None) -> Sources:  # noqa: ANN401 - many kinds are accepted
    """Read a source of any kind, all of it; see :func:`stream`.

    Args:
        source: A path, a folder, text, bytes, a pymatgen or ASE object, or a list of any of these.
        name: Name of what is read, where it is one thing.

    Raises:
        StructureParseError: A single source cannot be read.
        InvalidInputError: The source is of no known kind, or the path does not exist.
    """
    found = Sources()
    for one in stream(source, name=name):
        if isinstance(one, Problem):
            found.problems.append((one.source, one.reason))
        else:
            found.parsed.append(one)
    return found


def stream(source: Any, *, name: str | None = None) -> Iterator[ParsedStructure | Problem]:  # noqa: ANN401
    """Read a source of any kind, a file at a time.

    A folder gives what can be read and reports the rest; a single file that cannot be read is an error.

    Args:
        source: A path, a folder, text, bytes, a pymatgen or ASE object, or a list of any of these.
        name: Name of what is read, where it is one thing.

    Raises:
        StructureParseError: A single source cannot be read.
        InvalidInputError: The source is of no known kind, or the path does not exist.
    """
    if isinstance(source, (list, tuple, set)):
        yield from _stream_many(source)
    elif isinstance(source, bytes) or (isinstance(source, str) and "\n" in source):
        yield from read_file(source, name)
    elif isinstance(source, (str, Path)):
        path = _resolve(Path(source).expanduser())
        yield from _stream_folder(path) if path.is_dir() else read_file(path, name)
    else:
        yield _from_object(source, name)


def _stream_many(sources: Any) -> Iterator[ParsedStructure | Problem]:  # noqa: ANN401 - a list of any kinds
    for item in sources:
        try:
            yield from stream(item)
        except (StructureParseError, InvalidInputError) as error:
            named = isinstance(item, (str, Path)) and "\n" not in str(item)
            yield Problem(str(item) if named else type(item).__name__, reason_of(error))


def _stream_folder(folder: Path) -> Iterator[ParsedStructure | Problem]:
    empty = True
    for path in files_of(folder):
        empty = False
        try:
            yield from read_file(path, None)
        except StructureParseError as error:
            yield Problem(str(path.relative_to(folder)), reason_of(error))
    if empty:
        raise InvalidInputError(
            f"the folder {folder} holds no structure file (looked for *{', *'.join(STRUCTURE_ENDINGS)}, "
            f"{', '.join(STRUCTURE_NAMES)})"
        )


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the structure files of a folder and of those in it, in order; hidden ones are passed over.

    Args:
        folder: The folder.
    """
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        named = path.name.upper().startswith(STRUCTURE_NAMES) or path.name.lower().endswith(STRUCTURE_ENDINGS)
        if path.is_file() and named and not hidden:
            yield path


def _resolve(path: Path) -> Path:
    if path.exists():
        return path
    sample = samples_folder() / path
    if sample.is_file() and len(path.parts) == 1:
        return sample
    nearby = path.parent.iterdir() if path.parent.is_dir() else ()
    known = {p.name for p in nearby if p.is_file()} | {p.name for p in samples_folder().glob("*.cif")}
    hint = suggest(path.name, known).partition("; known")[0]
    raise InvalidInputError(f"there is no file {str(path)!r} (seen from {Path.cwd()}){hint}")


def read_file(source: str | Path | bytes, name: str | None = None) -> list[ParsedStructure]:
    """Read one file, text or bytes.

    Args:
        source: Which.
        name: Name of what is read.

    Raises:
        StructureParseError: It cannot be read.
    """
    from nanoos_lab.structures import read_structures  # noqa: PLC0415 - pymatgen is heavy

    return read_structures(source, name=name)


def _from_object(source: Any, name: str | None) -> ParsedStructure:  # noqa: ANN401 - checked here
    from nanoos_lab.structures import ParsedStructure  # noqa: PLC0415 - pymatgen is heavy

    if hasattr(source, "get_chemical_symbols") and hasattr(source, "pbc"):
        from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415

        periodic = any(source.pbc)
        convert = AseAtomsAdaptor.get_structure if periodic else AseAtomsAdaptor.get_molecule
        source = convert(source)
    if not hasattr(source, "sites") or not hasattr(source, "composition"):
        raise InvalidInputError(
            f"a {type(source).__name__} is not a structure: give a file, a folder, a text, bytes, "
            "or a pymatgen or ASE object"
        )
    label = name or source.composition.reduced_formula
    return ParsedStructure(structure=source, text="", format="", name=label, index=0)


def reason_of(error: Exception) -> str:
    """Return why something could not be read, without the name of what it was.

    Args:
        error: What reading raised.
    """
    if isinstance(error, StructureParseError):
        where = f"line {error.line}: " if error.line else ""
        return f"{where}{error.problem}"
    return str(error)
