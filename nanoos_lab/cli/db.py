"""``nanoos db``: what an administrator does to a lab's database, on a server or in a folder.

Passwords are shown once, when they are made, and asked for where they are needed and not in ``~/.pgpass``; none
has to be written on a command line, where every account of the machine can read it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nanoos_lab.cli.app import SESSION, Session, app
from nanoos_lab.errors import AccessDeniedError, InvalidInputError

if TYPE_CHECKING:
    from nanoos_lab.store.postgresql.people import Credential
    from nanoos_lab.store.transfer import Moved

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
Target = Annotated[
    str,
    typer.Argument(
        help="A folder that is not there yet, or the address of an empty lab, as its administrator."
    ),
]
Owner = Annotated[
    str | None, typer.Option(help="Who is to own the projects of a folder on a server; a person of the lab.")
]
Files = Annotated[
    Path | None, typer.Option(help="Where the server's files are seen from here, if not where the lab says.")
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


@db.command()
def check(
    place: Place,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave the contents of structures and the bytes of artifacts unread."),
    ] = False,
    files: Files = None,
) -> None:
    """Look whether a lab is as it should be: tables, references, security, files; ends with 1 where it is not."""
    from nanoos_lab.store.checking import check as check_place  # noqa: PLC0415 - brings SQLAlchemy

    done = check_place(_reached(place), fix=fix, quick=quick, files_at=files, tell=_tell)
    _end_line()
    typer.echo(f"{done.place}: looked at {', '.join(done.looked_at)}")
    for words in done.repairs:
        typer.echo(f"  mended: {words}")
    for words in done.notes:
        typer.echo(f"  note: {words}")
    for finding in done.problems:
        typer.echo(f"  problem: {finding.what}{' (mend it with --fix)' if finding.mend else ''}")
    if not done.well:
        typer.echo(f"{len(done.problems)} problems")
        raise typer.Exit(1)
    typer.echo("All is as it should be.")


@db.command()
def index(
    lab: Lab = None,
    every: Annotated[bool, typer.Option("--all", help="Also for projects that have few vectors.")] = False,
) -> None:
    """Make the indexes by which vectors are searched on a server; people may go on working meanwhile."""
    from nanoos_lab.store.vector_indexes import build_indexes  # noqa: PLC0415 - brings SQLAlchemy

    found = build_indexes(_administrator(lab), everyone=every)
    for one in found:
        words = f"{one.vectors:>10,} vectors of {one.dimension} numbers in the project {one.project_id}"
        typer.echo(f"{one.model} {one.version}: {words}; index {one.state}")
    if not found:
        typer.echo("no vectors yet")


@db.command()
def move(source: Place, target: Target, owner: Owner = None, files: Files = None) -> None:
    """Bring a whole lab to an empty place: from a folder to a server, back, or to another one."""
    from nanoos_lab.store import transfer  # noqa: PLC0415 - brings SQLAlchemy

    moved = transfer.move(_reached(source), _reached(target), owner=owner, files=files, tell=_tell)
    _show_moved(moved)
    typer.echo(f"{moved.source} is as it was: remove it when you no longer need it.")


@db.command()
def dump(
    place: Place,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    with_files: Annotated[
        bool,
        typer.Option("--with-files", help="Artifacts, attempts and reports too, not their records alone."),
    ] = False,
    files: Files = None,
) -> None:
    """Write a whole lab into one file, from which it can be restored into a folder or a server."""
    from nanoos_lab.store import transfer  # noqa: PLC0415 - brings SQLAlchemy

    _show_moved(transfer.dump(_reached(place), file, with_files=with_files, files=files, tell=_tell))


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that dump wrote.")],
    target: Target,
    owner: Owner = None,
    files: Files = None,
) -> None:
    """Make an empty place the lab that a dump holds."""
    from nanoos_lab.store import transfer  # noqa: PLC0415 - brings SQLAlchemy

    _show_moved(transfer.restore(file, _reached(target), owner=owner, files=files, tell=_tell))


def _tell(words: str) -> None:
    """Say how it goes, in one line of the terminal."""
    if sys.stderr.isatty():
        typer.echo(f"\r\x1b[K{words} …", err=True, nl=False)


def _end_line() -> None:
    if sys.stderr.isatty():
        typer.echo("\r\x1b[K", err=True, nl=False)


def _show_moved(moved: Moved) -> None:
    _end_line()
    typer.echo(f"{moved.source} → {moved.target}")
    for name, tally in moved.tables.items():
        if tally.rows:
            typer.echo(f"  {name:<16}{tally.rows:>10,} rows  {tally.digest[:16]}")
    typer.echo(f"  {'files':<16}{moved.files:>10,}")
    for note in moved.notes:
        typer.echo(f"  note: {note}")
    typer.echo("Every row was counted and hashed again where it arrived: all are equal.")


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
