"""Settings of a person and of a lab, read from TOML when asked for.

Nothing is read or made at import. A person's file is ``settings.toml`` in the platform's configuration
folder (``NANOOS_SETTINGS`` names another), a lab's own is ``settings.toml`` in its folder; the lab's wins.

Example of a ``[profiles]`` part::

    default_profile = "here"

    [profiles.process]
    executor = "process"
    max_workers = 2

A lab's own file may say that the bytes of artifacts are kept elsewhere than in its folder, the same for everyone
who opens it, under any URL that fsspec knows::

    artifacts = "s3://our-bucket/labs"
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.settings_problems import find_problems


class Resources(BaseModel):
    """What a run asks of the machine it runs on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpus: int = Field(default=1, ge=1)
    gpus: int = Field(default=0, ge=0)
    memory_gb: float | None = Field(default=None, gt=0)
    walltime_hours: float | None = Field(default=None, gt=0)


class RetryPolicy(BaseModel):
    """When a run that ended for a reason outside itself is tried again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_attempts: int = Field(default=3, ge=1)
    backoff_s: float = Field(default=1.0, ge=0)
    factor: float = Field(default=4.0, ge=1)

    def delay_s(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number ``attempt`` (from 1)."""
        return self.backoff_s * self.factor ** (attempt - 1)


class SlurmSettings(BaseModel):
    """What a profile of the executor ``slurm`` asks of the cluster: ``[profiles.NAME.slurm]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    modules: tuple[str, ...] = ()
    """Loaded with ``module load`` before the work."""
    activate: str = ""
    """A shell line that activates the environment with nanoos-lab in it, such as ``source /opt/lab/bin/activate``."""
    python: str = ""
    """The interpreter on the nodes; by default the one that submits."""
    scratch: str = ""
    """Folder for temporary files on the nodes; shell variables are not expanded."""
    pre: tuple[str, ...] = ()
    """Shell lines before the work."""
    post: tuple[str, ...] = ()
    """Shell lines after it."""
    gpu_request: Literal["gpus", "gres"] = "gpus"
    """How this cluster wants GPUs asked for: ``--gpus=2`` or ``--gres=gpu:2``."""
    gpu_type: str = ""
    """Such as ``a100``."""
    extra: dict[str, str | int | bool] = Field(default_factory=dict)
    """Further options of sbatch by name, such as ``{ "mail-type" = "FAIL" }``."""
    max_jobs: int = Field(default=1000, ge=1)
    """How many jobs of this profile may be queued or running."""
    runs_per_job: int | None = Field(default=None, ge=1)
    """How many runs share a job; by default as many as make four rounds of jobs, 64 at most."""
    signal_delay_s: int = Field(default=120, ge=1)
    """How long before its time is out a job is told, so that it comes again where its task can be continued."""
    max_requeues: int = Field(default=20, ge=0)
    """How often a job may come again, by its own request or the cluster's; after that it is a new attempt."""
    file_delay_s: float = Field(default=65.0, ge=0)
    """How long the file system may take to show here what a job wrote there: NFS keeps a folder for a minute."""


class SshSettings(BaseModel):
    """How a profile of the executor ``ssh`` reaches its cluster: ``[profiles.NAME.ssh]``, beside ``.slurm``.

    Keys, user names and jump hosts are OpenSSH's own matter (``~/.ssh/config``, agent); no password is asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(pattern=r"^[^-\s][^\s]*$")
    """As one would say it to ``ssh``: a name of ``~/.ssh/config``, or ``user@login.example.org``."""
    folder: str = Field(pattern=r"^/[^\x00\n]*$")
    """Absolute folder on the cluster that its nodes see too; made where it is missing."""
    python: str = Field(min_length=1, pattern=r"^[^\x00\n]*$")
    """The interpreter with nanoos-lab there, such as ``/home/me/lab/bin/python``."""
    options: tuple[str, ...] = ()
    """Further words for ``ssh``, such as ``["-p", "2222"]``."""
    poll_s: float = Field(default=2.0, gt=0)
    """At least so long between two looks at the folders there; longer while nothing changes."""
    max_result_gb: float = Field(default=50.0, gt=0)
    """A run that leaves more is not brought here: it fails, and says so."""


class ProgramSettings(BaseModel):
    """Where a simulation program is on this machine and how it is started: ``[programs.qe]``, ``[programs.lammps]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str = ""
    """Folder with its executables; by default the PATH is searched, also after a profile's ``modules``."""
    launcher: str = ""
    """Words before the executable, such as ``mpirun -n {cpus}``; {cpus} is what the run was given."""


