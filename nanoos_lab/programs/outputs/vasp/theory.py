"""VASP's settings read as a level of theory and a kind of calculation.

Tags as the VASP manual defines them: GGA, METAGGA, IVDW, LDAUTYPE, IBRION, ICHARG, ALGO.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nanoos_lab.programs.outputs.run import Theory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GGA = {
    "PE": "PBE", "PS": "PBEsol", "RE": "revPBE", "RP": "RPBE", "AM": "AM05", "91": "PW91", "CA": "LDA", "B3": "B3LYP",
    "B5": "B3LYP", "OR": "optPBE", "BO": "optB88", "MK": "optB86b", "BF": "BEEF",
}  # fmt: skip
_META = {
    "SCAN": "SCAN", "R2SCAN": "r2SCAN", "RSCAN": "rSCAN", "TPSS": "TPSS", "RTPSS": "revTPSS", "M06L": "M06-L",
    "MBJ": "mBJ", "MS0": "MS0", "MS1": "MS1", "MS2": "MS2",
}  # fmt: skip
_DISPERSION = {
    1: "D2",
    10: "D2",
    11: "D3",
    12: "D3(BJ)",
    13: "D4",
    2: "TS",
    20: "TS",
    21: "TS/HI",
    202: "MBD",
    4: "dDsC",
}
_SMEARING = {-5: "tetrahedra", -4: "tetrahedra", -1: "Fermi-Dirac", 0: "Gaussian"}
_UNSAID = {"", "--"}


def functional(tags: Mapping[str, Any], titles: Sequence[str]) -> str:
    """Return the functional's name, or nothing where the tags and titles do not say it.

    Args:
        tags: INCAR tags and VASP's own parameters, upper-case.
        titles: Of the pseudopotentials, such as ``PAW_PBE Li_sv 23Jan2001``.
    """
    base = _without_exchange(tags, titles)
    if base and tags.get("LHFCALC") is True:
        base = _hybrid(tags, base)
    if not base:
        return ""
    if tags.get("LDAU") is True:
        base += "+U"
    if tags.get("LUSE_VDW") is True:
        base += "+rVV10" if _word(tags, "METAGGA") in _META else "+vdW-DF"
    dispersion = whole(tags, "IVDW", 0)
    if dispersion:
        base += f"+{_DISPERSION.get(dispersion, f'IVDW {dispersion}')}"
    return base


def _without_exchange(tags: Mapping[str, Any], titles: Sequence[str]) -> str:
    meta, gga = _word(tags, "METAGGA"), _word(tags, "GGA")
    if meta not in _UNSAID | {"F", "FALSE", "NONE"}:
        return _META.get(meta, "")
    if gga not in _UNSAID:
        return _GGA.get(gga, "")
    kinds = {title.split()[0] for title in titles if title.split()}
    if not kinds or "GGA" not in tags or tags.get("LMETAGGA") is True:
        return ""  # only where VASP says that it took the pseudopotentials' own one are their titles asked
    names = {"PAW_PBE": "PBE", "PAW_GGA": "PW91", "PAW": "LDA", "PAW_LDA": "LDA", "US": "LDA", "NC": "LDA"}
    found = {names.get(kind, "") for kind in kinds}
    return found.pop() if len(found) == 1 else ""


def _hybrid(tags: Mapping[str, Any], base: str) -> str:
    """Return the name of a hybrid by its share of exact exchange and its screening."""
    exact, screening = float(tags.get("AEXX", 0.25)), float(tags.get("HFSCREEN", 0.0) or 0.0)
    if math.isclose(exact, 1.0) and not screening:
        return "HF" if math.isclose(float(tags.get("ALDAC", 0.0)), 0.0) else f"{base}, 100 % exact exchange"
    if base == "B3LYP":
        return base
    if math.isclose(exact, 0.25, abs_tol=1e-3):
        if not screening:
            return {"PBE": "PBE0", "PBEsol": "PBEsol0"}.get(base, f"{base}, 25 % exact exchange")
        kind = "HSE06" if 0.2 <= screening <= 0.21 else "HSE03" if math.isclose(screening, 0.3) else ""  # noqa: PLR2004
        if kind:
            return {"PBE": kind, "PBEsol": kind.replace("HSE", "HSEsol ")}.get(base, f"{base} {kind}")
    screened = f" screened at {screening:g}/Å" if screening else ""
    return f"{base}, {100 * exact:g} % exact exchange{screened}"


def _word(tags: Mapping[str, Any], name: str) -> str:
    words = str(tags.get(name) or "").split("!")[0].split("#")[0].split()
    return words[0].upper() if words else ""


def whole(tags: Mapping[str, Any], name: str, default: int) -> int:
    """Return a tag that is one whole number; of several the first.

    Args:
        tags: INCAR tags and parameters.
        name: The tag.
        default: Where it is not there.
    """
    found = _many(tags.get(name))
    return int(found[0]) if found and math.isfinite(found[0]) else default


def hubbard(tags: Mapping[str, Any], elements: Sequence[str]) -> dict[str, float]:
    """Return U, or U − J where only the difference matters, in eV by element.

    Args:
        tags: INCAR tags and parameters.
        elements: One for each species.
    """
    if tags.get("LDAU") is not True:
        return {}
    shells, us, js = (_many(tags.get(name)) for name in ("LDAUL", "LDAUU", "LDAUJ"))
    difference = whole(tags, "LDAUTYPE", 2) == 2  # noqa: PLR2004 - Dudarev's form
    found = {}
    for element, shell, u, j in zip(elements, shells, us, js or [0.0] * len(us), strict=False):
        if shell >= 0 and (u or j):
            found[element] = u - j if difference else u
    return found


def _many(value: Any) -> list[float]:  # noqa: ANN401 - one number or several
    several = value if isinstance(value, (list, tuple)) else () if value is None else (value,)
    return [float(one) for one in several if isinstance(one, (int, float))]


def kind_of(tags: Mapping[str, Any], n_steps: int) -> str:  # noqa: PLR0911 - one case after the other
    """Return what kind of calculation it is.

    Args:
        tags: INCAR tags and parameters.
        n_steps: How many ionic steps are there.
    """
    algorithm = _word(tags, "ALGO")
    brion, moves = whole(tags, "IBRION", -1), whole(tags, "NSW", 0)
    if tags.get("LEPSILON") is True or tags.get("LCALCEPS") is True or tags.get("LCALCPOL") is True:
        return "response"
    if algorithm.startswith(
        ("CHI", "GW", "EVGW", "SCGW", "QPGW", "BSE", "TDHF", "ACFDT", "RPA", "TIMEEV", "G0W0", "CRPA", "2E4W")
    ):
        return "other"
    if brion in {5, 6, 7, 8}:
        return "phonons"
    if whole(tags, "ICHARG", 2) >= 10:  # noqa: PLR2004 - the density is fixed
        return "bands"
    if brion == 0 and moves > 0:
        return "md"
    if brion in {1, 2, 3} and moves > 0 and (moves > 1 or n_steps > 1):
        return "vc-relax" if whole(tags, "ISIF", 2) >= 3 else "relax"  # noqa: PLR2004 - the cell is free from 3 on
    return "static"


def theory_of(
    tags: Mapping[str, Any],
    elements: Sequence[str],
    titles: Sequence[str],
    mesh: Sequence[int],
    n_kpoints: int | None,
) -> Theory:
    """Return the level of theory.

    Args:
        tags: INCAR tags and parameters.
        elements: One for each species.
        titles: Of their pseudopotentials.
        mesh: Divisions of the k-point mesh, where there is one.
        n_kpoints: How many irreducible k-points there are.
    """
    smearing, width = tags.get("ISMEAR"), tags.get("SIGMA")
    word = ""
    if smearing is not None:
        order = whole(tags, "ISMEAR", 0)
        word = _SMEARING.get(order, f"Methfessel-Paxton {order}" if order > 0 else "fixed occupations")
        word += f" {float(width):g} eV" if width is not None and order > -4 else ""  # noqa: PLR2004 - tetrahedra have none
    noncollinear = tags.get("LNONCOLLINEAR") is True or tags.get("LSORBIT") is True
    spin = "noncollinear" if noncollinear else {1: "none", 2: "collinear"}.get(whole(tags, "ISPIN", 0), "")
    cutoff = tags.get("ENCUT", tags.get("ENMAX"))
    return Theory(
        functional=functional(tags, titles),
        cutoff_ev=None if cutoff is None else float(cutoff),
        kpoints=tuple(int(n) for n in mesh),
        n_kpoints=n_kpoints,
        hubbard_ev=hubbard(tags, elements),
        spin=spin,
        smearing=word,
        pseudopotentials=tuple(" ".join(title.split()) for title in titles),
    )
