"""What tests with real servers and a real browser share. Every request that leaves this machine fails its test."""

from __future__ import annotations

import contextlib
import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from tests.system import browser, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.system.servers import Server


@pytest.fixture(scope="module")
def chromium(require: Any) -> Iterator[Browser]:
    """Return a running browser, with WebGL in software and without a network."""
    require(browser.CHROMIUM.exists(), "Chromium is not installed: apt-get install chromium")
    require(importlib.util.find_spec("playwright"), "the extra 'dev' is not installed")
    with browser.launch() as running:
        yield running


@pytest.fixture
def running() -> Iterator[contextlib.ExitStack]:
    """Return what ends the test's servers, after its pages: a page that loses its server calls that an error."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def new_page(chromium: Browser, running: contextlib.ExitStack) -> Iterator[Callable[..., Page]]:
    """Return what opens a page; all end with the test, which fails by foreign requests and uncaught errors.

    Its keywords are those of Playwright's ``new_context``, such as ``color_scheme="dark"`` and ``accept_downloads``;
    ``width`` and ``height`` are of the window. A page has ``watch``, a :class:`tests.system.browser.Watch`.
    """
    watch, contexts = browser.Watch(), []

    def opened(width: int = 1200, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        made = context.new_page()
        watch.follow(made)
        made.watch = watch  # type: ignore[attr-defined]
        return made

    yield opened
    for context in contexts:
        context.close()
    assert not watch.foreign, f"requests left this machine: {watch.foreign}"
    assert not watch.errors, watch.errors


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return a page that fails its test by foreign requests and by uncaught errors."""
    return new_page()


@pytest.fixture
def jupyterlab(tmp_path: Path, require: Any, running: contextlib.ExitStack) -> Callable[..., Server]:
    """Return what starts JupyterLab with our extension as it is shipped; it ends with the test.

    It takes the folder to serve, ``tmp_path / "work"`` if none, and the keywords of
    :func:`tests.system.servers.jupyter_server`.
    """
    require(importlib.util.find_spec("jupyterlab"), "the extra 'notebook' is not installed")
    return _starter(servers.jupyter_server, tmp_path, running)


@pytest.fixture
def voila(tmp_path: Path, require: Any, running: contextlib.ExitStack) -> Callable[..., Server]:
    """Return what starts Voila on a folder, ``tmp_path / "work"`` if none; it ends with the test."""
    require(importlib.util.find_spec("voila"), "voila is not installed: pip install 'nanoos-lab[hub]'")
    return _starter(servers.voila_server, tmp_path, running)


def _starter(serve: Any, tmp_path: Path, running: contextlib.ExitStack) -> Callable[..., Server]:
    def start(root: Path | None = None, **options: Any) -> Server:
        served = tmp_path / "work" if root is None else root
        served.mkdir(parents=True, exist_ok=True)
        server: Server = running.enter_context(serve(served, tmp_path / "home", **options))
        return server

    return start
