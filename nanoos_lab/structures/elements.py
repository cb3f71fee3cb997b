"""What a drawing and a bond rule need to know of an element: colour, radii, electronegativity, kind.

Plain numbers in one table, so that nothing heavy is imported for them. Sources: colours, Jmol
(https://jmol.sourceforge.net/jscolors); covalent radii in Å, Cordero et al., Dalton Trans. 2832 (2008),
low-spin Mn, Fe and Co, and past Cm Pyykkö and Atsumi, Chem. Eur. J. 15, 186 (2009); metallic radii in Å
for twelve neighbours and Pauling electronegativities, as in pymatgen's periodic table. Where that has none
(metallic: Sn, Pb, Bi, Po, Fr, Ra, Ac and past Es; electronegativity: past Lr) the value is a rough one of
ours, for drawing.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

Kind = Literal["metal", "metalloid", "nonmetal", "noble"]

# symbol, Jmol colour, covalent radius, metallic radius (0: none), electronegativity (0: none), kind
_TABLE = """
H FFFFFF 0.31 0.00 2.20 n | He D9FFFF 0.28 0.00 0.00 g | Li CC80FF 1.28 1.52 0.98 m
Be C2FF00 0.96 1.12 1.57 m | B FFB5B5 0.84 0.00 2.04 s | C 909090 0.76 0.00 2.55 n
N 3050F8 0.71 0.00 3.04 n | O FF0D0D 0.66 0.00 3.44 n | F 90E050 0.57 0.00 3.98 n
Ne B3E3F5 0.58 0.00 0.00 g | Na AB5CF2 1.66 1.86 0.93 m | Mg 8AFF00 1.41 1.60 1.31 m
Al BFA6A6 1.21 1.43 1.61 m | Si F0C8A0 1.11 0.00 1.90 s | P FF8000 1.07 0.00 2.19 n
S FFFF30 1.05 0.00 2.58 n | Cl 1FF01F 1.02 0.00 3.16 n | Ar 80D1E3 1.06 0.00 0.00 g
K 8F40D4 2.03 2.27 0.82 m | Ca 3DFF00 1.76 1.97 1.00 m | Sc E6E6E6 1.70 1.62 1.36 m
Ti BFC2C7 1.60 1.47 1.54 m | V A6A6AB 1.53 1.34 1.63 m | Cr 8A99C7 1.39 1.28 1.66 m
Mn 9C7AC7 1.39 1.27 1.55 m | Fe E06633 1.32 1.26 1.83 m | Co F090A0 1.26 1.25 1.88 m
Ni 50D050 1.24 1.24 1.91 m | Cu C88033 1.32 1.28 1.90 m | Zn 7D80B0 1.22 1.34 1.65 m
Ga C28F8F 1.22 1.35 1.81 m | Ge 668F8F 1.20 0.00 2.01 s | As BD80E3 1.19 0.00 2.18 s
Se FFA100 1.20 0.00 2.55 n | Br A62929 1.20 0.00 2.96 n | Kr 5CB8D1 1.16 0.00 3.00 g
Rb 702EB0 2.20 2.48 0.82 m | Sr 00FF00 1.95 2.15 0.95 m | Y 94FFFF 1.90 1.80 1.22 m
Zr 94E0E0 1.75 1.60 1.33 m | Nb 73C2C9 1.64 1.46 1.60 m | Mo 54B5B5 1.54 1.39 2.16 m
Tc 3B9E9E 1.47 1.36 1.90 m | Ru 248F8F 1.46 1.34 2.20 m | Rh 0A7D8C 1.42 1.34 2.28 m
Pd 006985 1.39 1.37 2.20 m | Ag C0C0C0 1.45 1.44 1.93 m | Cd FFD98F 1.44 1.51 1.69 m
In A67573 1.42 1.67 1.78 m | Sn 668080 1.39 1.58 1.96 m | Sb 9E63B5 1.39 0.00 2.05 s
Te D47A00 1.38 0.00 2.10 s | I 940094 1.39 0.00 2.66 n | Xe 429EB0 1.40 0.00 2.60 g
Cs 57178F 2.44 2.65 0.79 m | Ba 00C900 2.15 2.22 0.89 m | La 70D4FF 2.07 1.87 1.10 m
Ce FFFFC7 2.04 1.82 1.12 m | Pr D9FFC7 2.03 1.82 1.13 m | Nd C7FFC7 2.01 1.81 1.14 m
Pm A3FFC7 1.99 1.83 1.13 m | Sm 8FFFC7 1.98 1.80 1.17 m | Eu 61FFC7 1.98 1.80 1.20 m
Gd 45FFC7 1.96 1.80 1.20 m | Tb 30FFC7 1.94 1.77 1.10 m | Dy 1FFFC7 1.92 1.78 1.22 m
Ho 00FF9C 1.92 1.76 1.23 m | Er 00E675 1.89 1.76 1.24 m | Tm 00D452 1.90 1.76 1.25 m
Yb 00BF38 1.87 1.76 1.10 m | Lu 00AB24 1.87 1.74 1.27 m | Hf 4DC2FF 1.75 1.59 1.30 m
Ta 4DA6FF 1.70 1.46 1.50 m | W 2194D6 1.62 1.39 2.36 m | Re 267DAB 1.51 1.37 1.90 m
Os 266696 1.44 1.35 2.20 m | Ir 175487 1.41 1.35 2.20 m | Pt D0D0E0 1.36 1.39 2.28 m
Au FFD123 1.36 1.44 2.54 m | Hg B8B8D0 1.32 1.51 2.00 m | Tl A6544D 1.45 1.70 1.62 m
Pb 575961 1.46 1.75 2.33 m | Bi 9E4FB5 1.48 1.70 2.02 m | Po AB5C00 1.40 1.68 2.00 m
At 754F45 1.50 0.00 2.20 n | Rn 428296 1.50 0.00 2.20 g | Fr 420066 2.60 2.70 0.70 m
Ra 007D00 2.21 2.30 0.90 m | Ac 70ABFA 2.15 1.88 1.10 m | Th 00BAFF 2.06 1.79 1.30 m
Pa 00A1FF 2.00 1.63 1.50 m | U 008FFF 1.96 1.56 1.38 m | Np 0080FF 1.90 1.55 1.36 m
Pu 006BFF 1.87 1.59 1.28 m | Am 545CF2 1.80 1.73 1.30 m | Cm 785CE3 1.69 1.74 1.30 m
Bk 8A4FE3 1.68 1.70 1.30 m | Cf A136D4 1.68 1.86 1.30 m | Es B31FD4 1.65 1.86 1.30 m
Fm B31FBA 1.67 1.80 1.30 m | Md B30DA6 1.73 1.80 1.30 m | No BD0D87 1.76 1.80 1.30 m
Lr C70066 1.61 1.80 1.30 m | Rf CC0059 1.57 1.60 1.30 m | Db D1004F 1.49 1.60 1.30 m
Sg D90045 1.43 1.60 1.30 m | Bh E00038 1.41 1.60 1.30 m | Hs E6002E 1.34 1.60 1.30 m
Mt EB0026 1.29 1.60 1.30 m | Ds EB0026 1.28 1.60 1.30 m | Rg EB0026 1.21 1.60 1.30 m
Cn EB0026 1.22 1.60 1.30 m | Nh EB0026 1.36 1.70 1.30 m | Fl EB0026 1.43 1.70 1.30 m
Mc EB0026 1.62 1.70 1.30 m | Lv EB0026 1.75 1.70 1.30 m | Ts EB0026 1.65 0.00 2.00 n
Og EB0026 1.57 0.00 0.00 g
"""
_KINDS: dict[str, Kind] = {"m": "metal", "s": "metalloid", "n": "nonmetal", "g": "noble"}


@dataclass(frozen=True, slots=True)
class ElementData:
    """One row of the table."""

    symbol: str
    number: int
    """Atomic number; 0 for something that is no element, such as a vacancy or a dummy species."""
    colour: tuple[int, int, int]
    """Jmol's colour, red, green and blue, 0-255."""
    covalent_radius: float
    """In Å."""
    metallic_radius: float
    """In Å, for twelve neighbours; the covalent radius plus 0.15 Å where the element is no metal."""
    electronegativity: float
    """Pauling's scale; 0 where undefined."""
    kind: Kind


@functools.cache
def _table() -> dict[str, ElementData]:
    rows: dict[str, ElementData] = {}
    cells = [cell.split() for line in _TABLE.strip().splitlines() for cell in line.split("|")]
    for number, (symbol, colour, covalent, metallic, chi, kind) in enumerate(cells, start=1):
        radius = float(covalent)
        rows[symbol] = ElementData(
            symbol,
            number,
            (int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)),
            radius,
            float(metallic) or radius + 0.15,
            float(chi),
            _KINDS[kind],
        )
    rows["D"] = rows["T"] = rows["H"]
    return rows


def element_data(symbol: str) -> ElementData:
    """Return what is known of an element.

    Args:
        symbol: Its symbol. Anything that is no element, such as a dummy species, is drawn in magenta and
            takes part in no bond.
    """
    known = _table().get(symbol)
    return known or ElementData(symbol, 0, (255, 20, 147), 0.8, 0.95, 0.0, "noble")
