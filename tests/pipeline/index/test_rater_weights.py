from pathlib import Path

import numpy as np
import pytest

from pipeline.planning.index_corpus import index_corpus
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

RATED = {0: (1, 2, 5), 1: (3, 2, 4), 2: (5, 4, 3), 3: (4, 4, 4)}
"""Take → ratings by raters a, b and c, who goes against the others."""


def weighted() -> list[float]:
    """The estimator by its definition."""
    ratings = np.array(list(RATED.values()), dtype=float)
    means = ratings.mean(axis=1)
    weights = np.clip([np.corrcoef(column, means)[0, 1] for column in ratings.T], 0, None)
    return [float(row @ weights / weights.sum()) for row in ratings]


def write(root: Path, form: str) -> dict[str, str]:
    """Writes a table with one row or one column a rater; gives the keys that read it."""
    if form == "columns":
        rows = [f"{take},{','.join(map(str, ratings))}" for take, ratings in RATED.items()]
        (root / "a.csv").write_text("\n".join(["take,a,b,c", *rows]))
        take, raters = "[a, b, c]", "{columns: {valence: [a, b, c]}, ratings: ewe}"
    else:
        rows = [
            f"{take},{rater},{rating}"
            for take, ratings in RATED.items()
            for rater, rating in zip("abc", ratings, strict=True)
        ]
        rows = rows if form == "rows" else rows[::-1]
        (root / "a.csv").write_text("\n".join(["take,rater,level", *rows]))
        take = "{rater: rater, valence: level}"
        raters = "{rows: a, by: rater, ratings: ewe}"
    return {
        "tables": f"{{a: {{file: a.csv, match: {{take: '{{take}}'}}, take: {take}}}}}",
        "raters": raters,
        "scales": "{valence: [1, 5]}",
    }


@pytest.mark.parametrize("form", ["rows", "rows in another order", "columns"])
def test_ratings_are_weighted_by_the_whole_table(
    make_spec: MakeSpec, make_corpus: MakeCorpus, form: str
) -> None:
    root = make_corpus(speakers=1, emotions=["ang"], takes=4)
    spec = make_spec(**write(root, form))
    clips = index_corpus(spec, str(root), emotion_scheme()).utterances
    native = [float(clip.annotations["valence"]) for clip in clips]
    assert native == pytest.approx(weighted())
    scaled = [(rating - 1) / 4 for rating in weighted()]
    assert [clip.valence for clip in clips] == pytest.approx(scaled)
