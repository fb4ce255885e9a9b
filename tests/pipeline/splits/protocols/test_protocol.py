import pandas as pd
import pytest
from xxhash import xxh3_128_hexdigest

from pipeline.common.errors import DataError, UsageError
from pipeline.splits.protocols.names import parse_name
from pipeline.splits.protocols.protocol import (
    Protocol,
    held_out,
    read_protocol_file,
    write_table,
)
from pipeline.splits.protocols.rules import CorpusProtocols, make_corpus_folds
from pipeline.splits.protocols.statement import (
    CorpusFolds,
    FoldFacts,
    ProtocolStatement,
    file_problem,
)
from tests.support.protocol_rows import ROWS


def written() -> tuple[ProtocolStatement, bytes]:
    folds, table = make_corpus_folds(parse_name("loso"), ROWS, CorpusProtocols({}))
    content = write_table([table])
    file = {"bytes": len(content), "xxh3": xxh3_128_hexdigest(content)}
    left_out = {"other": "no speakers"}
    return ProtocolStatement(rule="", corpora={"c": folds}, left_out=left_out, **file), content


def test_a_fold_has_the_parts_that_were_written() -> None:
    protocol = read_protocol_file("loso", "p", *written())
    for fold in ("2", "b"):
        parts = protocol.parts(fold)
        assert parts["part"].tolist() == ["train", "train", "test", "test", "train"]
    assert protocol.parts("1", ["c"])["label"].tolist()[0] == "high_negative"
    assert protocol.label_set == {"c": "six"}
    assert protocol.leaks["c"]["1"] == (0, 1)


def test_the_same_folds_are_the_same_bytes() -> None:
    _, table = make_corpus_folds(parse_name("loso"), ROWS, CorpusProtocols({}))
    assert write_table([table]) == write_table([table.iloc[::-1]]) == written()[1]


def test_a_protocol_without_corpora_is_a_table_without_rows() -> None:
    statement = ProtocolStatement(rule="", corpora={}, bytes=0)
    content = write_table([])
    assert file_problem(statement, content)


@pytest.mark.parametrize(
    ("fold", "corpora", "why"),
    [
        ("9", [], "no fold '9' of corpus c: expected 1, 2, 3"),
        ("1", ["other"], "no folds of corpus other: no speakers"),
        ("1", ["third"], "no folds of corpus third; it has folds of c"),
    ],
)
def test_what_is_not_there_is_refused(fold: str, corpora: list[str], why: str) -> None:
    protocol = read_protocol_file("loso", "p", *written())
    with pytest.raises(UsageError, match=why):
        protocol.parts(fold, corpora)


@pytest.mark.parametrize("damage", [lambda c: None, lambda c: c[:-1], lambda c: c[:-1] + b"x"])
def test_a_damaged_file_is_no_protocol(damage) -> None:  # type: ignore[no-untyped-def]
    statement, content = written()
    assert file_problem(statement, content) is None
    with pytest.raises(DataError, match="--add loso"):
        read_protocol_file("loso", "p", statement, damage(content))


def test_rows_of_the_file_name_the_folds(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "p.parquet").write_bytes(written()[1])
    table = pd.read_parquet(tmp_path / "p.parquet")
    assert [list(folds) for folds in table["test"]] == [["1"], ["1"], ["2"], ["2"], ["3"]]


def test_the_name_of_a_fold_goes_before_whom_it_holds_out() -> None:
    rows = ROWS.assign(speaker=["c:1", "c:1", "c:3", "c:3", "c:2b", None])
    folds, table = make_corpus_folds(parse_name("loso"), rows, CorpusProtocols({}))
    content = write_table([table])
    file = {"bytes": len(content), "xxh3": xxh3_128_hexdigest(content)}
    statement = ProtocolStatement(rule="", corpora={"c": folds}, **file)
    protocol = read_protocol_file("loso", "p", statement, content)
    held_out = [protocol.fold("c", fold).held_out for fold in ("2", "3", "2b")]
    assert held_out == [["2b"], ["3"], ["2b"]]
    assert [protocol.plain_name("c", fold.name) for fold in protocol.folds["c"]] == ["1", "2", "3"]


def protocol_of(*folds: list[str]) -> Protocol:
    """Folds 1, 2, … that hold out these."""
    facts = [
        FoldFacts(
            name=str(number), held_out=one, train=2, test=1, shared_speakers=0, shared_audio=0
        )
        for number, one in enumerate(folds, 1)
    ]
    corpus = CorpusFolds(labels="six", classes=[], folds=facts)
    return Protocol("loso", ProtocolStatement(rule="", corpora={"c": corpus}), pd.DataFrame())


def test_a_number_that_is_a_fold_and_another_folds_speaker_is_refused() -> None:
    protocol = protocol_of(["3"], ["2"], ["9"])
    with pytest.raises(UsageError) as error:
        protocol.fold("c", "3")
    assert str(error.value) == (
        "protocol loso, corpus c: '3' may be fold 3, which holds out 9, or fold 1, which holds out "
        "3; say which: name=3 or name=1"
    )
    assert protocol.fold("c", "name=3").held_out == ["9"]
    assert protocol.fold("c", "name=1").held_out == protocol.fold("c", "1").held_out == ["3"]
    assert [protocol.fold("c", one).name for one in ("2", "9")] == ["2", "3"]
    names = [protocol.plain_name("c", fold.name) for fold in protocol.folds["c"]]
    assert names == ["1", "2", "name=3"]
    with pytest.raises(UsageError, match="no fold 'name=9' of corpus c: expected 1, 2, 3"):
        protocol.fold("c", "name=9")


def test_who_is_held_out_more_than_once_names_no_fold() -> None:
    protocol = protocol_of(["anna", "ben"], ["ben", "carl"])
    assert protocol.fold("c", "anna").name == "1"
    with pytest.raises(UsageError, match="'ben' may be fold 1, which holds out anna, ben, or fold"):
        protocol.fold("c", "ben")


def test_the_number_of_a_fold_of_several_speakers_is_no_speaker() -> None:
    assert protocol_of(["2", "3"], ["1", "4"]).fold("c", "1").held_out == ["2", "3"]


def test_many_who_are_held_out_are_counted() -> None:
    (fold,) = protocol_of([f"s{number}" for number in range(18)]).folds["c"]
    assert held_out(fold) == "s0, s1, s2, s3, s4, … (18)"
