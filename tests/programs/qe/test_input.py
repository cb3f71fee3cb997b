from __future__ import annotations

import numpy as np

from nanoos_lab.programs.qe.input import Kind, PwInput

REFERENCE = """\
&CONTROL
  calculation = 'scf'
  tprnfor = .true.
/
&SYSTEM
  ibrav = 0
  nat = 3
  ntyp = 3
  starting_magnetization(1) = 0.25
  starting_magnetization(2) = -0.25
  starting_magnetization(3) = 0.0
  lda_plus_u = .true.
  U_projection_type = 'atomic'
  Hubbard_U(1) = 5.3
  Hubbard_U(2) = 5.3
  ecutwfc = 40.0
  nspin = 2
/
&ELECTRONS
  conv_thr = 1d-09
/
ATOMIC_SPECIES
  Fe1 55.845000 Fe.upf
  Fe2 55.845000 Fe.upf
  O 15.999000 O.upf
CELL_PARAMETERS angstrom
     4.200000000000     0.000000000000     0.000000000000
     0.000000000000     4.200000000000     0.000000000000
     0.000000000000     0.000000000000     4.200000000000
ATOMIC_POSITIONS angstrom
  Fe1      0.000000000000     0.000000000000     0.000000000000
  Fe2      1.000000000000     0.000000000000     0.000000000000
  O        2.000000000000     0.000000000000     0.000000000000
K_POINTS automatic
  2 2 2 1 1 1
"""


def question() -> PwInput:
    kinds = (
        Kind("Fe1", "Fe", 55.845, "Fe.upf", 0.25, 5.3),
        Kind("Fe2", "Fe", 55.845, "Fe.upf", -0.25, 5.3),
        Kind("O", "O", 15.999, "O.upf", 0.0),
    )
    positions = np.array([[0.0, 0, 0], [1.0, 0, 0], [2.0, 0, 0]])
    lists = {
        "control": {"calculation": "scf", "tprnfor": True},
        "system": {"ecutwfc": 40.0, "nspin": 2},
        "electrons": {"conv_thr": 1e-9},
    }
    return PwInput(4.2 * np.eye(3), positions, kinds, (0, 1, 2), (2, 2, 2), (1, 1, 1), lists)


def test_the_text_is_the_reference():
    assert question().text("6.7MaX") == REFERENCE


def test_since_version_7_1_u_has_a_card():
    text = question().text("7.3")
    assert "lda_plus_u" not in text
    assert text.endswith("HUBBARD (atomic)\n  U Fe1-3d 5.300000\n  U Fe2-3d 5.300000\n")


def test_variables_are_changed_added_and_taken_out():
    changed = question().changed({"system": {"nspin": None, "nosym": True}, "ions": {}})
    text = changed.text()
    assert "nspin" not in text
    assert "nosym = .true." in text
    assert "&IONS\n/" in text
    assert "nspin = 2" in question().text()


def test_k_points_of_a_path_replace_the_mesh():
    from dataclasses import replace

    text = replace(question(), points=np.array([[0.0, 0.0, 0.0], [0.5, 0.0, 0.25]])).text()
    lines = text.splitlines()
    at = lines.index("K_POINTS crystal")
    assert lines[at + 1] == "2"
    assert [float(x) for x in lines[at + 3].split()] == [0.5, 0.0, 0.25, 1.0]
