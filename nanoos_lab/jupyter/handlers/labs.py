"""Labs: what the sidebar asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tornado.web import authenticated

from nanoos_lab.jupyter.handlers.base import Handler
from nanoos_lab.jupyter.places import folder_at, lab_places
from nanoos_lab.jupyter.questions import Act, InLab, Nearby, OfRun, Overview, StructureDrawing

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.lab import Lab

_T = TypeVar("_T")


class LabHandler(Handler):
    """A handler whose question is about a lab."""

    async def with_lab(self, question: InLab, work: Callable[[Lab], _T], *, drive: bool = False) -> _T:
        """Do something with an open lab, in one of the threads.

        Args:
            question: Names the lab.
            work: What is done.
            drive: Whether runs are submitted.
        """
        place = question.lab
        if "://" not in place:
            place = str(await folder_at(self.contents_manager, "" if place == "." else place))

        def inside() -> _T:
            with self.desk.shelf.lab(place, question.project, drive=drive) as lab:
                return work(lab)

        return await self.elsewhere(inside)


class LabsHandler(Handler):
    """The labs around a folder."""

    @authenticated
    async def get(self) -> None:
        """Answer with their paths, the nearest first."""
        await self.answer(self._labs())

    async def _labs(self) -> dict[str, Any]:
        question = self.asked(Nearby)
        return {"labs": await lab_places(self.contents_manager, question.path)}


class OverviewHandler(LabHandler):
    """What a lab holds."""

    @authenticated
    async def get(self) -> None:
        """Answer with projects, structures and runs."""
        await self.answer(self._overview())

    async def _overview(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.listing import overview  # noqa: PLC0415 - the lab is heavy

        question = self.asked(Overview)
        return await self.with_lab(question, lambda lab: overview(lab, question.search, question.limit))


class StructureHandler(LabHandler):
    """A structure of a lab as a scene."""

    @authenticated
    async def get(self) -> None:
        """Answer with scene and facts."""
        await self.answer(self._structure())

    async def _structure(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.listing import structure_drawing  # noqa: PLC0415 - the lab is heavy

        question = self.asked(StructureDrawing)
        return await self.with_lab(question, lambda lab: structure_drawing(lab, question))


class RunHandler(LabHandler):
    """A run: how it stands, and what is done to it."""

    @authenticated
    async def get(self) -> None:
        """Answer with state, monitor and log."""
        await self.answer(self._run())

    @authenticated
    async def post(self) -> None:
        """Cancel or retry it."""
        await self.answer(self._act())

    async def _run(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.listing import run_state  # noqa: PLC0415 - the lab is heavy

        question = self.asked(OfRun)
        return await self.with_lab(question, lambda lab: run_state(lab, question.id))

    async def _act(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.listing import act  # noqa: PLC0415 - the lab is heavy

        question = self.told(Act)
        return await self.with_lab(
            question, lambda lab: act(lab, question.verb, question.id), drive=question.verb == "retry"
        )
