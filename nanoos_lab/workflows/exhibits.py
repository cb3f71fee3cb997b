"""What the screening report shows besides figures: tables with pictures, lists of reasons, the record.

Every function returns HTML made of escaped parts (names and notes come from files), in the style of the other
displays, so that it reads the same in JupyterLab and in the report.
"""

from __future__ import annotations

import base64
import importlib.metadata
import platform
from typing import TYPE_CHECKING, Any

from nanoos_lab.display.html import Markup, badge, block, facts, note, safe, table
from nanoos_lab.display.numbers import duration, formula_html, number, value_text
from nanoos_lab.properties import get_property
from nanoos_lab.workflows.findings import mean_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from nanoos_lab.workflows.screening import Ranking
    from nanoos_lab.workflows.survey import Ran, Survey

_PICTURE = (104, 92)
REFERENCES = {
    "CHGNet": "B. Deng et al., CHGNet as a pretrained universal neural network potential for charge-informed "
    "atomistic modelling, Nat. Mach. Intell. 5, 1031 (2023), doi:10.1038/s42256-023-00716-3",
    "Birch-Murnaghan": "F. Birch, Finite elastic strain of cubic crystals, Phys. Rev. 71, 809 (1947)",
    "pymatgen": "S. P. Ong et al., Python Materials Genomics (pymatgen), Comput. Mater. Sci. 68, 314 (2013)",
    "spglib": "A. Togo, K. Shinohara, I. Tanaka, Spglib: a software library for crystal symmetry search, "
    "Sci. Technol. Adv. Mater. Methods 4, 2384822 (2024)",
    "ASE": "A. H. Larsen et al., The atomic simulation environment, J. Phys.: Condens. Matter 29, 273002 (2017)",
}
_LEFT_OUT = {"energy", "max_force", "pressure"}
"""Values that say something of a calculation rather than of a crystal."""
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


def summary_html(sentences: Sequence[str]) -> str:
    """Return the summary paragraph, its second sentence (the leader) in strong type.

    Args:
        sentences: From :func:`~nanoos_lab.workflows.findings.summary_sentences`.
    """
    parts = [
        Markup("<strong>{}</strong>").format(s) if i == 1 else Markup("{}").format(s)
        for i, s in enumerate(sentences)
    ]
    body = Markup(" ").join(parts)
    return block(
        Markup('<p style="font-size:1.16em;line-height:1.55;max-width:64ch;margin:0">{}</p>').format(body)
    )


def caption_html(number_: int, text: str) -> str:
    """Return the caption of a figure.

    Args:
        number_: The figure's number.
        text: What it shows.
    """
    line = Markup('<p class="sub" style="max-width:78ch;margin:-4px 0 14px"><b>Figure {}.</b> {}</p>')
    return block(line.format(number_, text))


def picture(record: Any, *, width: int = _PICTURE[0], height: int = _PICTURE[1]) -> Markup:  # noqa: ANN401
    """Return a small drawing of a structure as an image, which no page can mistake for its own markup.

    Args:
        record: A stored structure, or anything else with ``scene()`` and ``name``.
        width: Pixels.
        height: Pixels.
    """
    from nanoos_lab.structures.svg import svg_of  # noqa: PLC0415 - only where pictures are drawn

    svg = svg_of(record.scene(), width=width, height=height)
    data = base64.b64encode(svg.encode()).decode()
    return Markup('<img alt="{}" width="{}" height="{}" src="data:image/svg+xml;base64,{}">').format(
        record.name, width, height, data
    )


def ranking_html(ranking: Ranking, survey: Survey, *, top: int) -> str:
    """Return the ranked candidates with their pictures.

    Args:
        ranking: The ranking.
        survey: For pictures and remarks.
        top: How many get a picture; the others follow as text.
    """
    if ranking.placed.empty:
        return block(note("Nothing could be ranked; the reasons are listed below.", tone="bad"))
    entry = get_property(ranking.objective)
    remarks = survey.remarks()
    groups = dict(zip(survey.candidates["candidate"], survey.candidates["space_group"], strict=True))
    headers = ["", " ", "Candidate", "Space group", f"{entry.label} / {entry.unit}"]
    headers += [f"{get_property(x.name).label} / {get_property(x.name).unit}" for x in ranking.limits]
    rows = []
    for _, row in ranking.placed.iterrows():
        key, place = str(row["candidate"]), int(row["place"])
        record = survey.relaxed(key)
        image = picture(record) if record is not None and place <= top else Markup()
        said = "; ".join(remarks.get(key, ()))
        rows.append(
            [
                Markup("<b>{}</b>").format(place),
                image,
                _named(row) + (Markup('<br><span class="warn">{}</span>').format(said) if said else Markup()),
                groups.get(key, "–"),
                _value(row),
                *(number(float(row[x.name])) for x in ranking.limits),
            ]
        )
    return block(table(headers, rows, numeric=headers[4:]))


