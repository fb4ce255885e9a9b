from pipeline.checks.protocol_check import check_protocol
from pipeline.planning.index_corpus import index_corpus
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.splits.protocols.names import parse_name
from tests.conftest import MakeCorpus, MakeSpec


def test_folds_are_known_before_anything_is_built(
    make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec, root = make_spec(protocols="{takes: {of: take}}"), make_corpus()
    indexed = index_corpus(spec, str(root), emotion_scheme())
    statement = check_protocol(parse_name("takes"), spec, indexed)
    (corpus,) = statement.corpora.values()
    assert [(fold.held_out, fold.train, fold.test) for fold in corpus.folds] == [
        (["0"], 12, 12),
        (["1"], 12, 12),
    ]
    assert corpus.shared_speakers == 4
    assert not check_protocol(parse_name("emobox"), spec, indexed).corpora
