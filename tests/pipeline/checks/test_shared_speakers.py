import pytest

from exhubert.cli.output.check_tables import print_checks
from pipeline.checks.corpus_check import check_corpus
from pipeline.checks.shared_speakers import find_shared_speakers
from pipeline.planning.index_corpus import index_corpus
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec


def test_speakers_of_one_namespace_are_told_and_where_splits_tear_them_apart(
    make_spec: MakeSpec, make_corpus: MakeCorpus, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = []
    for corpus, split, speakers in (("speech", "test", 3), ("song", "train", 2)):
        other = {"test": "train", "train": "test"}[split]
        splits = f"{{by: official, of: speaker, 's0[01]': {split}, 's.*': {other}}}"
        spec = make_spec(corpus, namespace="choir", splits=splits)
        root = str(make_corpus(corpus, speakers))
        checks.append(check_corpus(spec, index_corpus(spec, root, emotion_scheme())))
    (found,) = find_shared_speakers(checks)
    assert found.corpora == ("speech", "song")
    assert (found.speakers, found.apart) == (2, ["choir:s00", "choir:s01"])
    print_checks(checks)
    told = capsys.readouterr().out
    assert "speech and song: 2 speakers in common, by their namespace" in told
    assert "in test and in another split: choir:s00, choir:s01" in told


def test_corpora_without_a_namespace_share_nobody(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    specs = [make_spec("one"), make_spec("two")]
    roots = [str(make_corpus(spec.id, 2)) for spec in specs]
    checks = [
        check_corpus(spec, index_corpus(spec, root, emotion_scheme()))
        for spec, root in zip(specs, roots, strict=True)
    ]
    assert not find_shared_speakers(checks)
