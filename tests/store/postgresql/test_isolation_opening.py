"""Who is refused where people work, whatever else their login may do."""

from __future__ import annotations

import pytest
from attacks import raw

from nanoos_lab.errors import AccessDeniedError, AmbiguousIdError, InvalidInputError, StoreError
from nanoos_lab.store.database import Store
from nanoos_lab.store.people import set_role


def test_administrators_and_superusers_do_not_work_here(server_lab):
    for address in (server_lab.admin, server_lab.server.address(server_lab.database)):
        with pytest.raises(AccessDeniedError, match="administers"):
            Store.open(address)


@pytest.mark.parametrize("role", ["postgres", "lab_owner", "passes_by"])
def test_nor_does_who_may_become_one(server_lab, role):
    address = server_lab.person("climber")
    with raw(server_lab.server.address(server_lab.database)) as superuser:
        if role == "passes_by":
            superuser.execute("CREATE ROLE passes_by BYPASSRLS")
        superuser.execute(f"GRANT {role} TO climber WITH INHERIT FALSE")
        try:
            with pytest.raises(AccessDeniedError, match="administers"):
                Store.open(address)
        finally:
            superuser.execute(f"REVOKE {role} FROM climber")
            superuser.execute("DROP ROLE IF EXISTS passes_by")
    Store.open(address).close()


def test_the_author_is_who_logged_in(server_lab):
    with pytest.raises(InvalidInputError, match="not 'ada'"):
        Store.open(server_lab.person("mallory"), author="ada")


def test_a_project_is_found_by_its_name_and_by_its_owners(server_lab):
    people = {name: server_lab.person(name) for name in ("ada", "bob", "carol")}
    for owner in ("ada", "bob"):
        with Store.open(people[owner], project="shared") as store:
            set_role(store, "carol", "viewer")
    with pytest.raises(AmbiguousIdError, match="ada/shared or bob/shared"):
        Store.open(people["carol"], project="shared")
    with Store.open(people["carol"], project="bob/shared") as store:
        assert store.scope.project == "bob/shared"
    for unknown in ("mallory/shared", "ada/nothing", "ada/shared/more"):
        with pytest.raises(AccessDeniedError, match="ask its owner"):
            Store.open(people["carol"], project=unknown)
    with (
        Store.open(people["carol"], project="own"),
        Store.open(people["carol"], project="carol/own") as again,
    ):
        assert again.scope.project == "own"


def test_a_database_without_a_lab_or_without_us_is_said(server_lab):
    address = server_lab.person("ada").replace(f"/{server_lab.database}?", "/postgres?")
    with pytest.raises(StoreError, match="holds no lab"):
        Store.open(address)