def set_aside_html(ranking: Ranking) -> str:
    """Return what got no place, each with its reason.

    Args:
        ranking: The ranking.
    """
    aside = ranking.set_aside
    if aside.empty:
        return block(note("Every candidate could be ranked.", tone="good"))
    entry = get_property(ranking.objective)
    headers = ["Candidate", f"{entry.label} / {entry.unit}", "Why it is not ranked"]
    rows = [
        [
            _named(row),
            _value(row),
            Markup('<div style="white-space:normal">{}</div>').format(row["reasons"]),
        ]
        for _, row in aside.iterrows()
    ]
    return block(table(headers, rows, numeric=headers[1:2]))


def errors_html(pairs: pd.DataFrame) -> str:
    """Return how far each method is from measurement, by property.

    Args:
        pairs: As :func:`~nanoos_lab.workflows.findings.measured_pairs` returns.
    """
    if pairs.empty:
        return block(note("No measured value of these materials is known in this lab.", tone="idle"))
    rows = []
    for (name, method), part in pairs.groupby(["property", "method"], sort=True):
        entry = get_property(str(name))
        mae, n = mean_error(pairs, str(name), str(method))
        bias = float((part["estimate"] - part["measured"]).mean())
        percent = 100 * float(((part["estimate"] - part["measured"]) / part["measured"]).abs().mean())
        mean = value_text(mae, unit=entry.unit, digits=3)
        shift = f"{'+' if bias > 0 else ''}{value_text(bias, unit=entry.unit, digits=3)}"
        rows.append([entry.label, str(method), str(n), mean, f"{percent:.1f} %", shift])
    headers = ["Property", "Method", "Materials", "Mean error", "Mean relative error", "Bias"]
    return block(table(headers, rows, numeric=headers[2:]))


def relaxations_html(survey: Survey, *, top: int = 8) -> str:
    """Return the largest changes of volume on relaxing, where a structure moved far from its file.

    Args:
        survey: The survey.
        top: How many rows.
    """
    found = []
    for _, c in survey.candidates.iterrows():
        run = survey.run_of(str(c["candidate"]), "relax")
        if run is not None and "volume_change" in run.summary:
            found.append((abs(float(run.summary["volume_change"])), str(c["label"]), run))
    rows = []
    for _, label, run in sorted(found, key=lambda item: (-item[0], item[1]))[:top]:
        s = run.summary
        change = f"{100 * float(s['volume_change']):+.2f} %".replace("-", "−")
        energy = f"{1000 * float(s['energy_change']):+.1f}".replace("-", "−")
        rows.append([label, change, energy, str(s.get("steps", "–")), str(s.get("force_calls", "–"))])
    headers = ["Candidate", "Change of volume", "Change of energy / meV/atom", "Steps", "Force calls"]
    return block(table(headers, rows, numeric=headers[1:])) if rows else block(note("Nothing was relaxed."))


def coverage_html(survey: Survey) -> str:
    """Return which properties were predicted, by which model, for how many candidates.

    Args:
        survey: The survey.
    """
    predicted = survey.values[survey.values["origin"] == "predicted"]
    if predicted.empty:
        return block(note("Nothing was predicted.", tone="idle"))
    rows = []
    for (name, method), part in predicted.groupby(["property", "method"], sort=True):
        entry = get_property(str(name))
        outside = int((part["in_domain"].astype("boolean") == False).sum())  # noqa: E712 - three-valued
        span = f"{number(float(part['value'].min()))} to {number(float(part['value'].max()))} {entry.unit}"
        rows.append(
            [entry.label, str(method), str(part["candidate"].nunique()), span, str(outside or "none")]
        )
    headers = ["Property", "Model", "Candidates", "Range", "Outside its domain"]
    return block(table(headers, rows, numeric=["Candidates"]))


