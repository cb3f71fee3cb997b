"""``nanoos pseudos``: families of pseudopotentials on this machine.

Nothing is shipped and nothing downloaded: their owner installs a folder or archive that is there already.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nanoos_lab.cli.app import app
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nanoos_lab.programs.pseudopotentials import Family

pseudos = typer.Typer(
    name="pseudos",
    help="Pseudopotentials for plane-wave codes: install families, list, check and remove them.",
    no_args_is_help=True,
)
app.add_typer(pseudos)

_KINDS = {"norm-conserving": "NC", "ultrasoft": "US", "paw": "PAW"}
_SOURCES = {"file": "file", "table": "table", "oncvpsp": "guess", "assumed": "assumed"}


@pseudos.command()
def install(
    source: Annotated[Path, typer.Argument(help="Folder, or zip or tar archive, with UPF files.")],
    name: Annotated[str, typer.Option(help="What the family is to be called, such as sssp-1.3-pbe.")],
    functional: Annotated[
        str,
        typer.Option(help="Take only files for this functional, such as PBE, where the folder mixes them."),
    ] = "",
    prefer: Annotated[
        list[str] | None,
        typer.Option(
            help="Which file to take of an element with several: a pattern such as 'sg15/*'; may be repeated."
        ),
    ] = None,
    cutoffs: Annotated[
        Path | None,
        typer.Option(
            help="Table of cut-offs by element, JSON or TOML, such as SSSP's (Ry) or PseudoDojo's (Ha)."
        ),
    ] = None,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Install a family, wholly or not at all: nanoos pseudos install ~/SSSP_1.3_PBE.tar.gz --name sssp --cutoffs SSSP.json."""  # noqa: E501
    from nanoos_lab.programs.pseudopotentials import Wishes  # noqa: PLC0415 - only here
    from nanoos_lab.programs.pseudopotentials import install as put  # noqa: PLC0415

    family = put(source, name, Wishes(functional, tuple(prefer or ()), cutoffs))
    unsure = [s for s, p in family.members.items() if not p.cutoffs_are_known]
    typer.echo(f"{family.name}: {len(family)} elements for {family.functional}, in {family.folder}")
    if unsure:
        typer.echo(
            f"Nobody said the cut-offs of {len(unsure)} of them, so they are estimated: give a table with --cutoffs, "
            "or ask the task 'convergence' before you rely on them."
        )


@pseudos.command("list")
def list_(
    name: Annotated[str, typer.Argument(help="A family, for its elements; by default all families.")] = "",
) -> Any:  # noqa: ANN401
    """List the families on this machine, or the elements of one."""
    from nanoos_lab.programs.pseudopotentials import families, library_folder, open_family  # noqa: PLC0415

    if name:
        return _members(open_family(name))
    found = families()
    if not found:
        typer.echo(f"No families in {library_folder()}: nanoos pseudos install FOLDER --name NAME")
        return None
    return _families(found)


def _families(found: tuple[Family, ...]) -> RenderableType:
    from nanoos_lab.display import text  # noqa: PLC0415 - rich loads when something is shown
    from nanoos_lab.programs.pseudopotentials.library import default_name  # noqa: PLC0415

    chosen = default_name()
    rows = [
        (
            family.name,
            family.functional,
            str(len(family)),
            ", ".join(sorted({p.kind for p in family.members.values()})),
            "default" if family.name == chosen else "",
        )
        for family in found
    ]
    return text.table(("family", "functional", "elements", "kinds", ""), rows, numeric=("elements",))


def _members(family: Family) -> RenderableType:
    from nanoos_lab.display import text  # noqa: PLC0415

    headers = (
        "element",
        "kind",
        "valence",
        "wfc (Ry)",
        "rho (Ry)",
        "said by",
        "sha256",
        "file",
    )
    rows = [
        (
            symbol,
            _KINDS[p.kind],
            f"{p.valence:g}",
            f"{p.cutoff_ry:g}",
            f"{p.density_cutoff_ry:g}",
            _SOURCES[p.cutoff_source],
            p.sha256[:8],
            p.filename,
        )
        for symbol, p in family.members.items()
    ]
    title = f"{family.name} · {family.functional} · {family.folder}"
    return text.table(headers, rows, numeric=("valence", "wfc (Ry)", "rho (Ry)"), title=title)


@pseudos.command()
def check(
    name: Annotated[str, typer.Argument(help="A family; by default all.")] = "",
) -> None:
    """Look whether the files of the families are still those that were installed."""
    from nanoos_lab.programs import pseudopotentials as library  # noqa: PLC0415

    names = [name] if name else [family.name for family in library.families()]
    problems = {one: library.check(one) for one in names}
    for one, wrong in problems.items():
        typer.echo(f"{one}: {'; '.join(wrong) if wrong else 'all files are as they were installed'}")
    if broken := [one for one, wrong in problems.items() if wrong]:
        raise InvalidInputError(
            f"{', '.join(broken)}: not as installed: remove with 'nanoos pseudos remove NAME' and install again"
        )


@pseudos.command()
def default(name: Annotated[str, typer.Argument(help="A family.")]) -> None:
    """Choose the family that is meant where none is named."""
    from nanoos_lab.programs.pseudopotentials import set_default  # noqa: PLC0415

    set_default(name)
    typer.echo(f"{name} is meant where no family is named.")


@pseudos.command()
def remove(
    name: Annotated[str, typer.Argument(help="A family.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a family from this machine; what was computed with it keeps its hashes."""
    from nanoos_lab.programs import pseudopotentials as library  # noqa: PLC0415

    family = library.open_family(name)
    if not yes:
        typer.confirm(f"Remove {len(family)} files of {name} in {family.folder}?", abort=True)
    library.remove(name)
    typer.echo(f"{name} is removed.")
