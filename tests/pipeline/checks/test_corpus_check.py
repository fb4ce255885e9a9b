from pathlib import Path

import pytest

from exhubert.cli.output.check_tables import print_checks
from pipeline.checks.corpus_check import check_corpus
from pipeline.planning.index_corpus import index_corpus
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

TABLE = "{facts: {file: facts.csv, match: {name: '{stem}'}, take: {valence: v}, unmatched: keep}}"


def test_rows_without_a_clip_are_named(make_spec: MakeSpec, make_corpus: MakeCorpus) -> None:
    root = make_corpus()
    listed = [file.stem for file in sorted(Path(root, "wav").iterdir())]
    (root / "facts.csv").write_text("name,v\n" + "".join(f"{s},3\n" for s in [*listed, "lost"]))
    spec = make_spec(tables=TABLE)
    check = check_corpus(spec, index_corpus(spec, str(root), emotion_scheme()))
    assert check.missing["facts"].count == 1
    assert check.missing["facts"].first == ["lost"]


def test_ratings_outside_their_scale_are_counted(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    root = make_corpus(speakers=1)
    ratings = {"s00_ang_0": 5.5, "s00_ang_1": 0.5, "s00_neu_0": 5, "s00_neu_1": 1}
    rows = "".join(f"{stem},{rating}\n" for stem, rating in ratings.items())
    (root / "facts.csv").write_text(f"name,v\n{rows}")
    spec = make_spec(tables=TABLE, scales="{valence: [1, 5]}")
    indexed = index_corpus(spec, str(root), emotion_scheme())
    assert check_corpus(spec, indexed).clipped_ratings == 2
    rated = {u.source_path: u.valence for u in indexed.utterances if u.valence is not None}
    assert rated == {
        "wav/s00_ang_0.wav": 1.0,
        "wav/s00_ang_1.wav": 0.0,
        "wav/s00_neu_0.wav": 1.0,
        "wav/s00_neu_1.wav": 0.0,
    }


def test_published_counts_are_compared_by_class(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec = make_spec(expected="{utterances: 24, emotions: {anger: 9}, speakers: 4, source: x}")
    check = check_corpus(spec, index_corpus(spec, str(make_corpus()), emotion_scheme()))
    differing = {(m.what, m.expected, m.found) for m in check.mismatches}
    assert differing == {("anger", 9, 8), ("happiness", 0, 8), ("neutral", 0, 8)}


def test_the_release_that_is_nearest_in_size_is_compared(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec = make_spec(
        expected="{utterances: 12, source: first, editions: [{utterances: 25, source: second}]}"
    )
    check = check_corpus(spec, index_corpus(spec, str(make_corpus()), emotion_scheme()))
    assert [(m.what, m.expected, m.found) for m in check.mismatches] == [("utterances", 25, 24)]
    assert (check.expected, check.source) == (25, "second")


def test_choices_made_in_reading_are_told(make_spec: MakeSpec, make_corpus: MakeCorpus) -> None:
    root = make_corpus(speakers=1)
    rows = "s00_ang_0,\u751f,Anna\ns00_neu_0,\u751f,ANNA\n"
    (root / "facts.csv").write_bytes(f"name,v,who\n{rows}".encode("gbk"))
    (root / "wav" / "s00_ang_0.wav").rename(root / "wav" / "s00_ang_0.WAV")
    spec = make_spec(
        tables="{facts: {file: facts.csv, encoding: [utf-8, gbk], match: {name: '{stem}'}, "
        "take: {text: v, speaker: who}, unmatched: keep}}",
        audio="['wav/*.wav', '*_ang_0.WAV']",
        path="'(?P<emotion>ang|neu|hap)'",
    )
    (root / "wav" / "other.MP3").write_bytes(b"")
    check = check_corpus(spec, index_corpus(spec, str(root), emotion_scheme()))
    assert check.encodings["facts"]["gbk"].first == ["facts.csv"]
    assert [passed.first for passed in check.passed_over.values()] == [["wav/other.MP3"]]
    assert check.spellings == [["tones:ANNA", "tones:Anna"]]


def test_agreement_of_raters_and_codes_that_nobody_knows(
    make_spec: MakeSpec, make_corpus: MakeCorpus, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_corpus(speakers=1, emotions=["ang"], takes=3)
    rows = ["0,a,ang", "0,b,ang", "1,a,neu", "1,b,hap", "2,a,ang", "2,b,tired"]
    (root / "a.csv").write_text("\n".join(["take,rater,felt", *rows]))
    spec = make_spec(
        tables="{a: {file: a.csv, match: {take: '{take}'}, take: {emotion: felt, rater: rater}}}",
        raters="{rows: a, by: rater, unanswered: [nothing]}",
    )
    check = check_corpus(spec, index_corpus(spec, str(root), emotion_scheme()))
    found = check.agreement["emotion"]
    assert (found.alpha, found.utterances, found.answers) == (0.4, 2, 4)
    assert (check.unknown_answers.count, check.unknown_answers.first) == (1, ["tired"])
    print_checks([check])
    told = capsys.readouterr().out
    assert "tones: Krippendorff's α of raters: emotion 0.400 (nominal, 2 utterances" in told
    assert "tones: 1 answer of raters with a code that the spec does not know: 'tired'" in told


def test_copies_of_two_labels_are_conflicts(make_spec: MakeSpec, make_corpus: MakeCorpus) -> None:
    root = make_corpus(speakers=1)
    spec = make_spec(same_utterance="'{speaker}-{take}'")
    check = check_corpus(spec, index_corpus(spec, str(root), emotion_scheme()))
    assert check.conflicting_labels.count == 2
    assert check.conflicting_labels.first[0] == (
        "wav/s00_ang_0.wav ang, wav/s00_hap_0.wav hap, wav/s00_neu_0.wav neu"
    )