def computed_html(survey: Survey, chosen: Sequence[Any]) -> str:
    """Return how the costly step went in one line.

    Args:
        survey: The survey.
        chosen: The structures it was asked for.
    """
    runs = [run for run in survey.runs if run.task == "eos"]
    done = sum(run.row.state == "COMPLETED" for run in runs)
    calls = sum(int(run.summary.get("force_calls", 0)) for run in runs)
    line = f"{done} of {len(chosen)} equations of state were computed, with {calls} evaluations of forces."
    return block(Markup("<p>{}</p>").format(line))


def heading_html(row: pd.Series, ranking: Ranking) -> str:
    """Return the heading of one of the best.

    Args:
        row: Its row of the ranking.
        ranking: The ranking.
    """
    value, label = f"{_value(row)} {ranking.unit}", get_property(ranking.objective).label.lower()
    line = Markup(
        '<h3 style="font-size:18px;margin:22px 0 0">{}. {}</h3><p class="sub" style="margin:0">{}: {}</p>'
    )
    return block(line.format(int(row["place"]), row["label"], label, value))


def cards_html(survey: Survey, candidate: str) -> str:
    """Return all values of a candidate as cards.

    Args:
        survey: The survey.
        candidate: Its id.
    """
    from nanoos_lab.widgets.cards import cards_html as draw  # noqa: PLC0415 - widgets are an extra

    runs = [run for task in ("predict", "eos") if (run := survey.run_of(candidate, task)) is not None]
    values = [value for run in runs for value in run.values if value.property not in _LEFT_OUT]
    return block(safe(draw(values, title="")))


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
        parts += [Markup("<h4>Measured values</h4>"), _list(words)]
    files = sorted({str(r.row.original_name) for r in survey.records if r.row.original_name})
    if files:
        fold = Markup("<details><summary>{} structure files</summary>{}</details>")
        parts += [Markup("<h4>Structures</h4>"), fold.format(len(files), _list(files))]
    return block(*parts)


def again_html(parameters: Mapping[str, Any], structure_ids: Sequence[str]) -> str:
    """Return how to make this report again, in Python and on the command line.

    Args:
        parameters: Values by name; lab and project among them.
        structure_ids: The structures that were screened.
    """
    own = {k: v for k, v in parameters.items() if k not in {"lab_path", "project", "structures"}}
    lab, project = (
        str(parameters.get(name, fallback)) for name, fallback in (("lab_path", "."), ("project", "default"))
    )
    lines = [
        "import nanoos_lab as nl",
        f"lab = nl.open({lab!r}, project={project!r})",
        f"structures = lab.structures({list(structure_ids)!r})",
        f'lab.report("screening", structures=structures, {", ".join(f"{k}={v!r}" for k, v in own.items())})',
    ]
    code = Markup('<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>').format(
        "\n".join(lines)
    )
    words = (
        "Finished runs are reused, so this takes seconds in this lab and gives the same numbers. In a new lab, "
        "add the same files first; the runs are then made anew, with the same inputs, parameters and models."
    )
    return block(Markup('<p style="max-width:72ch">{}</p>').format(words), code)


def _named(row: pd.Series) -> Markup:
    label, formula = str(row["label"]), safe(formula_html(str(row["formula"])))
    if label == str(row["formula"]):
        return Markup("<b>{}</b>").format(formula)
    return Markup('<b>{}</b> <span class="idle">{}</span>').format(label, formula)


def _value(row: pd.Series) -> str:
    value, uncertainty = float(row["value"]), float(row["uncertainty"])
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    return value_text(value, None if uncertainty != uncertainty else uncertainty)  # noqa: PLR0124


def _seconds(run: Ran) -> float:
    row = run.row
    return max(row.finished_at - row.started_at, 0.0) if row.started_at and row.finished_at else 0.0


def _list(items: Iterable[str]) -> Markup:
    lines = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup('<ul style="margin:2px 0 12px;padding-left:18px;max-width:80ch">{}</ul>').format(lines)


def _short(value: Any) -> str:  # noqa: ANN401
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:150]}… ({len(value)} in all)"  # noqa: PLR2004 - fits the page
