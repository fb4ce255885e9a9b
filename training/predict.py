"""Where :class:`exhubert.Classifier` lay; model cards of earlier releases import it from here."""

import warnings

from training.inference.classifier import Classifier

__all__ = ["Classifier"]

warnings.warn(
    "training.predict is deprecated: from exhubert import Classifier",
    DeprecationWarning,
    stacklevel=2,
)
