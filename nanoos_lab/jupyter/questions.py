"""What may be asked, with its limits: a model per question, nothing else is taken."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nanoos_lab.scenes.scene import Style

MOST_REPEATS = 8
"""Cells along one vector."""
Path_ = Annotated[str, Field(min_length=1, max_length=4096)]
Place = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f]+$")]
"""A lab: a folder under the server's root, or the address of a server."""
Project = Annotated[str, Field(default="", max_length=200, pattern=r"^[^\x00-\x1f]*$")]
RecordId = Annotated[str, Field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
TemplateName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
"""Only the package's own, by name."""
Repeats = Annotated[int, Field(ge=1, le=MOST_REPEATS)]


def _numbers(value: Any) -> Any:  # noqa: ANN401 - whatever stood in the address
    return value.split(",") if isinstance(value, str) else value


class Question(BaseModel):
    """The form of every question: unknown words are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Drawing(Question):
    """How a structure is drawn."""

    style: Style = get_args(Style)[0]
    supercell: Annotated[tuple[Repeats, Repeats, Repeats], BeforeValidator(_numbers)] = (1, 1, 1)
    bonds: Literal["yes", "all", "no"] = "yes"
    """Those that are drawn by default, all with ionic shells, or none."""
    polyhedra: bool = False

    def options(self) -> dict[str, Any]:
        """Return it in the words of ``scene_of``."""
        bonds = {"yes": True, "all": "all", "no": False}[self.bonds]
        return {
            "style": self.style, "supercell": self.supercell, "bonds": bonds,
            "show_polyhedra": self.polyhedra or self.style == "polyhedra",
        }  # fmt: skip


class FileDrawing(Drawing):
    """Draw a file."""

    path: Path_
    """As the contents manager calls it."""
    which: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """One of several structures, from 0; None for all as frames where that can be, else the first."""


class Nearby(Question):
    """Which labs there are around a folder."""

    path: Annotated[str, Field(max_length=4096)] = ""


class InLab(Question):
    """About an open lab."""

    lab: Place
    project: Project = ""


class Overview(InLab):
    """What a lab holds."""

    search: Annotated[str, Field(max_length=500)] = ""
    """Filters in the words of ``nanoos find``."""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class StructureDrawing(InLab, Drawing):
    """Draw a structure of a lab."""

    id: RecordId


class OfRun(InLab):
    """About a run."""

    id: RecordId


class Act(OfRun):
    """Cancel or retry a run."""

    verb: Literal["cancel", "retry"]


class OneTemplate(Question):
    """About a template."""

    template: TemplateName


class Order(InLab):
    """Run a template."""

    template: TemplateName
    structures: Annotated[list[RecordId], Field(max_length=2000)]
    parameters: Annotated[dict[str, Any], Field(max_length=100)] = Field(default_factory=dict)
    on: Annotated[str, Field(min_length=1, max_length=100)]
    """The profile; never one that works inside this process."""
    title: Annotated[str, Field(max_length=200)] = ""
