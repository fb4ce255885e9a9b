from pathlib import Path

import pytest

from pipeline.draft import draft_spec
from pipeline.errors import DataError
from pipeline.files import SourceFile, list_files
from pipeline.labels import emotion_scheme
from pipeline.plan import plan_corpus
from pipeline.specfile import load_spec
from tests.conftest import MakeCorpus


def test_draft_reads_the_corpus_it_was_made_from(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    root = make_corpus(emotions=("angry", "sad", "neu"))
    (root / "README.txt").write_text("about")
    draft = tmp_path / "draft.yaml"
    draft.write_text(draft_spec("mine", list_files(str(root)), emotion_scheme()))
    spec = load_spec(draft)
    assert spec.emotions == {"angry": "anger", "sad": "sadness", "neu": "neutral"}
    utterances = plan_corpus(spec, str(root), emotion_scheme()).utterances
    assert [utterance.status for utterance in utterances] == ["ok"] * 24
    assert len({utterance.speaker for utterance in utterances}) == 4


def test_codes_that_are_no_words_are_left_to_fill_in() -> None:
    names = [f"wav/{s:02d}{t}{e}.wav" for s in range(3, 16) for t in "ab" for e in "WLEAFTN"]
    text = draft_spec("mine", [SourceFile(name, 1, "") for name in names], emotion_scheme())
    assert r"(?P<speaker>\d{2})" in text
    assert "(?P<emotion>[A-Z])" in text
    assert text.count('"?"') == 7 + 2
    assert '"W": "?"' in text


def test_folder_without_media_is_named() -> None:
    with pytest.raises(DataError, match="no audio or video file among 1 files"):
        draft_spec("mine", [SourceFile("a.txt", 1, "")], emotion_scheme())
