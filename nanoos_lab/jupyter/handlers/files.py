"""Files: what a double-click in the file browser asks for."""

from __future__ import annotations

from typing import Any

from tornado.web import authenticated

from nanoos_lab.jupyter.drawing import draw_file
from nanoos_lab.jupyter.handlers.base import Handler
from nanoos_lab.jupyter.places import file_at
from nanoos_lab.jupyter.questions import FileDrawing


class SceneHandler(Handler):
    """A structure file as a scene."""

    @authenticated
    async def get(self) -> None:
        """Answer with scene, facts and what else the file holds."""
        await self.answer(self._scene())

    async def _scene(self) -> dict[str, Any]:
        question = self.asked(FileDrawing)
        path = await file_at(self.contents_manager, question.path)
        return await self.elsewhere(draw_file, path, question)
