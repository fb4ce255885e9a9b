"""The specs that come with the package."""

from pathlib import Path

import pipeline
from pipeline.common.suggest import suggest
from pipeline.specs.yaml_reader import SpecError

SHIPPED_SPECS = Path(pipeline.__file__).resolve().parents[1] / "corpora_specs"
"""Folder of the shipped specs, beside the package in a checkout and installed alike.

Not found by name: a folder of that name in the user's current folder would come first.
"""


_SHARED = {"collections", "emotions", "emotion_words"}
"""Files in that folder that are no specs: they hold for all corpora."""


def builtin_ids() -> list[str]:
    """Ids of the corpora whose specs are shipped, sorted."""
    return sorted(f.stem for f in SHIPPED_SPECS.glob("*.yaml") if f.stem not in _SHARED)


def builtin_file(corpus: str) -> Path:
    """File of a shipped spec.

    Raises:
        SpecError: There is no such corpus; the message suggests a near name.
    """
    known = builtin_ids()
    if corpus not in known:
        hint = suggest(corpus, known, otherwise=".")
        raise SpecError(
            f"no corpus called {corpus!r}{hint} Known: {', '.join(known)}. "
            "A spec of your own is given as a file: FILE.yaml, or --spec FILE.yaml where there is "
            "that option."
        )
    return SHIPPED_SPECS / f"{corpus}.yaml"
