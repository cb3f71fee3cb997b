"""The record at the end of a report: parameters, runs, versions, sources, and how to make it again.

Every function returns HTML made of escaped parts, in the style of the other displays.
"""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.charts.provenance import provenance_svg
from nanoos_lab.display.html import Markup, badge, block, facts, safe, table
from nanoos_lab.display.numbers import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from nanoos_lab.workflows.survey import Ran, Survey

REFERENCES = {
    "CHGNet": "B. Deng et al., CHGNet as a pretrained universal neural network potential for charge-informed "
    "atomistic modelling, Nat. Mach. Intell. 5, 1031 (2023), doi:10.1038/s42256-023-00716-3",
    "PBE": "J. P. Perdew, K. Burke, M. Ernzerhof, Generalized gradient approximation made simple, "
    "Phys. Rev. Lett. 77, 3865 (1996), doi:10.1103/PhysRevLett.77.3865",
    "QE": "P. Giannozzi et al., Advanced capabilities for materials modelling with Quantum ESPRESSO, "
    "J. Phys.: Condens. Matter 29, 465901 (2017), doi:10.1088/1361-648X/aa8f79",
    "GPAW": "J. J. Mortensen et al., GPAW: An open Python package for electronic structure calculations, "
    "J. Chem. Phys. 160, 092503 (2024), doi:10.1063/5.0182685",
    "path": "Y. Hinuma et al., Band structure diagram paths based on crystallography, "
    "Comput. Mater. Sci. 128, 140 (2017), doi:10.1016/j.commatsci.2016.10.015",
    "Birch-Murnaghan": "F. Birch, Finite elastic strain of cubic crystals, Phys. Rev. 71, 809 (1947)",
    "pymatgen": "S. P. Ong et al., Python Materials Genomics (pymatgen), Comput. Mater. Sci. 68, 314 (2013)",
    "spglib": "A. Togo, K. Shinohara, I. Tanaka, Spglib: a software library for crystal symmetry search, "
    "Sci. Technol. Adv. Mater. Methods 4, 2384822 (2024)",
    "ASE": "A. H. Larsen et al., The atomic simulation environment, J. Phys.: Condens. Matter 29, 273002 (2017)",
}
_PACKAGES = (
    "nanoos-lab",
    "chgnet",
    "torch",
    "ase",
    "pymatgen",
    "spglib",
    "numpy",
    "scipy",
    "plotly",
    "papermill",
)


def runs_html(runs: Sequence[Ran]) -> str:
    """Return the runs by task, and all of them below.

    Args:
        runs: The runs.
    """
    tasks: dict[str, list[Ran]] = {}
    for run in runs:
        tasks.setdefault(run.task, []).append(run)
    rows = []
    for task, members in tasks.items():
        states: dict[str, int] = {}
        for run in members:
            states[str(run.row.state)] = states.get(str(run.row.state), 0) + 1
        words = Markup(" ").join(Markup("{} {}").format(n, badge(state)) for state, n in states.items())
        seconds = sum(_seconds(run) for run in members)
        calls = sum(int(run.summary.get("force_calls", 0)) for run in members)
        rows.append([task, members[0].row.task_version, words, duration(seconds), str(calls or "–")])
    headers = ["Task", "Version", "Runs", "Time of computing", "Force calls"]
    every = [[r.id, r.task, r.inputs[0].name, badge(str(r.row.state)), duration(_seconds(r))] for r in runs]
    listed = table(["Run", "Task", "On", "State", "Took"], every, numeric=["Took"])
    fold = Markup("<details><summary>All {} runs</summary>{}</details>").format(len(runs), listed)
    return block(table(headers, rows, numeric=headers[3:]), fold)


def parameters_html(parameters: Mapping[str, Any]) -> str:
    """Return the parameters of this report.

    Args:
        parameters: Values by name.
    """
    return block(
        facts((name, Markup("<code>{}</code>").format(_short(value))) for name, value in parameters.items())
    )


