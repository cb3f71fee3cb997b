"""GPAW's self-consistent cycle: watched, called off, gone on from where it was, and mended where it does not converge.

GPAW's own calculator is driven iteration by iteration. From time to time its state is kept in one file named after
the question (parameters and geometry), so that the same question asked again in the same folder goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ase import units

from nanoos_lab.errors import CalculatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TextIO

    from ase import Atoms

CHECKPOINT_SECONDS = 30.0
"""So long a cycle goes on before its state is kept again."""
_GENTLE = {"backend": "pulay", "beta": 0.02, "nmaxold": 8, "weight": 100.0}
_WIDER = 5.0
_DIGITS = 10


class _Remedy(NamedTuple):
    """What is tried when a cycle does not converge."""

    words: str
    run: Callable[[Atoms], Any]


def key_of(parameters: Mapping[str, Any], atoms: Atoms) -> str:
    """Return what names a question: the parameters and the geometry with its starting moments.

    Args:
        parameters: GPAW's.
        atoms: The geometry.
    """
    asked = {
        "parameters": parameters,
        "numbers": atoms.numbers.tolist(),
        "cell": atoms.cell.array.round(_DIGITS).tolist(),
        "positions": atoms.positions.round(_DIGITS).tolist(),
        "moments": atoms.get_initial_magnetic_moments().tolist(),  # type: ignore[no-untyped-call]
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


class GroundState:
    """Converges one structure at one geometry after the other, with one calculator of GPAW's where that can be.

    Args:
        parameters: GPAW's.
        folder: Where the text file and the checkpoint are kept.
        report: Takes a line for each iteration; may raise to call the work off.
    """

    def __init__(self, parameters: Mapping[str, Any], folder: Path, report: Callable[[str], None]) -> None:
        self._parameters, self._folder, self._report = dict(parameters), folder, report
        self._inner: Any = None
        self._text: TextIO | None = None
        self.remedies: tuple[str, ...] = ()
        """What was needed at the last geometry, beyond what was asked."""

    def converge(self, atoms: Atoms) -> Any:  # noqa: ANN401 - GPAW is not typed
        """Return GPAW's calculator, converged.

        Args:
            atoms: The geometry, with its starting moments.

        Raises:
            CalculatorError: It did not converge; the message names all that was tried.
        """
        self.remedies = ()
        tried: list[str] = []
        for words, run in self._ladder():
            if tried:
                self._report(f"GPAW: {tried[-1]} did not converge; now {words}")
            try:
                self._inner = run(atoms)
            except _failures() as error:
                tried.append(words if not str(error) else f"{words} ({error})")
                continue
            except BaseException:
                self._inner = None  # half-way through: not to be gone on from
                raise
            self.remedies = (*tried, words)[1:]
            self._path(atoms).unlink(missing_ok=True)
            return self._inner
        self._inner = None
        raise CalculatorError(
            f"GPAW's self-consistent cycle of {_formula(atoms)} did not converge. Tried: "
            f"{'; '.join(tried)}. Check the geometry and the moments at the start (site property "
            "magmom), or raise max_iterations or width_ev"
        )

    def close(self) -> None:
        """Let go of GPAW's calculator and its text file."""
        self._inner = None
        if self._text is not None:
            self._text.close()
            self._text = None

    def _ladder(self) -> tuple[_Remedy, ...]:
        n = self._parameters["maxiter"]
        steps = [
            _Remedy(f"{n} iterations", self._asked),
            _Remedy(f"{2 * n} iterations more", self._continued),
            _Remedy(f"{3 * n} iterations with gentle mixing", self._gentle),
        ]
        if width := self._parameters["occupations"].get("width"):
            steps.append(
                _Remedy(
                    f"a first cycle with a smearing of {_WIDER * width:g} eV, gone on from", self._wide_first
                )
            )
        return tuple(steps)

    def _asked(self, atoms: Atoms) -> Any:  # noqa: ANN401
        return self._iterate(self._kept(atoms) or self._moved(atoms) or self._fresh(), atoms)

    def _continued(self, atoms: Atoms) -> Any:  # noqa: ANN401
        inner = self._inner or self._fresh()
        if inner._dft is not None:  # noqa: SLF001 - GPAW has no other way
            inner.dft.scf_loop.maxiter = 2 * self._parameters["maxiter"]
        return self._iterate(inner, atoms)

    def _gentle(self, atoms: Atoms) -> Any:  # noqa: ANN401
        changes = {"mixer": _GENTLE, "maxiter": 3 * self._parameters["maxiter"]}
        return self._iterate(self._fresh(changes), atoms)

    def _wide_first(self, atoms: Atoms) -> Any:  # noqa: ANN401
        from gpaw import GPAW  # noqa: PLC0415 - heavy import

        asked = self._parameters["occupations"]
        changes = {
            "mixer": _GENTLE,
            "maxiter": 3 * self._parameters["maxiter"],
            "occupations": {**asked, "width": _WIDER * asked["width"]},
        }
        wide = self._iterate(self._fresh(changes), atoms, keep=False)
        path = self._folder / "wide.gpw"
        wide.dft.results.clear()  # or the energy would be taken for that with the smearing asked for
        wide.write(path, mode="all")
        inner = GPAW(path, txt=self._log(), object_hooks={"occupations": lambda _wide: asked})
        path.unlink()
        return self._iterate(inner, atoms)

    def _fresh(self, changes: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        from gpaw import GPAW  # noqa: PLC0415 - heavy import

        return GPAW(**{**self._parameters, **(changes or {})}, txt=self._log())

    def _kept(self, atoms: Atoms) -> Any | None:  # noqa: ANN401
        """Return a calculator in the state in which this question was left, if it was."""
        path = self._path(atoms)
        if not path.exists():
            return None
        from gpaw import GPAW  # noqa: PLC0415 - heavy import

        try:
            inner = GPAW(path, txt=self._log())
        except Exception as error:  # noqa: BLE001 - a checkpoint that cannot be read is only lost time
            self._report(f"GPAW: the checkpoint {path.name} cannot be read ({error}): from the beginning")
            path.unlink()
            return None
        self._report("GPAW: going on from the checkpoint")
        return inner

    def _moved(self, atoms: Atoms) -> Any | None:  # noqa: ANN401
        """Return the last calculator with its wave functions brought to this geometry, if that can be."""
        if self._inner is None:
            return None
        from gpaw.new.calculation import ReuseWaveFunctionsError  # noqa: PLC0415 - heavy import

        old = self._inner.results.get("magmoms")
        start = atoms.copy()  # type: ignore[no-untyped-call]
        if old is not None and old.any():
            start.set_initial_magnetic_moments(old)
        try:
            # unlike move_atoms, this finds the symmetries anew: a displacement may have broken some
            self._inner.create_new_calculation_from_old(start)
        except ReuseWaveFunctionsError:
            return None
        return self._inner

    def _iterate(self, inner: Any, atoms: Atoms, *, keep: bool = True) -> Any:  # noqa: ANN401
        self._inner, kept = inner, time.monotonic()
        self._report(f"GPAW: {_formula(atoms)}, self-consistent cycle begins")
        for now in inner.iconverge(atoms):
            energy = now.energies.total_extrapolated * units.Hartree
            self._report(
                f"GPAW: iteration {now.niter}, E = {energy:.6f} eV, density error {now.dens.error:.1e}"
            )
            if keep and time.monotonic() - kept >= CHECKPOINT_SECONDS:
                self._keep(inner, atoms)
                kept = time.monotonic()
        return inner

    def _keep(self, inner: Any, atoms: Atoms) -> None:  # noqa: ANN401
        path = self._path(atoms)
        half = path.with_suffix(".part")
        inner.write(half, mode="all")
        half.replace(path)

    def _path(self, atoms: Atoms) -> Path:
        return self._folder / f"cycle-{key_of(self._parameters, atoms)}.gpw"

    def _log(self) -> TextIO:
        """Return the text file, which all calculators of this object share."""
        if self._text is None:
            self._text = (self._folder / "gpaw.txt").open("a", encoding="utf-8")
        return self._text


def _formula(atoms: Atoms) -> str:
    return str(atoms.get_chemical_formula())  # type: ignore[no-untyped-call]


def _failures() -> tuple[type[Exception], ...]:
    """Return what a cycle that went astray raises."""
    from gpaw import ConvergenceError  # noqa: PLC0415 - heavy import
    from numpy.linalg import LinAlgError  # noqa: PLC0415

    return ConvergenceError, LinAlgError
