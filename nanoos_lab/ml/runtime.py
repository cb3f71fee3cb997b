"""Sessions of onnxruntime: which device runs a network, with how many threads, opened once per process.

``NANOOS_ONNX_DEVICE`` chooses: ``auto``, the default, takes CUDA where onnxruntime has it and the CPU else; ``cuda``
is refused where there is none; ``cpu`` never asks for one. ``NANOOS_ONNX_THREADS`` is the number of threads, by default
two, also where ``OMP_NUM_THREADS=1`` keeps everything else to one.

Each thread computes batches of its own. Within a batch there is one alone, always: onnxruntime's ``ScatterND`` with
``reduction="add"``, which sums over the edges of an atom, lets several threads add to one number at once on a CPU and
then loses some of them (github.com/microsoft/onnxruntime/issues/18048): a few crystals in a thousand were wrong,
others each time.

The pattern of memory is not remembered for each shape of a batch, of which there are as many as batches: memory would
grow with them.
"""

from __future__ import annotations

import functools
import logging
import os
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import CalculatorError, InvalidInputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

DEVICE, THREADS = "NANOOS_ONNX_DEVICE", "NANOOS_ONNX_THREADS"
CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
DEVICES = ("auto", "cpu", "cuda")
USUAL_THREADS = 2
_NICER, _NICEST = 3, 19
"""How far the threads that compute step back on Linux, where each has a niceness of its own, and how far they can."""
_log = logging.getLogger(__name__)


def open_session(path: Path) -> Any:  # noqa: ANN401 - onnxruntime's InferenceSession
    """Return the session of a file, opened once per process; it opens anew when the file or the choice changed.

    Args:
        path: The ONNX file.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        InvalidInputError: A variable of the environment holds no choice.
        CalculatorError: CUDA is asked for, and there is none.
    """
    stat = path.stat()
    return _session(path, stat.st_size, stat.st_mtime_ns, chosen_device())


def run_batches(
    session: Any,  # noqa: ANN401 - onnxruntime's InferenceSession
    batches: Iterable[Mapping[str, NDArray[Any]]],
    outputs: Sequence[str] | None = None,
) -> Iterator[list[NDArray[Any]]]:
    """Yield the outputs of each batch in order, several being computed at once on a CPU.

    Args:
        session: Of :func:`open_session`.
        batches: The inputs of each by name; what the network does not ask for is left out. They are asked for no
            further ahead than there are threads.
        outputs: Names of what is wanted; None for all.
    """
    known = {i.name for i in session.get_inputs()}
    compute = lambda inputs: session.run(outputs, {n: a for n, a in inputs.items() if n in known})  # noqa: E731
    threads = 1 if session.get_providers()[0] != CPU else chosen_threads()
    if threads == 1:
        yield from map(compute, batches)
        return
    with ThreadPoolExecutor(threads, initializer=_step_back) as pool:
        under_way: deque[Future[list[NDArray[Any]]]] = deque()
        for inputs in batches:
            under_way.append(pool.submit(compute, inputs))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _step_back() -> None:
    """Let the thread that feeds the network and stores its answers go first, where threads have priorities."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(
            os.PRIO_PROCESS, thread, min(os.getpriority(os.PRIO_PROCESS, thread) + _NICER, _NICEST)
        )


def chosen_device() -> str:
    """Return what the environment asks for: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        InvalidInputError: It asks for something else.
    """
    device = os.environ.get(DEVICE, "").strip().lower() or "auto"
    if device not in DEVICES:
        raise InvalidInputError(f"{DEVICE}={device!r} is no device: say {', '.join(DEVICES)}")
    return device


def chosen_threads() -> int:
    """Return how many batches are computed at once, never more than this process has cores.

    Raises:
        InvalidInputError: The environment holds no number.
    """
    said = os.environ.get(THREADS, "").strip()
    if said and not (said.isdigit() and int(said) > 0):
        raise InvalidInputError(f"{THREADS}={said!r} is no number of threads: say 1 or more")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(int(said) if said else USUAL_THREADS, cores)


def providers_for(device: str, available: Sequence[str]) -> list[str]:
    """Return the providers to ask onnxruntime for, the first being the one that is meant.

    Args:
        device: ``auto``, ``cpu`` or ``cuda``.
        available: What onnxruntime has.

    Raises:
        CalculatorError: CUDA is asked for, and onnxruntime has none.
    """
    if device == "cpu" or (device == "auto" and CUDA not in available):
        return [CPU]
    if CUDA not in available:
        raise CalculatorError(
            f"{DEVICE}=cuda asks for a GPU, and this onnxruntime has only {', '.join(available) or 'nothing'}: "
            "pip uninstall onnxruntime, then pip install 'nanoos-lab[gpu]' (the two packages cannot live together), "
            f"or say {DEVICE}=cpu"
        )
    return [CUDA, CPU]


@functools.lru_cache(maxsize=8)
def _session(path: Path, _size: int, _mtime_ns: int, device: str) -> Any:  # noqa: ANN401
    try:
        import onnxruntime  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingExtraError("onnxruntime", "ml", "A network in ONNX") from None
    runtime: Any = onnxruntime  # its stubs do not export their own names
    wanted = providers_for(device, runtime.get_available_providers())
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_mem_pattern = False
    session = runtime.InferenceSession(path, options, providers=wanted)
    if session.get_providers()[0] != wanted[0]:
        if device == "cuda":
            raise CalculatorError(
                f"{DEVICE}=cuda asks for a GPU, and onnxruntime could not open one (driver, CUDA and cuDNN must fit "
                f"its version, {runtime.__version__}): say {DEVICE}=cpu, or see what it wrote above"
            )
        _log.warning("%s runs on the CPU: onnxruntime has CUDA but could not open a GPU", path.name)
    return session
