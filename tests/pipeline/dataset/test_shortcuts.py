from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.dataset.report.page import make_report
from pipeline.dataset.shortcuts import (
    CorpusShortcuts,
    Predictability,
    Shortcuts,
    read_shortcuts,
    shards_checksum,
    shortcuts_path,
    write_shortcuts,
)
from tests.support.manifests import manifest

TARGET = Predictability(
    target="class",
    classes=2,
    clips=40,
    chance=0.5,
    margin=0.1,
    accuracy={"duration": 0.7, "level": 0.55},
)


def test_shortcuts_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert read_shortcuts(str(tmp_path)) is None
    corpora = [CorpusShortcuts(corpus="tones", clips=40, targets=[TARGET])]
    found = Shortcuts(audio=shards_checksum(manifest()), corpora=corpora)
    write_shortcuts(str(tmp_path), found)
    assert read_shortcuts(str(tmp_path)) == found


def test_more_than_luck_stands_out() -> None:
    assert TARGET.stands_out("duration")
    assert not TARGET.stands_out("level")


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    Path(shortcuts_path(str(tmp_path))).write_text("{}")
    with pytest.raises(DataError, match=r"not what exhubert shortcuts writes"):
        read_shortcuts(str(tmp_path))


def test_the_report_shows_what_stands_out_and_whether_it_is_old() -> None:
    corpora = [CorpusShortcuts(corpus="tones", clips=40, targets=[TARGET])]
    now = Shortcuts(audio=shards_checksum(manifest()), corpora=corpora)
    page = make_report(manifest(), [], [], shortcuts=now)
    assert 'duration <b class="bad">70</b>, level <b>55</b>' in page
    assert "measures anew" not in page
    old = now.model_copy(update={"audio": "0"})
    assert "measures anew" in make_report(manifest(), [], [], shortcuts=old)
    assert "Shortcuts" not in make_report(manifest(), [], [])
