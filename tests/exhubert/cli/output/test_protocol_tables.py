import pytest

from exhubert.cli.output.protocol_tables import print_folds, print_protocols, protocol_remarks
from pipeline.splits.protocols.statement import CorpusFolds, FoldFacts, ProtocolStatement

LEAKY = FoldFacts(
    name="1",
    train=80,
    test=20,
    shared_speakers=9,
    shared_audio=1,
    unknown_speakers=2,
    test_speakers=1,
    absent=["fear"],
    missing=3,
    published={"train": 80, "test": 25},
)
CLEAN = FoldFacts(
    name="2", held_out=["s1", "s2"], train=70, test=30, shared_speakers=0, shared_audio=0,
    test_speakers=2,
)  # fmt: skip
STATEMENT = ProtocolStatement(
    rule="folds as published",
    corpora={
        "tones": CorpusFolds(
            labels="own", classes=["anger", "fear"], folds=[LEAKY, CLEAN], note="[b]"
        )
    },
    left_out={"bells": "0 speakers known: at least two are needed"},
)


def test_remarks_are_loud_about_leaks_and_gaps() -> None:
    assert list(protocol_remarks(STATEMENT)) == [
        "tones: NOT speaker-independent: up to 9 speakers in train and test, in 1 of 2 folds",
        "tones: up to 1 sound in train and test, in 1 of 2 folds",
        "tones: 2 test clips of unknown speakers: independence can't be checked",
        "bells: no folds: 0 speakers known: at least two are needed",
        "tones: up to 3 published test clips missing from the dataset",
        "tones: 1 fold of other sizes than published (fold 1: test 20, not 25)",
        "tones: classes without a test clip: fear in 1",
        "tones: one test speaker in 1 of 2 folds",
        "tones: [b]",
    ]


def test_tables_show_folds_and_leaks(capsys: pytest.CaptureFixture[str]) -> None:
    print_protocols({"emobox": STATEMENT})
    print_folds("emobox", STATEMENT)
    printed = capsys.readouterr().out
    assert "s1, s2" in printed
    assert "classes that the protocol names: anger, fear" in printed
    assert printed.count("NOT speaker-independent") == 2