class ProjectLimits(BaseModel):
    """What a project may use in all: ``[limits.PROJECT]`` in the lab's own settings; what is absent is not limited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_hours: float | None = Field(default=None, ge=0)
    gpu_hours: float | None = Field(default=None, ge=0)


class Profile(BaseModel):
    """A named place to run, with its resources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    executor: str
    max_workers: int = Field(default=2, ge=1)
    """How many attempts run at once, for executors that start them themselves."""
    resources: Resources = Resources()
    retry: RetryPolicy = RetryPolicy()
    slurm: SlurmSettings = SlurmSettings()
    """For the executors ``slurm`` and ``ssh``; ``max_workers`` is then how many jobs of an array run at once."""
    ssh: SshSettings | None = None
    """For the executor ``ssh``."""


def _built_in_profiles() -> dict[str, Profile]:
    return {name: Profile(name=name, executor=name) for name in ("here", "process")}


class Settings(BaseModel):
    """All settings in force for one lab."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_profile: str = "here"
    profiles: dict[str, Profile] = Field(default_factory=_built_in_profiles)
    artifacts: str = Field(default="", pattern=r"^$|^[A-Za-z][A-Za-z0-9+.-]*(::[A-Za-z0-9+.-]+)*://")
    """Where the lab keeps the bytes of artifacts: a URL that fsspec knows; empty for its own folder."""
    programs: dict[str, ProgramSettings] = Field(default_factory=dict)
    """By the name of the calculator that runs them; read on the machine where they run."""
    limits: dict[str, ProjectLimits] = Field(default_factory=dict)
    """By project. They stop mistakes before they are made; what may not be exceeded at all is the cluster's to say."""

    def profile(self, name: str | None) -> Profile:
        """Return a profile, the default one for None.

        Args:
            name: Its name.

        Raises:
            UnknownNameError: No such profile.
        """
        wanted = name or self.default_profile
        if wanted not in self.profiles:
            hint = f"Add it to {user_settings_path()} under [profiles.{wanted}]."
            if name is None:
                hint = f"Your settings name it as default_profile. {hint}"
            raise UnknownNameError("profile", wanted, self.profiles, hint)
        return self.profiles[wanted]


def user_settings_path() -> Path:
    """Return where the person's own settings file is looked for."""
    if path := os.environ.get("NANOOS_SETTINGS"):
        return Path(path)
    import platformdirs  # noqa: PLC0415 - only needed where no variable names the file

    return Path(platformdirs.user_config_dir("nanoos")) / "settings.toml"


def load_settings(*files: Path) -> Settings:
    """Read settings, later files winning over earlier ones and all over the built-in ones.

    Args:
        files: TOML files; missing ones are passed over. Without any, the person's own file.

    Raises:
        InvalidInputError: A file is not TOML or says something unknown; the message names file and place.
    """
    merged: dict[str, Any] = {}
    profiles: dict[str, Any] = dict(_built_in_profiles())
    own = user_settings_path()
    for path in files or (own,):
        data = _checked(path, _read(path))
        if "artifacts" in data and path == own:
            raise InvalidInputError(
                f"{path}: artifacts: where bytes are kept is a matter of a lab, not of a person: say it in the lab's "
                "settings.toml"
            )
        profiles |= data.pop("profiles", {})
        merged |= data
    return Settings(**merged, profiles=profiles)


def _checked(path: Path, data: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says, with each profile's name and executor, where all of it can be."""
    said = data.get("profiles", {})
    named = {
        name: {"executor": name, **entry, "name": name} if isinstance(entry, dict) else entry
        for name, entry in (said.items() if isinstance(said, dict) else ())
    }
    data = {**data, "profiles": named} if isinstance(said, dict) else data
    problems = find_problems(path, data, Settings)
    problems += [
        f"{path}: profiles.{name}: say also by what it runs: executor = {kind!r}"
        for name, entry in (said.items() if not problems else ())
        for kind in ("ssh", "slurm")
        if kind in entry and "executor" not in entry and name != kind
    ][:1]
    if problems:
        raise InvalidInputError("\n".join(problems))
    return data


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"{path} is not valid TOML: {error}") from None
