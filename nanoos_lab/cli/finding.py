"""Commands that find structures and tag them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, chosen_records, current_lab
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.verbs import parse_filters

FILTERS_HELP = """\
Find structures: nanoos find elements=Li,Fe band_gap=1..2 space_group=62 stable=true

A filter is name=value; all of them must be met.

\b
elements=Li,Fe any_elements=Na,K exclude_elements=Pb   what they hold
chemical_system=Li-Fe-O    formula=LiFePO4    formula=ABX3
space_group=62,Pm-3m       crystal_system=cubic,hexagonal
n_elements=3  n_sites=..20  dimensionality=2
tags=good,new  exclude_tags=bad  text='"two words" third'
band_gap=1..2  'bulk_modulus>100'  'formation_energy=..-200 meV/atom'
stable=true|false          energy above the hull 0, or greater
has=band_gap  lacks=bulk_modulus    some value known, or none
origin=measured  method=CHGNet      only such values count
material=NAME  derived=false  order=-band_gap  limit=10

Words with > < or spaces need quotes in a shell.
"""


@app.command(help=FILTERS_HELP)
def find(
    filters: Annotated[
        list[str] | None, typer.Argument(help="Filters; without any, every structure.", show_default=False)
    ] = None,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Find structures; see :data:`FILTERS_HELP`."""
    return current_lab().find(**parse_filters(filters or []))


@app.command()
def tag(
    words: Annotated[
        list[str], typer.Argument(help="Ids or names, or filters as of 'find'; 'all' for every added one.")
    ],
    add: Annotated[
        list[str] | None, typer.Option("--add", "-a", help="A word to add; may be repeated.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", "-r", help="A word to take away; may be repeated.")
    ] = None,
) -> Any:  # noqa: ANN401
    """Tag structures: nanoos tag elements=Li,O band_gap>3 --add electrolyte."""
    if not add and not remove:
        raise InvalidInputError("say which tags: --add WORD or --remove WORD")
    lab = current_lab()
    names = [word for word in words if not any(sign in word for sign in "=<>")]
    filters = parse_filters(word for word in words if word not in names)
    chosen = chosen_records(lab, names) if names else []
    if filters:
        chosen += lab.find(**filters)
    return lab.tag(chosen, add=add or (), remove=remove or ())


@app.command()
def tags() -> Any:  # noqa: ANN401
    """List the tags there are, with how many structures carry each."""
    return current_lab().tags()


@app.command()
def note(
    structure: Annotated[str, typer.Argument(help="Id or name.")],
    text: Annotated[str, typer.Argument(help="The note; it goes below what is there.")],
    replace: Annotated[bool, typer.Option("--replace", help="Write it in place of what is there.")] = False,
) -> Any:  # noqa: ANN401
    """Write a note on a structure."""
    return current_lab().structure(structure).note(text, append=not replace)


@app.command()
def rename(
    structure: Annotated[str, typer.Argument(help="Id or name.")],
    name: Annotated[str, typer.Argument(help="The new name.")],
) -> Any:  # noqa: ANN401
    """Give a structure another name."""
    return current_lab().structure(structure).rename(name)
