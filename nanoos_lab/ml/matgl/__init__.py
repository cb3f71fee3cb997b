"""Models of the package matgl as predictors: believed only where they prove to be themselves.

``get_predictor("matgl:NAME")`` states what a folder's model states. Weights of matgl may load without a word into a
version that reads them differently, so a folder carries reference predictions, or is refused; where there are none,
:func:`calibrate_matgl` makes them from crystals whose values are known.
"""

from __future__ import annotations

from nanoos_lab.ml.matgl.calibrate import calibrate_matgl
from nanoos_lab.ml.matgl.predictor import MatGLPredictor, matgl_predictor

__all__ = ["MatGLPredictor", "calibrate_matgl", "matgl_predictor"]
