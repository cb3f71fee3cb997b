"""Commands about projects and who may work in them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, current_lab

Person = Annotated[str, typer.Argument(help="The login name.")]


@app.command()
def projects() -> Any:  # noqa: ANN401 - shown by the caller
    """List the projects that you may open, and your role in each."""
    return current_lab().projects()


@app.command()
def members() -> Any:  # noqa: ANN401
    """List who may work in the project."""
    return current_lab().members()


@app.command()
def share(
    person: Person,
    role: Annotated[str, typer.Option(help="viewer, editor or owner.")] = "viewer",
) -> Any:  # noqa: ANN401
    """Let a person into the project: nanoos --project batteries share bob --role editor."""
    return current_lab().share(person, role)


@app.command()
def unshare(person: Person) -> Any:  # noqa: ANN401
    """Take a person out of the project; they see nothing of it from then on."""
    return current_lab().unshare(person)


@app.command("add-project")
def add_project(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    group: Annotated[str, typer.Option(help="Unix group of its members, to which its files are given.")] = "",
) -> Any:  # noqa: ANN401
    """Make a project of your own, and give its files to a Unix group: nanoos add-project li-ion --group li-ion."""
    return current_lab().add_project(name, group=group)
