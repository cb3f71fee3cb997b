"""``nanoos db``: what an administrator does to a lab's database, on a server or in a folder.

Passwords are shown once, when they are made, and asked for where they are needed and not in ``~/.pgpass``; none
has to be written on a command line, where every account of the machine can read it.
"""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from nanoos_lab.cli.app import SESSION, Session, app
from nanoos_lab.errors import AccessDeniedError, InvalidInputError

if TYPE_CHECKING:
    from nanoos_lab.store.postgresql.people import Credential

db = typer.Typer(
    name="db",
    help="Administer a lab's database: make one on a server, let people in, upgrade, check, dump, move.",
    no_args_is_help=True,
)
app.add_typer(db)

Lab = Annotated[
    str | None,
    typer.Option(envvar="NANOOS_LAB", help="Address of the lab, as its administrator."),
]
Place = Annotated[
    str, typer.Argument(help="The lab folder, or its address on a server, as its administrator.")
]
Save = Annotated[
    bool, typer.Option("--save", help="Write the login into ~/.pgpass, so that nobody has to type it.")
]


@db.command()
def start(folder: Annotated[Path, typer.Argument(help="Where its data are or shall be.")]) -> None:
    """Start a PostgreSQL server of one's own on this machine; needs the extra 'server'."""
    from nanoos_lab.store.postgresql.server import start_server  # noqa: PLC0415 - only here

    server = start_server(folder)
    typer.echo(
        f"The server in {server.folder} runs (process {server.pid}); it goes on until 'nanoos db stop'."
    )
    typer.echo(f"Make a lab on it: nanoos db create '{server.address('lab')}' --files FOLDER")


@db.command()
def stop(folder: Annotated[Path, typer.Argument(help="As given to start.")]) -> None:
    """Stop a server that 'start' started."""
    from nanoos_lab.store.postgresql.server import stop_server  # noqa: PLC0415 - only here

    ran = stop_server(folder)
    typer.echo(f"The server in {folder} {'has stopped' if ran else 'did not run'}.")


@db.command()
def create(
    address: Annotated[str, typer.Argument(help="The new database, reached as a superuser of the server.")],
    files: Annotated[
        Path, typer.Option(help="Folder of the lab's files, as everyone who works in it sees it.")
    ],
    name: Annotated[str, typer.Option(help="What the lab is called; by default as the database.")] = "",
    save: Save = False,
    new_password: Annotated[
        bool,
        typer.Option("--new-password", help="Give the administrator of a lab that is there a new password."),
    ] = False,
) -> None:
    """Make a database into an empty lab; the only act that needs a superuser of the server."""
    _in_a_terminal()
    from nanoos_lab.store.postgresql import admin  # noqa: PLC0415 - brings the driver

    address = _with_password(address, "postgres")
    there = admin.has_lab(address)
    if there and not new_password:
        typer.echo("There is a lab already: nothing was changed.")
        typer.echo("If its administrator's password is lost, --new-password makes another.")
        return
    made = admin.renew_administrator(address) if there else admin.create_lab(address, files=files, name=name)
    _show(made, "The lab's administrator", save=save)
    typer.echo(f"Let someone in: nanoos db add-user NAME --lab '{made.address}'")


@db.command("add-user")
def add_user(
    name: Annotated[str, typer.Argument(help="The login name.")],
    lab: Lab = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Type the password, or pipe it in, instead of having one made.")
    ] = False,
    save: Save = False,
) -> None:
    """Let a person in, or give one that is in a new password."""
    _in_a_terminal()
    from nanoos_lab.store.postgresql.people import add_person  # noqa: PLC0415 - brings the driver

    address = _administrator(lab)
    made = add_person(address, name, password=_typed_password() if ask else None)
    if not made.password:
        typer.echo(f"{name} has a login on this server already, and keeps its password.")
        typer.echo(f"  address   {made.address}")
        return
    _show(made, name, save=save, typed=ask)


