"""The executors in use by one lab, one for each profile, made when first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from nanoos_lab.errors import PluginError, UnknownNameError
from nanoos_lab.runs.executors import EXECUTORS
from nanoos_lab.settings import Profile

if TYPE_CHECKING:
    from nanoos_lab.runs.executors import DetachedExecutor, InlineExecutor
    from nanoos_lab.settings import Settings


class ExecutorPool:
    """Executors by profile.

    Args:
        settings: Where the profiles are.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._made: dict[tuple[str, str], InlineExecutor | DetachedExecutor] = {}
        self._lock = threading.Lock()

    def profile(self, name: str, executor: str) -> Profile:
        """Return the profile of a recorded run, made up where the settings no longer have it.

        Args:
            name: The profile's name.
            executor: The executor it was recorded with, which wins over what the settings say now.
        """
        known = self.settings.profiles.get(name)
        if known is not None and known.executor == executor:
            return known
        return Profile(name=name, executor=executor)

    def of(self, profile: Profile) -> InlineExecutor | DetachedExecutor:
        """Return the executor of a profile.

        Args:
            profile: The profile.

        Raises:
            UnknownNameError: No such executor.
            PluginError: It exists but does not load.
        """
        key = (profile.name, profile.executor)
        with self._lock:
            if key not in self._made:
                self._made[key] = EXECUTORS.get(profile.executor)(profile)
            return self._made[key]

    def detached(self, profile: str, executor: str) -> DetachedExecutor | None:
        """Return the executor of a recorded run, or None where it is inline or cannot be had here.

        Args:
            profile: The run's profile.
            executor: The run's executor.
        """
        try:
            found = self.of(self.profile(profile, executor))
        except (UnknownNameError, PluginError):
            return None
        return None if found.inline else found

    @staticmethod
    def inline_names() -> list[str]:
        """Return the names of the executors that work inside a process."""
        names = []
        for name in EXECUTORS:
            try:
                if EXECUTORS.get(name).inline:
                    names.append(name)
            except PluginError:
                continue
        return names

    @staticmethod
    def accounting_names() -> list[str]:
        """Return the names of the executors that can say what their jobs took."""
        names = []
        for name in EXECUTORS:
            try:
                if hasattr(EXECUTORS.get(name), "usage"):
                    names.append(name)
            except PluginError:
                continue
        return names

    def inline(self) -> list[InlineExecutor]:
        """Return the inline executors in use."""
        with self._lock:
            return [executor for executor in self._made.values() if executor.inline]

    def stop(self) -> None:
        """Let the inline executors finish what they are doing."""
        for executor in self.inline():
            executor.stop()
