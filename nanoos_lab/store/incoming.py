"""A structure on its way into the store: what is said of it, and what identifies it.

Knows no database. Describing and hashing take most of the time of storing a structure, so both are done once and
may be done before a transaction begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.tags import clean_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nanoos_lab.structures import Description


@dataclass(frozen=True)
class NewStructure:
    """A structure to be stored, unless the project has this crystal already."""

    structure: Any
    """A pymatgen ``Structure`` or ``Molecule``, which is not imported here."""
    name: str
    """What the user calls it; kept as given."""
    description: Description | None = None
    """What ``structures.describe`` says of it, where that is known already."""
    original_text: str | None = None
    """The text it was read from."""
    original_format: str | None = None
    """The format of that text."""
    original_name: str | None = None
    """The file it was read from."""
    parent_id: str | None = None
    """The structure it was derived from. Derived structures are compared only with others of the same run (or
    parent) and only as exactly equal cells."""
    run_id: str | None = None
    """The run that made it."""
    tags: Iterable[str] = ()
    """Words to find it by; merged into those of an existing record."""
    notes: str = ""
    """Free text."""
    distinct: bool = False
    """Whether another setting of a known crystal is kept as a structure of its own."""

    @cached_property
    def words(self) -> list[str]:
        """The tags as they are stored.

        Raises:
            InvalidInputError: A tag is empty or too long.
        """
        return clean_tags(self.tags)

    @cached_property
    def described(self) -> Description:
        """What ``structures.describe`` says of it."""
        from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

        return self.description or science.describe(self.structure)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of exactly this cell."""
        from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

        return science.digest(self.structure)

    @cached_property
    def crystal_hashes(self) -> tuple[str, ...]:
        """Hashes of the crystal in any setting, the first being its own."""
        from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

        return science.crystal_hashes(self.structure)

    @cached_property
    def content(self) -> dict[str, Any]:
        """The structure as JSON.

        Raises:
            InvalidInputError: It has a property that JSON cannot hold.
        """
        from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

        return science.to_json(self.structure)

    def prepare(self) -> NewStructure:
        """Do now what takes long, and return this structure.

        Raises:
            InvalidInputError: It cannot be stored; the message says why.
        """
        _ = self.words, self.described, self.digest, self.crystal_hashes, self.content
        return self

    def take(self, description: Description, crystal_hashes: tuple[str, ...]) -> None:
        """Take what somebody else worked out.

        Args:
            description: What ``structures.describe`` says of it.
            crystal_hashes: What ``structures.crystal_hashes`` gives for it.
        """
        self.__dict__.update(described=self.description or description, crystal_hashes=crystal_hashes)

    @property
    def derived(self) -> bool:
        """Whether something was done to another structure to make it."""
        return self.parent_id is not None or self.run_id is not None

    @property
    def record_key(self) -> str:
        """What makes its record one of a kind, unless another crystal has the same rounded hash."""
        if self.run_id is not None:
            return f"run:{self.run_id}:{self.digest}"
        if self.parent_id is not None:
            return f"parent:{self.parent_id}:{self.digest}"
        return self.cell_key if self.distinct else f"crystal:{self.crystal_hashes[0]}"

    @property
    def cell_key(self) -> str:
        """The key by which it is known as exactly this cell."""
        return f"cell:{self.digest}"

    def columns(self) -> dict[str, Any]:
        """Return what its record says of it, apart from who stored it, when, and where it belongs."""
        d = self.described
        low, high = element_masks(d.chemical_system.split("-"))
        return {
            "name": self.name[:200],
            "formula": d.formula,
            "reduced_formula": d.reduced_formula,
            "chemical_system": f"-{d.chemical_system}-",
            "elements_low": low,
            "elements_high": high,
            "n_elements": d.n_elements,
            "n_sites": d.n_sites,
            "periodic": d.periodic,
            "ordered": d.ordered,
            "space_group": d.space_group,
            "space_group_symbol": d.space_group_symbol,
            "crystal_system": d.crystal_system,
            "density": d.density,
            "volume_per_atom": d.volume_per_atom,
            "dimensionality": d.dimensionality,
            "digest": self.digest,
            "crystal_hash": self.crystal_hashes[0],
            "original_format": self.original_format,
            "original_name": self.original_name and self.original_name[-300:],
            "parent_id": self.parent_id,
            "run_id": self.run_id,
            "notes": self.notes,
            "description": d.model_dump(mode="json"),
            "content": self.content,
            "original_text": self.original_text,
        }
