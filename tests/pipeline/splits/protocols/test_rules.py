import pytest

from pipeline.splits.protocols.folds import NoFoldsError
from pipeline.splits.protocols.names import parse_name
from pipeline.splits.protocols.protocol_spec import FoldSpec, ProtocolSpec
from pipeline.splits.protocols.rules import CorpusProtocols, fields_needed, knows, make_corpus_folds
from tests.support.protocol_rows import ROWS


def test_a_rule_makes_folds_of_any_corpus():
    folds, table = make_corpus_folds(parse_name("loso"), ROWS, CorpusProtocols({}))
    assert [fold.held_out for fold in folds.folds] == [["a"], ["b"], ["d"]]
    assert folds.classes == ["high_negative", "low_neutral"]
    assert [fold.shared_audio for fold in folds.folds] == [1, 1, 0]
    assert folds.folds[2].absent == ["low_neutral"]
    assert table["id"].tolist() == [f"c/{n}" for n in range(5)]
    assert table["test"].tolist() == [["1"], ["1"], ["2"], ["2"], ["3"]]


def test_the_corpus_s_own_split_is_the_official_protocol():
    corpus = CorpusProtocols({}, official_split=True)
    folds, table = make_corpus_folds(parse_name("official-native"), ROWS, corpus)
    (fold,) = folds.folds
    assert (fold.train, fold.validation, fold.test) == (2, 1, 3)
    assert (fold.shared_speakers, fold.shared_audio, fold.unknown_speakers) == (1, 1, 1)
    assert table["label"].tolist() == ["W", "N", "W", "N", "W", "N"]


def test_a_stated_protocol_goes_by_its_field_and_classes():
    spec = ProtocolSpec(of="session", classes={"anger": "cross"}, note="so they say")
    corpus = CorpusProtocols({"session": spec})
    name = parse_name("session")
    assert fields_needed(name, corpus) == {"session"}
    folds, table = make_corpus_folds(name, ROWS, corpus)
    assert (folds.labels, folds.classes, folds.note) == ("own", ["cross"], "so they say")
    assert [fold.held_out for fold in folds.folds] == [["1"], ["2"]]
    assert len(table) == 3


@pytest.mark.parametrize(
    ("stated", "rows", "why"),
    [
        ({}, ROWS, "neither its spec"),
        ({"p": ProtocolSpec(unsupported="nobody knows")}, ROWS, "nobody knows"),
        ({"p": ProtocolSpec(of="split")}, ROWS, "not split by the corpus's own"),
        ({"p": ProtocolSpec(of="room")}, ROWS, "carry no field 'room': build the corpus again"),
        ({"p": ProtocolSpec(classes={"joy": "x"})}, ROWS, "no clip has a class"),
        ({"p": ProtocolSpec(folds={"1": FoldSpec(clips="gone")})}, ROWS, "no clip of a test part"),
    ],
)
def test_what_does_not_fit_says_why(stated, rows, why):
    with pytest.raises(NoFoldsError, match=why):
        make_corpus_folds(parse_name("p"), rows, CorpusProtocols(stated))


def test_only_protocols_that_concern_a_corpus_are_known_to_it():
    corpus = CorpusProtocols({"emobox": ProtocolSpec()})
    known = [knows(parse_name(one), corpus) for one in ("loso", "3-fold", "emobox", "official")]
    assert known == [True, True, True, False]


def test_near_duplicates_are_counted_apart_from_equal_sounds():
    name = parse_name("official-native")
    corpus = CorpusProtocols({}, official_split=True)

    def shared(recordings: dict[str, int] | None) -> int | None:
        return make_corpus_folds(name, ROWS, corpus, recordings)[0].shared_recordings

    assert shared(None) is None
    assert shared({}) == 0
    assert shared({"1": 0, "5": 0}) == 1  # one in train, one in test
    assert shared({"1": 0, "3": 0}) == 0  # both are trained on
    assert shared({"2": 7, "9": 7}) == 0  # the same sound on both sides is counted as equal
    assert shared({"2": 7, "6": 7, "1": 8, "5": 8}) == 2
