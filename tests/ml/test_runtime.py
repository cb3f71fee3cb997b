"""Which device and how many threads run a network."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.ml import runtime
from nanoos_lab.ml.gnn.bundle import FOLDER
from nanoos_lab.ml.graphs import build_graphs
from nanoos_lab.ml.runtime import CPU, CUDA, chosen_threads, open_session, providers_for, run_batches
from nanoos_lab.testing import crystal, rattled


def test_cuda_is_taken_where_it_is_and_refused_where_it_is_not() -> None:
    assert providers_for("auto", [CUDA, CPU]) == [CUDA, CPU]
    assert providers_for("auto", [CPU]) == [CPU]
    assert providers_for("cpu", [CUDA, CPU]) == [CPU]
    assert providers_for("cuda", [CUDA, CPU]) == [CUDA, CPU]
    with pytest.raises(CalculatorError, match=r"nanoos-lab\[gpu\]"):
        providers_for("cuda", [CPU])


def test_a_session_is_opened_once_and_has_one_thread_whatever_it_is_told(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setenv(runtime.THREADS, "3")
    session = open_session(FOLDER / "fast.onnx")
    assert session is open_session(FOLDER / "fast.onnx")
    assert session.get_session_options().intra_op_num_threads == 1
    assert session.get_session_options().enable_mem_pattern is False


def test_two_batches_are_computed_at_once_whatever_openmp_is_told(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv(runtime.THREADS, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3})
    assert chosen_threads() == 2
    monkeypatch.setenv(runtime.THREADS, "3")
    assert chosen_threads() == 3
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {5})
    assert chosen_threads() == 1


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_answers_are_the_same_to_the_last_bit_and_in_order(monkeypatch, threads: str) -> None:
    """Threads within a batch would lose some of what edges add to an atom, of other atoms each time."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setenv(runtime.THREADS, threads)
    graphs = [build_graphs([rattled(crystal("TiO2"), seed=k)] * (k + 1)).inputs() for k in range(7)]
    session = open_session(FOLDER / "fast.onnx")
    alone = [session.run(["targets"], dict(g))[0] for g in graphs]
    asked = 0

    def batches():
        nonlocal asked
        for inputs in graphs:
            asked += 1
            yield {**inputs, "not an input": np.zeros(1)}

    for done, (answer, expected) in enumerate(
        zip(run_batches(session, batches(), ["targets"]), alone, strict=True)
    ):
        assert np.array_equal(answer[0], expected)
        assert asked <= done + 1 + int(threads)


def test_an_error_in_a_batch_comes_to_whoever_asks(monkeypatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    graphs = build_graphs([crystal("MgO")]).inputs()
    session = open_session(FOLDER / "fast.onnx")
    with pytest.raises(Exception, match="are missing from input feed"):
        list(run_batches(session, [graphs, {"numbers": graphs["numbers"]}, graphs]))


def test_a_gpu_that_is_not_there_is_an_error_not_a_slow_answer(monkeypatch) -> None:
    import onnxruntime

    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("this machine has what the test wants absent")
    monkeypatch.setenv(runtime.DEVICE, "cuda")
    with pytest.raises(CalculatorError, match="asks for a GPU"):
        open_session(FOLDER / "fast.onnx")


@pytest.mark.parametrize(
    ("name", "value"), [(runtime.DEVICE, "tpu"), (runtime.THREADS, "many"), (runtime.THREADS, "0")]
)
def test_words_that_are_no_choice_are_refused(monkeypatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError, match=name):
        list(run_batches(open_session(FOLDER / "fast.onnx"), [build_graphs([crystal("MgO")]).inputs()]))
