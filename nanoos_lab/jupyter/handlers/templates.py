"""Templates: what the launcher's cards ask for, from the form to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.web import authenticated

from nanoos_lab.jupyter.handlers.base import Handler
from nanoos_lab.jupyter.handlers.labs import LabHandler
from nanoos_lab.jupyter.questions import InLab, OfRun, OneTemplate, Order
from nanoos_lab.jupyter.refusing import refusal_of

if TYPE_CHECKING:
    from nanoos_lab.lab import Lab


class TemplatesHandler(Handler):
    """The templates there are."""

    @authenticated
    async def get(self) -> None:
        """Answer with their names and titles."""
        await self.answer(self._templates())

    async def _templates(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.ordering import cards  # noqa: PLC0415 - reads notebooks

        return await self.elsewhere(cards)


class FormHandler(Handler):
    """The form of a template."""

    @authenticated
    async def get(self) -> None:
        """Answer with its parameters."""
        await self.answer(self._form())

    async def _form(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.ordering import form  # noqa: PLC0415 - reads notebooks

        return await self.elsewhere(form, self.asked(OneTemplate).template)


class ProfilesHandler(LabHandler):
    """Where a template can be sent."""

    @authenticated
    async def get(self) -> None:
        """Answer with the profiles of a lab."""
        await self.answer(self._profiles())

    async def _profiles(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.ordering import places  # noqa: PLC0415 - the lab is heavy

        return {"profiles": await self.with_lab(self.asked(InLab), places)}


class PreflightHandler(LabHandler):
    """What an order would cost; nothing runs."""

    @authenticated
    async def post(self) -> None:
        """Answer with problems, warnings and cost."""
        await self.answer(self._preflight())

    async def _preflight(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.ordering import look_ahead  # noqa: PLC0415 - the lab is heavy

        order = self.told(Order)
        return await self.with_lab(order, lambda lab: look_ahead(lab, order))


class OrderHandler(LabHandler):
    """An order: a template sent to a profile."""

    @authenticated
    async def post(self) -> None:
        """Answer with the run's id."""
        await self.answer(self._order())

    async def _order(self) -> dict[str, Any]:
        from nanoos_lab.jupyter.ordering import send_off  # noqa: PLC0415 - the lab is heavy

        order = self.told(Order)

        def submit(lab: Lab) -> dict[str, Any]:
            return send_off(lab, order)

        return await self.with_lab(order, submit, drive=True)


class ReportHandler(LabHandler):
    """The page that a template left, which may not act as this person: it is shown as a stranger's."""

    @property
    def content_security_policy(self) -> str:
        """Let its own scripts turn its pictures, with no right to speak to Jupyter."""
        return "sandbox allow-scripts; frame-ancestors 'self'"

    @authenticated
    async def get(self) -> None:
        """Answer with the page."""
        from nanoos_lab.jupyter.listing import report_of  # noqa: PLC0415 - the lab is heavy

        try:
            question = self.asked(OfRun)
            page = await self.with_lab(question, lambda lab: report_of(lab, question.id))
        except Exception as error:
            refused = refusal_of(error)
            if refused is None:
                raise
            self.set_status(refused.status)
            self.finish({"message": refused.message, "remedy": refused.remedy})
            return
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(page, set_content_type="text/html; charset=UTF-8")
