"""Templates: their forms, what they would cost, and sending them off. No tornado here, and no work either."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators import CALCULATORS
from nanoos_lab.errors import NanoOSError
from nanoos_lab.jupyter.listing import inline
from nanoos_lab.jupyter.refusing import RefusedError
from nanoos_lab.workflows.templates import Parameter, Template, annotation_of, load_template, template_names

if TYPE_CHECKING:
    from nanoos_lab.jupyter.questions import Order
    from nanoos_lab.lab import Lab

_OURS = frozenset({"lab_path", "project", "structures"})
"""Parameters that are known from elsewhere than the form."""


def cards() -> dict[str, Any]:
    """Return the templates there are: name, title, and what they are for."""
    found = [load_template(name) for name in template_names()]
    return {"templates": [{"name": one.name, "title": one.title} for one in found]}


def form(template: str) -> dict[str, Any]:
    """Return the parameters of a template with what a form needs to know of each.

    Args:
        template: Its name.

    Raises:
        UnknownNameError: There is none.
    """
    found = _load(template)
    entries = [_entry(one) for one in found.parameters.values() if one.name not in _OURS]
    return {"name": found.name, "title": found.title, "parameters": entries}


def places(lab: Lab) -> list[dict[str, str]]:
    """Return the profiles that a template can be sent to; none that works inside this process.

    Args:
        lab: The lab.
    """
    return [
        {"name": name, "executor": profile.executor}
        for name, profile in lab.settings.profiles.items()
        if profile.executor != "here"
    ]


def look_ahead(lab: Lab, order: Order) -> dict[str, Any]:
    """Return what an order would cost and what is missing; nothing is recorded.

    Args:
        lab: The lab.
        order: What is asked for.

    Raises:
        InvalidInputError: A parameter does not fit.
    """
    params, records = _parts(lab, order)
    checks = [lab.preflight("notebook", records, on=order.on, **params)]
    values = {name: one.default for name, one in _load(order.template).parameters.items()} | params[
        "parameters"
    ]
    if "calculator" in values and records:
        asked = {"calculator": values["calculator"], "options": values.get("options", {})}
        try:
            checks.append(lab.preflight("static", records, on=order.on, **asked))
        except NanoOSError as error:
            return {"ok": False, "problems": [str(error)], "warnings": [], "cost": ""}
    problems = [problem for check in checks for problem in check.problems]
    return {
        "ok": not problems,
        "problems": list(dict.fromkeys(problems)),
        "warnings": list(dict.fromkeys(warning for check in checks for warning in check.warnings)),
        "cost": checks[0].cost(),
    }


def send_off(lab: Lab, order: Order) -> dict[str, Any]:
    """Submit a template; the profile does the work.

    Args:
        lab: A lab that looks after what it submits.
        order: What is asked for.

    Raises:
        RefusedError: The profile works inside this process.
        InvalidInputError: A parameter does not fit.
    """
    params, records = _parts(lab, order)
    run = lab.submit("notebook", records, on=order.on, force=True, label=order.template, **params)
    return {"run": run.id}


def _parts(lab: Lab, order: Order) -> tuple[dict[str, Any], list[Any]]:
    if inline(lab, order.on):
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            f"the profile {order.on!r} works in the process that asks, which is Jupyter's server",
            "Choose 'process' for this machine, or a profile of a cluster.",
        )
    template = _load(order.template)
    if taken := _OURS & set(order.parameters):
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, f"{sorted(taken)} are not set by parameters", "Choose lab and structures instead."
        )  # fmt: skip
    records = list(lab.structures(order.structures))
    if not records:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "no structure is chosen", "Choose at least one.")
    values = template.convert(order.parameters)
    params = {
        "template": template.name, "parameters": values, "lab": lab.address, "project": lab.project,
        "title": order.title,
    }  # fmt: skip
    return params, records


def _load(name: str) -> Template:
    if name not in template_names():
        raise RefusedError(
            HTTPStatus.NOT_FOUND, f"there is no template {name!r}", f"There are: {', '.join(template_names())}."
        )  # fmt: skip
    return load_template(name)


def _entry(parameter: Parameter) -> dict[str, Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - only for forms

    schema = TypeAdapter(annotation_of(parameter.type)).json_schema() if parameter.type else {}
    known = CALCULATORS.names() if parameter.name == "calculator" else []
    return {
        "name": parameter.name, "type": parameter.type, "default": parameter.default, "help": parameter.help,
        "schema": schema, "suggestions": known,
    }  # fmt: skip
