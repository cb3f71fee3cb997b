"""Which device and how many threads run a network."""

from __future__ import annotations

import pytest

from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.ml import runtime
from nanoos_lab.ml.gnn.bundle import FOLDER
from nanoos_lab.ml.runtime import CPU, CUDA, open_session, providers_for


def test_cuda_is_taken_where_it_is_and_refused_where_it_is_not() -> None:
    assert providers_for("auto", [CUDA, CPU]) == [CUDA, CPU]
    assert providers_for("auto", [CPU]) == [CPU]
    assert providers_for("cpu", [CUDA, CPU]) == [CPU]
    assert providers_for("cuda", [CUDA, CPU]) == [CUDA, CPU]
    with pytest.raises(CalculatorError, match=r"nanoos-lab\[gpu\]"):
        providers_for("cuda", [CPU])


def test_a_session_is_opened_once_with_two_threads_whatever_openmp_is_told(monkeypatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv(runtime.THREADS, raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3})
    session = open_session(FOLDER / "fast.onnx")
    assert session is open_session(FOLDER / "fast.onnx")
    assert session.get_session_options().intra_op_num_threads == 2
    assert session.get_session_options().enable_mem_pattern is False
    monkeypatch.setenv(runtime.THREADS, "1")
    assert open_session(FOLDER / "fast.onnx").get_session_options().intra_op_num_threads == 1


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
        open_session(FOLDER / "fast.onnx")