@dataclass(frozen=True)
class _Graph:
    nodes: list[Any]
    edges: list[Any]


def lineage_html(graph: Any, subject_id: str) -> str:  # noqa: ANN401 - a provenance graph of the store
    """Draw what a record was made from, without the notebooks that merely asked for the work.

    Args:
        graph: Its provenance: ``nodes`` and ``edges``.
        subject_id: The record.
    """
    edges = [e for e in graph.edges if e.label != "started"]
    wanted = {subject_id}
    while more := {e.source for e in edges if e.target in wanted} - wanted:
        wanted |= more
    wanted |= {e.target for e in edges if e.source == subject_id}
    nodes = [n for n in graph.nodes if n.id in wanted]
    kept = [e for e in edges if e.source in wanted and e.target in wanted]
    return block(safe(provenance_svg(_Graph(nodes, kept))))


def versions_html() -> str:
    """Return the versions of Python and of the packages that the numbers depend on."""
    pairs = [("Python", platform.python_version()), ("System", f"{platform.system()} {platform.machine()}")]
    for name in _PACKAGES:
        try:
            pairs.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            continue
    return block(facts(pairs))


def sources_html(methods: Iterable[str], measured: pd.DataFrame, survey: Survey) -> str:
    """Return what the report rests on: files, methods and measurements, with citations.

    Args:
        methods: Labels of the methods used.
        measured: Columns ``property`` and ``source``.
        survey: For the structures' files.
    """
    text = " ".join(methods)
    used = [r for key, r in REFERENCES.items() if key in text or key in {"pymatgen", "spglib", "ASE"}]
    parts = [Markup("<h4>Methods</h4>"), _list(used)]
    if len(measured):
        cited = measured.groupby("source")["property"].agg(lambda p: ", ".join(sorted(set(map(str, p)))))
        words = [f"{source} ({names.replace('_', ' ')})" for source, names in cited.items()]
        parts += [Markup("<h4>Measured values</h4>"), _list(words, style="font-size:12.5px;columns:2 24em")]
    files = sorted({str(r.row.original_name) for r in survey.records if r.row.original_name})
    if files:
        fold = Markup("<details><summary>{} structure files</summary>{}</details>")
        parts += [Markup("<h4>Structures</h4>"), fold.format(len(files), _list(files))]
    return block(*parts)


def again_html(
    parameters: Mapping[str, Any], structure_ids: Sequence[str], *, template: str = "screening"
) -> str:
    """Return how to make this report again, in Python and on the command line.

    Args:
        parameters: Values by name; lab and project among them.
        structure_ids: The structures that it is about.
        template: The template's name.
    """
    own = {k: v for k, v in parameters.items() if k not in {"lab_path", "project", "structures"}}
    lab, project = (
        str(parameters.get(name, fallback)) for name, fallback in (("lab_path", "."), ("project", "default"))
    )
    lines = [
        "import nanoos_lab as nl",
        f"lab = nl.open({lab!r}, project={project!r})",
        f"structures = lab.structures({list(structure_ids)!r})",
        f'lab.report("{template}", structures=structures, {", ".join(f"{k}={v!r}" for k, v in own.items())})',
    ]
    code = Markup('<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>').format(
        "\n".join(lines)
    )
    words = (
        "Finished runs are reused, so this takes seconds in this lab and gives the same numbers. In a new lab, "
        "add the same files first; the runs are then made anew, with the same inputs, parameters and models."
    )
    return block(Markup('<p style="max-width:72ch">{}</p>').format(words), code)


def _seconds(run: Ran) -> float:
    row = run.row
    return max(row.finished_at - row.started_at, 0.0) if row.started_at and row.finished_at else 0.0


def _list(items: Iterable[str], *, style: str = "") -> Markup:
    lines = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup('<ul style="margin:2px 0 12px;padding-left:18px;{}">{}</ul>').format(style, lines)


def _short(value: Any) -> str:  # noqa: ANN401
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:150]}… ({len(value)} in all)"  # noqa: PLR2004 - fits the page
