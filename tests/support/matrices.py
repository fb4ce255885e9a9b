"""Matrices across corpora that tests make up."""

import pandas as pd

from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.cross_corpus import CrossCorpusMatrix
from training.evaluation.cross_corpus_modes import Mode
from training.evaluation.cross_corpus_rows import Row


def matrix(mode: Mode) -> CrossCorpusMatrix:
    """Two systems, two corpora."""
    both = ("alpha", "beta")
    rows = [
        Row(name, (other,), (name,), (), (), 0)
        if mode == "leave-one-corpus-out"
        else Row(name, (name,), both, (), (), 0)
        for name, other in zip(both, reversed(both), strict=True)
    ]
    systems = {
        system: [
            make_evaluation([skill], make_utterances(speakers=24, corpora=row.test), seed=number)
            for number, row in enumerate(rows)
        ]
        for system, skill in {"good": 0.9, "bad": 0.2}.items()
    }
    return CrossCorpusMatrix(mode, "dataset", None, "test", rows, systems)


def gapped() -> CrossCorpusMatrix:
    """A row that skips its first corpus, and one that scores two of the six classes of a corpus."""
    utterances = make_utterances(speakers=24)
    few = utterances[(utterances["corpus"] == "beta") & (utterances["label"] < 2)]
    rows = [
        Row("beta", ("beta",), ("beta",), (), (), 0),
        Row("alpha", ("alpha",), ("alpha", "beta"), (), (), 0),
    ]
    other = utterances[utterances["corpus"] == "alpha"]
    scored = [few, pd.concat([other, utterances[utterances["corpus"] == "beta"]])]
    evaluations = [make_evaluation([1.0], some.reset_index(drop=True)) for some in scored]
    mode: Mode = "train-on-a-test-on-b"
    return CrossCorpusMatrix(mode, "dataset", None, "test", rows, {"only": evaluations})
