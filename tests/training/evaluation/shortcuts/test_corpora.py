from pathlib import Path

import pandas as pd

from tests.support.shards import record, write_shards
from training.evaluation.shortcuts.corpora import draw, find_shortcuts


def test_a_class_that_is_longer_is_found_by_its_length(tmp_path: Path) -> None:
    rows = [
        record(
            *("alpha", "train", number, 0),
            seconds=0.3 + 0.3 * (number % 2) + 0.01 * (number % 7),
            speaker=f"a:{number % 3}",
            emotion=("anger", "sadness")[number % 2],
            source_sample_rate=16_000,
            source_channels=1,
        )
        for number in range(60)
    ]
    write_shards(tmp_path, rows)
    seen: list[int] = []
    (found,) = find_shortcuts(str(tmp_path), 1_000, lambda: seen.append(1))
    assert (found.corpus, found.clips, len(seen)) == ("alpha", 60, 60)
    of_class, of_speaker = found.targets
    assert of_class.accuracy["duration"] > 0.95
    assert of_speaker.classes == 3
    assert list(find_shortcuts(str(tmp_path), 1_000)) == [found]


def test_a_sample_comes_from_few_row_groups_and_is_always_the_same() -> None:
    rows = pd.DataFrame(
        {
            "id": [f"a/{n}" for n in range(1_000)],
            "shard": "data/a/train-00000-of-00001.parquet",
            "row_group": [n // 100 for n in range(1_000)],
            "row": [n % 100 for n in range(1_000)],
        }
    )
    drawn = draw(rows, 150)
    assert len(drawn) == 150
    assert drawn["row_group"].nunique() == 2
    elsewhere = rows.assign(shard="/other/place/" + rows["shard"])
    assert draw(elsewhere, 150)["id"].tolist() == drawn["id"].tolist()
    assert len(draw(rows, 5_000)) == 1_000
