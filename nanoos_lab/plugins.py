"""One form of plug-in for tasks, calculators, predictors and executors.

A :class:`Registry` is filled from the entry points ``nanoos_lab.<family>`` of every installed package
and from :meth:`Registry.register` in the running session. An entry is loaded when first asked for; one
that fails to load is named in :meth:`Registry.failures` and never breaks the rest.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from nanoos_lab.errors import InvalidInputError, PluginError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Registry(Generic[T]):
    """The named members of one plug-in family.

    Args:
        family: The family's plural, such as ``"tasks"``; also the entry-point group's last part.
        what: The singular, for messages.

    Example:
        >>> calculators: Registry[object] = Registry("calculators", "calculator")
        >>> "chgnet" in calculators
        True
    """

    def __init__(self, family: str, what: str) -> None:
        self.family, self.what = family, what
        self._loaded: dict[str, T] = {}
        self._failures: dict[str, str] = {}
        self._points: dict[str, EntryPoint] | None = None

    def _entry_points(self) -> dict[str, EntryPoint]:
        if self._points is None:
            self._points = {p.name: p for p in entry_points(group=f"nanoos_lab.{self.family}")}
        return self._points

    def register(self, name: str, member: T, *, replace: bool = False) -> T:
        """Add a member for this session.

        Args:
            name: Its name, unique in the family.
            member: The object.
            replace: Whether an existing name may be replaced.

        Returns:
            The member, so that this can end a decorator.

        Raises:
            InvalidInputError: The name is taken.
        """
        if name in self and not replace:
            raise InvalidInputError(
                f"a {self.what} named {name!r} exists already; pass replace=True to replace it"
            )
        self._loaded[name] = member
        return member

    def names(self) -> list[str]:
        """Return every known name, sorted, whether it loads or not."""
        return sorted({*self._loaded, *self._entry_points()})

    def get(self, name: str) -> T:
        """Return a member, loading it when first asked for.

        Args:
            name: Its name.

        Raises:
            UnknownNameError: No such name; close matches are suggested.
            PluginError: The member exists but could not be loaded.
        """
        if name in self._loaded:
            return self._loaded[name]
        point = self._entry_points().get(name)
        if point is None:
            raise UnknownNameError(self.what, name, self.names())
        try:
            self._loaded[name] = cast("T", point.load())
        except Exception as error:  # a plug-in may fail in any way; it must not break the rest
            self._failures[name] = f"{type(error).__name__}: {error}"
            raise PluginError(
                f"the {self.what} {name!r} ({point.value}) could not be loaded: {self._failures[name]}"
            ) from error
        return self._loaded[name]

    def failures(self) -> dict[str, str]:
        """Try every member and return the reason of each that does not load, by name."""
        for name in self.names():
            try:
                self.get(name)
            except PluginError as error:
                self._failures[name] = str(error)
        return dict(self._failures)

    def __contains__(self, name: str) -> bool:
        return name in self._loaded or name in self._entry_points()

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __repr__(self) -> str:
        return f"<Registry of {self.family}: {', '.join(self.names())}>"
