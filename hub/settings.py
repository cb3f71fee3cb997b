"""The hub's settings: one TOML file, checked before anything starts."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

REPOSITORY = Path(__file__).resolve().parent.parent
FILE = Path(__file__).resolve().with_name("settings.toml")
USERNAME = r"^[a-z][a-z0-9_-]{0,31}$"
"""What a name may be: it becomes the name of a folder and a part of addresses."""


class HubSettingsError(ValueError):
    """The settings file cannot be used; the message says which entry and why."""


class HubSettings(BaseModel):
    """What an operator may say; ``settings.toml`` shows each entry with its default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: int = Field(default=8000, ge=1024, le=65532)
    state: Path = Path("~/.local/share/nanoos-hub")
    admins: tuple[str, ...] = Field(default=("admin",), min_length=1)
    sign_up: Literal["approval", "open", "closed"] = "approval"
    minimum_password_length: int = Field(default=10, ge=8)
    dashboards: str = ""
    voila: bool = True

    @field_validator("state")
    @classmethod
    def _outside(cls, value: Path) -> Path:
        full = value.expanduser().resolve()
        if full.is_relative_to(REPOSITORY):
            raise ValueError(f"{full} lies in the checkout: secrets and people's files belong elsewhere")
        return full

    @field_validator("admins")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [name for name in value if not re.fullmatch(USERNAME, name)]:
            raise ValueError(f"{wrong[0]!r} is no user name: small letters, digits, _ and -, a letter first")
        return value

    @property
    def homes(self) -> Path:
        """The folder with one home for each person."""
        return self.state / "homes"

    @property
    def dashboards_folder(self) -> Path:
        """The notebooks that are offered as dashboards."""
        given = Path(self.dashboards).expanduser()
        return given.resolve() if self.dashboards else REPOSITORY / "notebooks" / "dashboards"


def load_settings(path: Path = FILE) -> HubSettings:
    """Return the settings of a file.

    Args:
        path: TOML.

    Raises:
        HubSettingsError: It is missing, is not TOML, or says something unknown or impossible.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        return HubSettings.model_validate(said)
    except OSError as error:
        raise HubSettingsError(f"{path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise HubSettingsError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        known = ", ".join(HubSettings.model_fields)
        lines = [
            f"{path}: {'.'.join(map(str, e['loc']))}: "
            + (f"no such setting; there are {known}" if e["type"] == "extra_forbidden" else e["msg"])
            for e in error.errors()
        ]
        raise HubSettingsError("\n".join(lines)) from error
