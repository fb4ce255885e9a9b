"""What of an earlier shard can stay."""

from pipeline.schema.utterance import Utterance
from pipeline.shards.input_digest import input_digests, reusable
from pipeline.specs.corpus_spec import CorpusSpec
from tests.pipeline.shards.conftest import OPTIONS, Write


def test_fingerprints_tell_what_can_stay(utterances: list[Utterance], spec: CorpusSpec) -> None:
    audio, content = input_digests(utterances, spec, OPTIONS)
    relabelled = [utterances[0]._replace(text="hello"), *utterances[1:]]
    changed = [utterances[0]._replace(source_version="2"), *utterances[1:]]
    assert input_digests(relabelled, spec, OPTIONS)[0] == audio
    assert input_digests(relabelled, spec, OPTIONS)[1] != content
    assert input_digests(changed, spec, OPTIONS)[0] != audio
    assert reusable(None, audio, content) == "nothing"


def test_how_much_of_a_receipt_can_stay(write: Write) -> None:
    receipt = write().receipt
    assert reusable(receipt, receipt.audio, receipt.fingerprint) == "shard"
    assert reusable(receipt, receipt.audio, "other") == "audio"
    assert reusable(receipt, "other", receipt.fingerprint) == "nothing"
