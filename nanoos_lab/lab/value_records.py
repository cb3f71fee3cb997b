"""A recorded value as a notebook holds it: a number or an array, with everything that belongs to it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.details import value_flags, value_text
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from rich.console import RenderableType

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import PropertyValueRow


class ValueRecord:
    """A stored fact: a property of a structure, material or sample.

    Args:
        lab: The lab that holds it.
        row: Its row.
        subject: The name of what it is of.

    Example:
        >>> k = lab.record(sto, "bulk_modulus", "171 ± 8 GPa", temperature="300 K")  # doctest: +SKIP
        >>> k.value, k.unit  # doctest: +SKIP
        (171.0, 'GPa')
    """

    def __init__(self, lab: Workspace, row: PropertyValueRow, subject: str) -> None:
        self._lab, self.row, self.subject = lab, row, subject

    @property
    def id(self) -> str:
        """Its id; any unique prefix names it."""
        return self.row.id

    @property
    def unit(self) -> str:
        """The unit in which it is kept; of an array that of the last column."""
        return self.row.unit

    @property
    def value(self) -> float:
        """The number, in ``unit``.

        Raises:
            InvalidInputError: It is an array: read ``array``.
        """
        if self.row.value is None:
            raise InvalidInputError(f"{self.property} (value {self.id}) is an array: read .array or .frame()")
        return self.row.value

    @property
    def uncertainty(self) -> float | None:
        """Its half width in ``unit``, or None."""
        return self.row.uncertainty

    @property
    def conditions(self) -> dict[str, Any]:
        """Under which it holds; quantities with their unit in the name."""
        return dict(self.row.conditions)

    @cached_property
    def array(self) -> NDArray[np.float64]:
        """The numbers of an array, one row a point, after checking every byte of their file.

        Raises:
            InvalidInputError: It is one number.
            ArtifactError: The file is gone, was purged or was changed.
        """
        from nanoos_lab.store.arrays import read_array  # noqa: PLC0415 - numbers alone do without it

        with self._lab.store.read() as session:
            return read_array(session, self._lab.store.scope, self.row)

    def __float__(self) -> float:
        return self.value

    def frame(self) -> pd.DataFrame:
        """Return the array with named columns, or the number as one row."""
        import pandas as pd  # noqa: PLC0415 - heavy

        if self.row.value is not None:
            from nanoos_lab.lab.answers import values_frame  # noqa: PLC0415 - it shows values too

            return values_frame([(None, self.row)])
        axes = get_property(self.property).axes
        return pd.DataFrame(
            self.array, columns=[f"{a.label} / {a.unit}" if a.unit else a.label for a in axes]
        )

    def facts(self) -> list[tuple[str, str]]:
        """Return what belongs to it, as names and values in order."""
        row = self.row
        method = f"{row.method_name} {row.method_version}".strip()
        pairs = [
            ("Of", self.subject),
            ("Value", value_text(row)),
            ("Uncertainty", {"standard": "1 σ", "expanded_90": "covers 90 %", "conformal_90": "covers 90 %, calibrated",
                             "fit": "error of the fit"}.get(row.uncertainty_kind, "")),
            ("Origin", row.origin),
            ("Method", f"{method} · {row.method_recipe}" if row.method_recipe else method),
            ("Conditions", numbers.conditions_text(row.conditions)),
            ("Beware", "; ".join(value_flags(row))),
            ("Source", row.source),
            ("Note", row.note),
            ("Run", row.run_id or ""),
            ("Recorded by", f"{row.author}, {numbers.age(row.created_at)}"),
            ("Id", row.id),
        ]  # fmt: skip
        return [(name, said) for name, said in pairs if said]

    def _title(self) -> str:
        return f"{get_property(self.property).label} of {self.subject}"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        return text.table([get_property(self.property).label, ""], self.facts())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        if self.row.value is not None:
            from nanoos_lab.lab.showing import cards_of_values  # noqa: PLC0415 - drawn when shown

            cards = cards_of_values(self._lab, [(self.subject, self.row)])
            return cards._repr_mimebundle_() | {"text/plain": repr(self)}
        from nanoos_lab.charts.spectra import Curve, curves_svg  # noqa: PLC0415 - drawn when shown

        drawn = html.safe(curves_svg([Curve(self._title(), self.array)], property=self.property))
        page = html.block(html.row(drawn, html.facts(self.facts())), title=self._title())
        return {"text/html": page, "text/plain": repr(self)}

    @property
    def property(self) -> str:
        """A name of the vocabulary."""
        return self.row.property
