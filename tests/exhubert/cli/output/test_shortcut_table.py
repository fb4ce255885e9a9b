import pytest

from exhubert.cli.output.shortcut_table import print_shortcuts
from pipeline.dataset.shortcuts import CorpusShortcuts, Predictability, Shortcuts


def test_what_stands_out_has_a_star_and_what_does_not_vary_a_dash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def target(name: str, **accuracy: float) -> Predictability:
        return Predictability(
            target=name, classes=2, clips=40, chance=0.5, margin=0.1, accuracy=accuracy
        )

    corpora = [
        CorpusShortcuts(corpus="tones", clips=40, targets=[
            target("emotion", duration=0.7, **{"all together": 0.55}),
            target("speaker", duration=0.5, level=0.61, **{"all together": 0.9}),
        ]),
        CorpusShortcuts(corpus="bells", clips=2, targets=[]),
    ]  # fmt: skip
    print_shortcuts(Shortcuts(audio="0", corpora=corpora))
    head, of_emotion, of_speaker, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "corpus", "predicts", "values", "clips", "chance", "duration", "level", "all", "together"
    ]  # fmt: skip
    assert of_emotion.split()[2:] == ["2", "40", "50", "+10", "70*", "–", "55"]
    assert of_speaker.split()[-3:] == ["50", "61*", "90*"]
    assert rest[-1] == "No two emotions or speakers with ten clips: bells"


def test_no_table_is_printed_where_nothing_was_fitted(capsys: pytest.CaptureFixture[str]) -> None:
    print_shortcuts(
        Shortcuts(audio="0", corpora=[CorpusShortcuts(corpus="bells", clips=2, targets=[])])
    )
    assert capsys.readouterr().out == "No two emotions or speakers with ten clips: bells\n"
