"""What all handlers share: Jupyter's authentication, checked questions, threads for what takes long, told errors."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from nanoos_lab.foreign_json import loads
from nanoos_lab.jupyter.refusing import RefusedError, refusal_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nanoos_lab.jupyter.questions import Question
    from nanoos_lab.jupyter.shelf import Shelf

_WORKERS = 3
_MAX_BODY = 2**20
_Q = TypeVar("_Q", bound="Question")
_T = TypeVar("_T")


class Desk:
    """What the handlers of one server work with.

    Args:
        shelf: The open labs.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="nanoos-jupyter")

    def close(self) -> None:
        """End the threads and let go of the labs."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.shelf.close()


class Handler(APIHandler):
    """A handler under Jupyter's authentication whose answers are JSON."""

    def initialize(self, desk: Desk) -> None:
        """Take what the server's handlers share."""
        self.desk = desk

    def asked(self, kind: type[_Q]) -> _Q:
        """Return the checked question of the address' parameters.

        Args:
            kind: Its model.
        """
        names = (
            name for name in self.request.query_arguments if not name.isdigit()
        )  # JupyterLab adds the time
        return kind.model_validate({name: self.get_query_argument(name) for name in names})

    def told(self, kind: type[_Q]) -> _Q:
        """Return the checked question of the request's body.

        Args:
            kind: Its model.
        """
        if len(self.request.body) > _MAX_BODY:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the question is larger than 1 MiB")
        try:
            given = loads(self.request.body, "the question")
        except ValueError:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the question is not JSON") from None
        return kind.model_validate(given)

    async def elsewhere(self, work: Callable[..., _T], *args: Any) -> _T:
        """Do what takes long in one of the threads.

        Args:
            work: What is done.
            args: For it.
        """
        return await asyncio.get_running_loop().run_in_executor(self.desk.pool, work, *args)

    async def answer(self, work: Awaitable[dict[str, Any]]) -> None:
        """Write the answer, or what was wrong.

        Args:
            work: Gives the answer.
        """
        self.set_header("Cache-Control", "no-store")
        try:
            self.finish(json.dumps(await work, allow_nan=False))
        except HTTPError:
            raise
        except Exception as error:
            refused = refusal_of(error)
            if refused is None:
                self.log.exception("nanoos-lab: %s failed", self.request.path)
                raise
            self.log.info("nanoos-lab: %s refused: %s", self.request.path, refused.message)
            self.set_status(refused.status)
            self.finish(json.dumps({"message": refused.message, "remedy": refused.remedy}))
