"""Other people's viewers, for those who know them: working without a network, or refusing with the reason."""

# ruff: noqa: ANN401 - what can be shown comes in many kinds
from __future__ import annotations

import json
import sys
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.widgets.viewer.subjects import is_one, structure_of

NAMES = ("nanoos", "nglview", "py3Dmol")
THREE_DMOL_FILE = "3Dmol-min.js"


def view(subject: Any, *, viewer: str = "nanoos", **options: Any) -> Any:
    """Return a live view of a structure, by our viewer or by another one.

    Args:
        subject: As of :class:`nanoos_lab.widgets.StructureViewer`; the others take one structure.
        viewer: ``nanoos``, ``nglview`` or ``py3Dmol``.
        **options: Passed to the viewer.

    Raises:
        InvalidInputError: There is no such viewer, or it cannot work without a network.
        MissingExtraError: It is not installed.
    """
    if viewer not in NAMES:
        raise InvalidInputError(f"no viewer {viewer!r}: use one of {', '.join(NAMES)}")
    if viewer == "nglview":
        return nglview_of(subject, **options)
    if viewer == "py3Dmol":
        return py3dmol_of(subject, **options)
    from nanoos_lab.widgets.viewer.widget import StructureViewer  # noqa: PLC0415 - an extra

    return StructureViewer(subject, **options)


def nglview_of(subject: Any, **options: Any) -> Any:
    """Return nglview's widget of a structure.

    Args:
        subject: One structure.
        **options: Passed to ``NGLWidget``.

    Raises:
        InvalidInputError: It is not one structure, or the installed script of nglview cannot be found.
        MissingExtraError: nglview is not installed.
    """
    structure = _one(subject, "nglview")
    if find_spec("nglview") is None:
        raise MissingExtraError("nglview", "viewers", "The view by nglview")
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415

    script = _nglview_script_version()
    nglview = _nglview(script)
    atoms: Any = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    made = nglview.NGLWidget(
        nglview.ASEStructure(atoms), _view_module_version=script, _model_module_version=script, **options
    )
    if hasattr(structure, "lattice"):
        made.add_unitcell()
    return made


def _nglview(script: str) -> Any:
    """Return the module nglview, asking for the version of its script that is there.

    nglview 4.0.1 asks for version 4.0 of a script that it ships as 3.1.5; JupyterLab then refuses to draw. The version
    is read when nglview is imported, so it is put in its place before; a session that has imported nglview itself
    keeps what it has, and only the widget made here is drawn.

    Args:
        script: The version.
    """
    stated = "nglview._frontend"
    if "nglview" not in sys.modules:
        told = ModuleType(stated)
        told.__dict__["__frontend_version__"] = script
        sys.modules[stated] = told
    return import_module("nglview")


def _nglview_script_version() -> str:
    """Return the version of nglview's installed script."""
    from jupyter_core.paths import jupyter_path  # noqa: PLC0415 - comes with the extra

    for folder in jupyter_path("labextensions"):
        package = Path(folder) / "nglview-js-widgets" / "package.json"
        if package.exists():
            return str(json.loads(package.read_text(encoding="utf-8"))["version"])
    raise InvalidInputError(
        "nglview's script is not installed where JupyterLab looks, so its view would stay empty: "
        "install nglview into the environment that JupyterLab runs in, or use the viewer 'nanoos'"
    )


def py3dmol_of(subject: Any, *, script: str | Path | None = None, width: int = 640, height: int = 380) -> Any:
    """Return a view by py3Dmol that asks no server for anything.

    Args:
        subject: One structure.
        script: The file ``3Dmol-min.js``, which py3Dmol does not ship.
        width: In pixels.
        height: In pixels.

    Raises:
        InvalidInputError: It is not one structure, or there is no script.
        MissingExtraError: py3Dmol is not installed.
    """
    structure = _one(subject, "py3Dmol")
    if find_spec("py3Dmol") is None:
        raise MissingExtraError("py3Dmol", "viewers", "The view by py3Dmol")
    code = _three_dmol_code(script)
    py3dmol: Any = import_module("py3Dmol")
    made = py3dmol.view(width=width, height=height, js="")
    periodic = hasattr(structure, "lattice")
    made.addModel(structure.to(fmt="cif" if periodic else "xyz"), "cif" if periodic else "xyz")
    made.setStyle({"stick": {"radius": 0.12}, "sphere": {"scale": 0.28}})
    if periodic:
        made.addUnitCell()
    made.zoomTo()
    return InlinedPage(made, code)


class InlinedPage:
    """py3Dmol's view with its script inside, so that no server is asked for it.

    Args:
        made: py3Dmol's view.
        code: The text of 3Dmol.js.
    """

    def __init__(self, made: Any, code: str) -> None:
        self.view, self._code = made, code

    def _repr_html_(self) -> str:
        page = self.view.write_html()
        load = "loadScriptAsync('')"
        if page.count(load) != 1:
            raise InvalidInputError(
                f"py3Dmol {metadata.version('py3Dmol')} loads its script in a way that is not known here: "
                "use the viewer 'nanoos'"
            )
        code = json.dumps(self._code).replace("</", "<\\/")
        here = f"(window.$3Dmol ? Promise.resolve() : Promise.resolve().then(() => (0, eval)({code})))"
        return str(page.replace(load, here))

    def __repr__(self) -> str:
        return "<py3Dmol's view, with its script inside>"


def _three_dmol_code(script: str | Path | None) -> str:
    places = [Path(script)] if script else _likely_places()
    for place in places:
        if place.is_file():
            return place.read_text(encoding="utf-8")
    if script:
        raise InvalidInputError(f"no file {script}: give the path of {THREE_DMOL_FILE}")
    raise InvalidInputError(
        f"py3Dmol {metadata.version('py3Dmol')} has no script of its own and loads it from cdn.jsdelivr.net, which "
        "this lab never asks: give script='.../3Dmol-min.js' (from the npm package 3dmol), or use the viewer 'nanoos'"
    )


def _likely_places() -> list[Path]:
    """Return where an installed package may keep 3Dmol's script."""
    files = [file for file in metadata.files("py3Dmol") or () if file.name == THREE_DMOL_FILE]
    return [Path(str(file.locate())) for file in files]


def _one(subject: Any, viewer: str) -> Any:
    if not is_one(subject):
        raise InvalidInputError(f"{viewer} is given one structure here, not frames: use the viewer 'nanoos'")
    return structure_of(subject)
