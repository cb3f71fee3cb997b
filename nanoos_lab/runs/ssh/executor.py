"""The executor itself: what ``slurm`` does, at a cluster whose file system is not ours."""

from __future__ import annotations

import logging
import time
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from nanoos_lab.errors import InvalidInputError, PluginError
from nanoos_lab.runs.attempts.files import names_in
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.place import Place, read_place, write_place
from nanoos_lab.runs.attempts.submission import LISTING, SUBMISSIONS, read_ticket, write_tickets
from nanoos_lab.runs.executors import Sight, StartError, Verdict, View
from nanoos_lab.runs.slurm.commands import BusyError, SchedulerError
from nanoos_lab.runs.slurm.executor import SlurmExecutor
from nanoos_lab.runs.slurm.script import job_script
from nanoos_lab.runs.slurm.states import Phase
from nanoos_lab.runs.ssh.carry import Carrier
from nanoos_lab.runs.ssh.cluster import Cluster, cluster_of
from nanoos_lab.runs.ssh.connection import UnreachableError
from nanoos_lab.runs.ssh.fetch import Fetcher
from nanoos_lab.runs.ssh.mirror import Mirror, RemoteFolder, missing_outcomes, take_in
from nanoos_lab.runs.ssh.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.runs.slurm.executor import _Memory
    from nanoos_lab.settings import Profile, Resources, SshSettings

LONGEST_POLL_S = 15.0
"""At most so long between two looks at the folders there, while anything is under way."""
HURRY_S = 0.3
"""At least so long between two, also where something waits for the answer."""
SLICE_S = 5.0
"""So long results are brought before other profiles have their turn; the rest comes next time."""
DOUBT_S = 60.0
"""How long artifacts may differ from what their outcome says, at least: a file system there may be late."""
STAGED_BYTES = 4 * 2**20
"""About so many bytes of specs, compressed, go into one message."""
_log = logging.getLogger(__name__)


