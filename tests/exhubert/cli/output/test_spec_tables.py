"""Tables of specs: a corpus, its label map, the shared categories."""

import pytest

from exhubert.cli.output.spec_tables import print_corpus, print_emotions, print_label_map
from pipeline.labels import label_map
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs


def test_a_corpus_with_its_map(capsys: pytest.CaptureFixture[str]) -> None:
    (spec,) = load_specs(["emo_db"])
    print_corpus(spec, emotion_scheme())
    shown = capsys.readouterr().out
    for words in (spec.name, "speakers", "CC0-1.0", "emobox", "high_negative", spec.quirks[0][:30]):
        assert words in shown
    print_label_map(label_map(spec, emotion_scheme()), emotion_scheme())
    assert "W" in capsys.readouterr().out


def test_every_category_with_its_class(capsys: pytest.CaptureFixture[str]) -> None:
    scheme = emotion_scheme()
    print_emotions(scheme)
    shown = capsys.readouterr().out
    assert all(emotion in shown for emotion in scheme.emotions)
    assert all(f"{name}: " in shown for name in scheme.sources)
