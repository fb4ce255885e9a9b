"""Digests of what a shard is made from: they show a build what it can reuse of an earlier one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

from pipeline.audio.options import AudioOptions
from pipeline.schema.utterance import Utterance
from pipeline.shards.receipts import ShardReceipt
from pipeline.shards.versions import RECORD_VERSION, audio_versions
from pipeline.specs.corpus_spec import CorpusSpec

Reuse = Literal["shard", "audio", "nothing"]
"""What can be reused: the whole shard, its audio (labels are written anew), or nothing."""


def input_digests(
    planned: Sequence[Utterance], spec: CorpusSpec, options: AudioOptions
) -> tuple[str, str]:
    """Digests of what a shard is made from, SHA-256 in hexadecimal.

    Args:
        planned: The utterances of the shard, in its order.
        spec: Their corpus.
        options: Options by which clips are stored.

    Returns:
        Digest of all that its audio depends on, and of all that its content depends on.
    """
    audio = _digest(_audio_inputs(planned, spec, options))
    return audio, _digest([audio, RECORD_VERSION, spec.licence.name, planned])


def reusable(earlier: ShardReceipt | None, audio: str, content: str) -> Reuse:
    """Which part of a shard of an earlier build can be reused.

    Args:
        earlier: Receipt of the shard; None if it is missing or incomplete.
        audio: Digest of all that its audio depends on, as of now.
        content: Digest of all that its content depends on, as of now.
    """
    if earlier is None or earlier.audio != audio:
        return "nothing"
    return "shard" if earlier.fingerprint == content else "audio"


def _audio_inputs(
    planned: Sequence[Utterance], spec: CorpusSpec, options: AudioOptions
) -> list[object]:
    files = [
        (u.id, u.source_path, u.source_size, u.source_version, u.start, u.end, u.channel)
        for u in planned
        if u.dropped is None
    ]
    limits = [spec.max_duration] if spec.track is None else [spec.max_duration, spec.track]
    return [audio_versions(), asdict(options), *limits, files]


def _digest(inputs: object) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