@db.command("remove-user")
def remove_user(name: Annotated[str, typer.Argument(help="The login name.")], lab: Lab = None) -> None:
    """Let a person in no more; what they did stays."""
    from nanoos_lab.store.postgresql.people import remove_person  # noqa: PLC0415 - brings the driver

    closed = remove_person(_administrator(lab), name)
    other = "" if closed else " The login itself stays, for another lab of this server."
    typer.echo(f"{name} is let in no more; what {name} did stays.{other}")


@db.command()
def users(lab: Lab = None) -> None:
    """List who may log in."""
    from nanoos_lab.store.postgresql.people import people_of  # noqa: PLC0415 - brings the driver

    found = people_of(_administrator(lab))
    typer.echo(f"{'person':<32}{'projects':>9}{'connected':>11}")
    for person in found:
        typer.echo(f"{person.name:<32}{person.projects:>9}{person.connections:>11}")
    if not found:
        typer.echo("nobody yet: nanoos db add-user NAME")


@db.command()
def upgrade(place: Place) -> None:
    """Take a lab to the newest schema, with everything in it; on a server, put its security in place anew too."""
    from nanoos_lab.store.upgrading import upgrade as upgrade_place  # noqa: PLC0415 - brings SQLAlchemy

    before, after = upgrade_place(_reached(place))
    done = (
        f"has gone from schema {before} to {after}" if before != after else f"has the newest schema, {after}"
    )
    typer.echo(f"{_named(place)} {done}.")


def _reached(place: str) -> str:
    """Return a folder as it is, an address with the password it needs."""
    return _with_password(place) if "://" in place else place


def _named(place: str) -> str:
    """Return a place as it may be shown."""
    from nanoos_lab.store.postgresql.address import parse_address, shown  # noqa: PLC0415 - brings SQLAlchemy

    return shown(parse_address(place)) if "://" in place else place


def _administrator(lab: str | None) -> str:
    """Return the address to administer, with a password if one had to be asked for."""
    place = lab or SESSION.get(Session()).path
    if place is None or "://" not in str(place):
        raise InvalidInputError(
            "name the lab by its administrator's address: --lab ADDRESS, as 'nanoos db create' showed it"
        )
    return _with_password(str(place))


def _with_password(address: str, database: str | None = None) -> str:
    """Return an address that logs in: as it is, or with a password that was asked for."""
    from nanoos_lab.store.postgresql.address import parse_address  # noqa: PLC0415 - brings SQLAlchemy
    from nanoos_lab.store.postgresql.administering import administering  # noqa: PLC0415 - brings the driver

    url = parse_address(address)
    try:
        with administering(url.set(database=database) if database else url):
            return address
    except AccessDeniedError as error:
        if "no password supplied" not in str(error) or not sys.stdin.isatty():
            raise
    secret = typer.prompt(f"Password of {url.username}", hide_input=True, err=True)
    return url.set(password=secret).render_as_string(hide_password=False)


def _typed_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise InvalidInputError("no password came in: type it, or pipe it in as one line")
    return secret


def _in_a_terminal() -> None:
    if SESSION.get(Session()).embedded:
        raise InvalidInputError("do this in a terminal: a notebook would keep the password that is shown")


def _show(made: Credential, who: str, *, save: bool, typed: bool = False) -> None:
    """Print a login that was just made; nothing prints its password again."""
    typer.echo(f"{who}:")
    typer.echo(f"  address   {made.address}")
    if not typed:
        typer.echo(f"  password  {made.password}   (shown this once)")
    if save:
        from nanoos_lab.store.postgresql.passwords import save_password  # noqa: PLC0415 - only here

        typer.echo(f"  saved in  {save_password(made)}")
    elif not typed:
        typer.echo("  or this line in ~/.pgpass (chmod 600), and nobody has to type it:")
        typer.echo(f"  {made.pgpass()}")
