"""The kinds of baselines, for all who name them; light enough for a command line."""

from typing import Literal, get_args

BaselineKind = Literal["majority", "egemaps", "probe"]

BASELINE_KINDS: tuple[BaselineKind, ...] = get_args(BaselineKind)
"""All there are."""