class SshExecutor(SlurmExecutor):
    """Submits attempt folders to a SLURM cluster that is reached by ssh.

    Args:
        profile: The profile it serves; its part ``ssh`` says where, its part ``slurm`` has partition and the like.
        cluster: The cluster; by default the one that the profile names.

    Raises:
        PluginError: The profile has no part ``ssh``.
    """

    pace_s: ClassVar[float] = 0.5

    def __init__(self, profile: Profile, cluster: Cluster | None = None) -> None:
        if profile.ssh is None:
            raise PluginError(
                f"profile {profile.name!r} has the executor 'ssh' and no part [profiles.{profile.name}.ssh]: say host, "
                "folder and python there"
            )
        self.cluster = cluster or cluster_of(profile.ssh)
        super().__init__(profile, self.cluster.scheduler)
        self._settings: SshSettings = profile.ssh
        self._fetcher = Fetcher(
            self.cluster, profile.ssh.max_result_gb, max(DOUBT_S, profile.slurm.file_delay_s)
        )
        self._mirrors: dict[Path, Mirror] = {}
        self._elsewhere: dict[Path, str] = {}
        """Folders that were sent to where the profile leads to no more, and where that was."""
        self._leaving: dict[Path, str | None] = {}
        """Settled folders that are to be removed there, with the names of their submissions."""
        self._gone: set[Path] = set()
        """Those that were."""
        self._looked_at = self._next_at = self._changed_at = -1e9
        self._trouble: Exception | None = None
        """Why the last look at the folders there came to nothing."""

    @property
    def at_once(self) -> int:
        """How many folders one submission may take; 0 while the cluster cannot be reached or does not answer."""
        try:
            self.cluster.reach()
        except UnreachableError as error:
            # What will never be reached as things are is asked for all the same, to fail with what is wrong.
            return 1 if error.verdict is Verdict.FINAL else 0
        return super().at_once

    def folder(self, path: Path) -> RemoteFolder:
        """Return an attempt folder as it is seen from here.

        Args:
            path: Where it is here.
        """
        mirror = self._mirrors.setdefault(path, Mirror("/".join(path.parts[-2:])))
        return RemoteFolder(path, mirror, lambda: self._exchange(hurry=True))

    # ------------------------------------------------------------------ in

    def start(self, folders: Sequence[AttemptFolder], resources: Resources, name: str) -> list[str]:
        """Send folders whose specs are written to the cluster, and submit one job or one array of jobs for them.

        Args:
            folders: The attempt folders.
            resources: What each job may use.
            name: The job's name, by which it is found again.

        Returns:
            The id of each folder's job.

        Raises:
            StartError: They could not be sent, or sbatch refused or did not answer; the message says why.
        """
        listing = PurePosixPath(self._settings.folder) / "runs" / SUBMISSIONS / name / LISTING
        slurm = self.profile.slurm
        there = slurm.model_copy(update={"python": slurm.python or self._settings.python})
        profile = self.profile.model_copy(update={"slurm": there})
        script = job_script(profile, resources, name, Path(listing), len(folders), here=False)
        for folder in folders:
            write_place(folder, Place(self.profile.name, self.profile.executor, self.cluster.address))
        try:
            job_id = self._submit(folders, name, resources.cpus, script.encode())
        except UnreachableError:
            # its name and what the folders there hold will tell whether there is a job
            for folder in folders:
                self.folder(folder.path).mirror.open = True
            raise
        except StartError as error:
            self._withdraw(folders, name)
            if isinstance(error, BusyError):
                self._most = max(1, len(folders) // 2)
            raise
        self._stir()
        self._most = min(2 * self._most, self.profile.slurm.max_jobs)
        return [job_id] if len(folders) == 1 else [f"{job_id}_{i}" for i in range(len(folders))]

    def _submit(self, folders: Sequence[AttemptFolder], name: str, cpus: int, script: bytes) -> str:
        self._stage(folders)
        write_tickets(folders, name)  # the last act before: from here on there may be a job
        asked = {"op": "submit", "name": name, "folders": [_name(folder) for folder in folders], "cpus": cpus}
        return self.scheduler.submit(
            [], run=lambda _: str(self.cluster.ask(asked, [script]).header.get("output"))
        )

    def _withdraw(self, folders: Sequence[AttemptFolder], name: str) -> None:
        """Take back folders that were refused there: they are fenced, or nobody was asked for."""
        for folder in folders:
            AttemptFolder(folder.path).fence()
            self._leaving[folder.path] = name
        self._remove()

    def _stage(self, folders: Sequence[AttemptFolder]) -> None:
        names: list[str] = []
        blobs: list[bytes] = []
        specs = Carrier(self.cluster).carried([folder.spec.read_bytes() for folder in folders])
        for folder, spec in zip(folders, specs, strict=True):
            names.append(_name(folder))
            blobs.append(zlib.compress(spec, 1))
            if sum(map(len, blobs)) > STAGED_BYTES:
                self.cluster.ask({"op": "stage", "folders": names}, blobs)
                names, blobs = [], []
        if names:
            self.cluster.ask({"op": "stage", "folders": names}, blobs)

    # ------------------------------------------------------------------ look

    def look(self, folder: AttemptFolder, job_id: str | None, *, owner_alive: bool, begun_at: float) -> Sight:
        """Return what is known of the worker of a folder, by the scheduler's word and what its folder there shows.

        Args:
            folder: The attempt folder.
            job_id: What :meth:`start` returned, None where that was not recorded.
            owner_alive: Whether the process that submitted the job lives.
            begun_at: When the attempt was recorded, not needed here.
        """
        mine = self.folder(folder.path)
        if elsewhere := self._sent_elsewhere(mine):
            said = (
                f"it was sent to {elsewhere}, and profile {self.profile.name!r} leads to {self.cluster.address}: set "
                "it back until this run has ended"
            )
            return Sight(View.UNKNOWN, said)
        mine.mirror.open = False
        self._exchange()
        before = self._seen[mine.path].phase if mine.path in self._seen else None
        sight = super().look(mine, job_id, owner_alive=owner_alive, begun_at=begun_at)
        if self._seen[mine.path].phase is not before:
            self._stir()
        if sight.view is View.UNKNOWN:
            words = str(self._trouble or "") or mine.mirror.trouble or sight.reason
            return sight._replace(reason=words)
        return sight

    def _stir(self) -> None:
        """Something happened: more of it may be seen soon."""
        self._changed_at = time.monotonic()
        self._next_at = min(self._next_at, self._looked_at + self._settings.poll_s)

    def _sent_elsewhere(self, folder: RemoteFolder) -> str:
        """Return where a folder was sent, if that is not where the profile leads to now."""
        if folder.path not in self._elsewhere:
            place = read_place(folder)
            if place is None:
                return ""
            self._elsewhere[folder.path] = "" if place.address == self.cluster.address else place.address
        return self._elsewhere[folder.path]

    @staticmethod
    def _silence(error: SchedulerError) -> str:
        return str(error) if isinstance(error, UnreachableError) else f"SLURM does not answer: {error}"

    def _since(self, folder: AttemptFolder, memory: _Memory) -> float:
        """Return how long after its job's end all was here that its folder there held; less than 0 if not yet."""
        if memory.ended_at is None:
            memory.ended_at = time.monotonic()
        since = self.folder(folder.path).mirror.synced_at - memory.ended_at
        return since if since >= 0 else -1.0

    def _log(self, folder: AttemptFolder, memory: _Memory, job_id: str) -> str:
        del memory, job_id
        return self.folder(folder.path).mirror.job_log[-2000:]

    # ------------------------------------------------------------------ exchange

    def _exchange(self, *, hurry: bool = False) -> None:
        """Tell the cluster what is wished for and bring what is new, if it is time; never fails."""
        now = time.monotonic()
        hurry = hurry or any(mirror.wishes for mirror in self._mirrors.values()) or self._waited_for(now)
        if now < (self._looked_at + HURRY_S if hurry else self._next_at):
            return
        self._looked_at, self._next_at = now, now + self._settings.poll_s
        try:
            self.cluster.reach()
            done = self._look_there(now)
        except (StartError, InvalidInputError, WireError, OSError) as error:
            if isinstance(error, WireError):
                self.cluster.close()
            if not isinstance(error, UnreachableError) and str(error) != str(self._trouble):
                _log.warning("what runs on %s is left as it is: %s", self._settings.host, error)
            self._trouble = error
        else:
            self._trouble = None
            quiet = min(max((now - self._changed_at) / 4, self._settings.poll_s), LONGEST_POLL_S)
            self._next_at = now + max(quiet, self._settings.poll_s) if done else now

    def _waited_for(self, now: float) -> bool:
        """Return whether a job has ended and all is there that will be, but not here."""
        return any(
            memory.ended_at is not None
            and self._mirrors[path].synced_at < memory.ended_at + self.profile.slurm.file_delay_s <= now
            for path, memory in self._seen.items()
            if path in self._mirrors and not self._mirrors[path].trouble
        )

    def _look_there(self, now: float) -> bool:
        """Look at every folder there in which something may have changed; return whether all was brought."""
        wanted = {
            path: mirror for path, mirror in self._mirrors.items() if self._may_have_changed(path, mirror)
        }
        if not wanted:
            return True
        sent = {path: self._wishes(path, mirror) for path, mirror in wanted.items()}
        asked = {
            mirror.name: {
                "wishes": sorted(sent[path]),
                "mark": mirror.mark,
                "job": self._job_of(path, mirror),
            }
            for path, mirror in wanted.items()
        }
        answer = self.cluster.ask({"op": "look", "folders": asked}).header
        told, ahead_s = answer.get("folders"), time.time() - _number(answer.get("now"))
        if not isinstance(told, dict):
            raise WireError("it does not say what is there")
        here: dict[Path, Mirror] = {}
        for path, mirror in wanted.items():
            mirror.wishes -= sent[path]
            mirror.stops |= {run for act, run in sent[path] if act == "stop"}
            if self._take_in(path, mirror, told.get(mirror.name), ahead_s, now):
                here[path] = mirror
        done = self._fetcher.bring(
            [(self.folder(path), mirror) for path, mirror in here.items()], now + SLICE_S
        )
        for path, mirror in here.items():
            if not missing_outcomes(self.folder(path), mirror):
                mirror.synced_at, mirror.trouble = now, ""
        return done

    def _take_in(self, path: Path, mirror: Mirror, said: Any, ahead_s: float, now: float) -> bool:  # noqa: ANN401 - a stranger's
        """Take in what is said of one folder; return whether that could be done."""
        if not isinstance(said, dict) or "error" in said:
            mirror.trouble = f"on {self._settings.host}: {str(said)[:500]}"
            return False
        if "seen" not in said:
            return True
        try:
            take_in(self.folder(path), mirror, said["seen"], ahead_s=ahead_s)
        except FileNotFoundError:  # settled and tidied by another process
            return False
        except InvalidInputError as error:
            mirror.trouble = str(error)
            return False
        mirror.mark, self._changed_at = str(said.get("mark"))[:64], now
        return True

    def _may_have_changed(self, path: Path, mirror: Mirror) -> bool:
        memory = self._seen.get(path)
        if self._elsewhere.get(path):
            return False
        looked_at = memory is not None and memory.ticket is not None and memory.phase is not Phase.WAITING
        return bool(mirror.wishes) or (looked_at and path not in self._leaving)

    def _wishes(self, path: Path, mirror: Mirror) -> set[tuple[str, str]]:
        asked = names_in(path / "cancel", "").keys() - mirror.stops
        return mirror.wishes | {("stop", run) for run in asked}

    def _job_of(self, path: Path, mirror: Mirror) -> tuple[str, str] | None:
        """Return submission and id of a folder's job, where its own log may be all that there is."""
        memory = self._seen.get(path)
        if (
            memory is None
            or memory.ticket is None
            or memory.job_id is None
            or memory.phase is not Phase.ENDED
        ):
            return None
        return (memory.ticket.name, memory.job_id) if not mirror.outcomes else None

    # ------------------------------------------------------------------ out

    def forget(self, folder: AttemptFolder) -> bool:
        """Have a settled folder removed there, all that are settled at once; what cannot be removed is left.

        Args:
            folder: A folder whose runs are settled.

        Returns:
            Whether nothing of it is there; else it is to be asked again.
        """
        mine = self.folder(folder.path)
        if mine.path in self._leaving and mine.path not in self._gone:
            self._remove()
        if mine.path in self._gone or read_place(mine) is None or self._sent_elsewhere(mine):
            self._let_go(mine.path)
            return True
        if mine.path not in self._leaving:
            ticket = read_ticket(mine)
            self._leaving[mine.path] = ticket.name if ticket else None
            if mine.path in self._seen:
                self._cancel_unwanted(self._seen[mine.path])
        return False

    def _remove(self) -> None:
        """Have every settled folder removed that is not yet."""
        paths = self._leaving.keys() - self._gone
        names = sorted(self.folder(path).mirror.name for path in paths)
        submissions = sorted({name for name in self._leaving.values() if name})
        try:
            self.cluster.ask({"op": "remove", "folders": names, "submissions": submissions})
        except UnreachableError:
            return
        except StartError as error:
            _log.warning("%d settled folders are left where they are: %s", len(names), error)
        self._gone |= paths

    def _let_go(self, path: Path) -> None:
        for known in (self._seen, self._mirrors, self._leaving, self._elsewhere):
            known.pop(path, None)
        self._gone.discard(path)


def _name(folder: AttemptFolder) -> str:
    return "/".join(folder.path.parts[-2:])


def _number(said: Any) -> float:  # noqa: ANN401 - a stranger's
    if not isinstance(said, int | float) or not 0 < said < 1e12:  # noqa: PLR2004 - a time in seconds since 1970
        raise WireError("it does not say what time it is")
    return float(said)
