"""The many spellings of a functional in UPF files, as one short name.

A file names it either shortly (``PBE``) or by Quantum ESPRESSO's four parts: exchange, correlation and the two
gradient corrections (``SLA PW PBX PBC``).

Source: ``Modules/funct.f90`` of Quantum ESPRESSO 6.7, tables of short names.
"""

from __future__ import annotations

import re

_PARTS = {
    ("SLA", "PZ", "NOGX", "NOGC"): "PZ",
    ("SLA", "PW", "NOGX", "NOGC"): "PW",
    ("SLA", "VWN", "NOGX", "NOGC"): "VWN",
    ("SLA", "PW", "PBX", "PBC"): "PBE",
    ("SLA", "PW", "PBE", "PBE"): "PBE",
    ("SLA", "PW", "PSX", "PSC"): "PBESOL",
    ("SLA", "PW", "REVX", "PBC"): "REVPBE",
    ("SLA", "PW", "RPB", "PBC"): "REVPBE",
    ("SLA", "PW", "HHNX", "PBC"): "RPBE",
    ("SLA", "PW", "GGX", "GGC"): "PW91",
    ("SLA", "LYP", "B88", "BLYP"): "BLYP",
    ("SLA", "PZ", "B88", "P86"): "BP",
    ("SLA", "PW", "WCX", "PBC"): "WC",
    ("SLA", "PW", "TPSS", "TPSS"): "TPSS",
}
_SYNONYMS = {"LDA": "PZ", "CA": "PZ", "PS": "PBESOL", "GGA": "PW91", "SLA+PW+PBE+PBE": "PBE"}


def normal_functional(said: str) -> str:
    """Return the short name of a functional, in capitals.

    Args:
        said: As a file says it; a name that is not known is kept as it is, without extra blanks.
    """
    words = tuple(re.split(r"[\s+\-]+", said.strip().upper()))
    if words in _PARTS:
        return _PARTS[words]
    plain = " ".join(said.upper().split())
    return _SYNONYMS.get(plain, plain)
