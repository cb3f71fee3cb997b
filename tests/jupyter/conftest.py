"""A running Jupyter server with our extension in it, and structure files to ask it about."""

from __future__ import annotations

import json
import shutil

import pytest

pytest.importorskip("jupyter_server", reason="the extra 'notebook' is not installed")
pytest.importorskip("pytest_jupyter", reason="the extra 'dev' is not installed")

# Not as a plugin: it would give every test an event loop and close it, Chromium's too.
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError


@pytest.fixture
def jp_server_config():
    return {"ServerApp": {"jpserver_extensions": {"nanoos_lab.jupyter": True}}}


@pytest.fixture
def files(jp_root_dir, repository):
    """Return the served folder, with a crystal in it."""
    shutil.copy(repository / "notebooks" / "structures" / "SrTiO3.cif", jp_root_dir)
    return jp_root_dir


@pytest.fixture
def ask(jp_fetch):
    """Return what asks the server extension and gives status and JSON."""

    async def asked(name, *, body=None, **params):
        given = {key: str(value) for key, value in params.items()}
        options = {} if body is None else {"method": "POST", "body": json.dumps(body)}
        try:
            response = await jp_fetch("nanoos-lab", name, params=given, request_timeout=60, **options)
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)
        return response.code, json.loads(response.body)

    return asked
