from pathlib import Path

import pytest

from pipeline.dataset.protocols import change_protocols
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build

PROTOCOLS = "{takes: {of: take}, angry: {of: speaker, classes: {ang: anger}}}"


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    """Two corpora of four speakers; folds of ``takes`` share them, ``angry`` has one class."""
    folder = tmp_path / "dataset"
    for corpus in ("tones", "bells"):
        build(make_spec(corpus, protocols=PROTOCOLS), make_corpus(corpus), folder)
    change_protocols(str(folder), ["loso", "takes", "takes-speaker-independent"])
    return folder
