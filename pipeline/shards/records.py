"""Records: from a planned utterance and its file to one row of a shard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from xxhash import xxh3_128_hexdigest

from pipeline.audio.encoding import encode
from pipeline.audio.options import AudioOptions
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError, Recording
from pipeline.schema.utterance import DropReason, Utterance, rejected
from pipeline.shards.receipts import RejectRow, to_reject_row
from pipeline.shards.source_audio import SourceAudio
from pipeline.specs.corpus_spec import CorpusSpec

Record = dict[str, Any]
"""One row, by column of :data:`pipeline.schema.record.RECORD`."""


def make_records(
    utterances: Sequence[Utterance],
    spec: CorpusSpec,
    root: str,
    options: AudioOptions,
    on_reject: Callable[[RejectRow], None],
    on_start: Callable[[str], None] = lambda clip: None,
    on_clip: Callable[[float], None] = lambda seconds: None,
) -> Iterator[Record]:
    """Rows of those utterances that can be written, each made when it is asked for.

    Args:
        utterances: Planned, in the order of the rows.
        spec: Their corpus.
        root: Folder or URL of the corpus.
        options: How clips are stored.
        on_reject: Called with every other utterance, and why it can't be written.
        on_start: Called with ``<corpus>: <path>`` before each clip is read.
        on_clip: Called with the length, in s, of each clip after it; 0 where it was rejected.
    """
    source = SourceAudio(root, spec, utterances)
    for _, group in groupby(utterances, key=lambda utterance: utterance.source_path):
        planned = list(group)
        made: dict[int, Record | DropReason] = {}  # by identity
        unreadable = None
        try:
            for utterance, read in source.decoders(planned):
                on_start(f"{spec.id}: {utterance.source_path}")
                record = _make_record(utterance, spec, options, read)
                made[id(utterance)] = record
                on_clip(0.0 if isinstance(record, DropReason) else record["duration"])
        except OSError as error:
            unreadable = _unreadable(error)
        for utterance in planned:  # what is handed on is not held any longer
            record = utterance.dropped or unreadable or made.pop(id(utterance))
            if isinstance(record, DropReason):
                on_reject(to_reject_row(utterance, record))
            else:
                yield record | {"source_xxh3": source.xxh3}


def _make_record(
    utterance: Utterance,
    spec: CorpusSpec,
    options: AudioOptions,
    read: Callable[[], Recording],
) -> Record | DropReason:
    """A row without its file's checksum, or why there is none."""
    try:
        return metadata_columns(utterance, spec) | _audio_columns(utterance, read(), options)
    except AudioError as error:
        return rejected("audio", error.reason, error.detail)
    except OSError as error:
        return _unreadable(error)


def _unreadable(error: OSError) -> DropReason:
    return rejected("audio", "unreadable", f"can't be read: {error.strerror or error}")


def metadata_columns(utterance: Utterance, spec: CorpusSpec) -> Record:
    """The columns that are known without audio."""
    return {
        "id": utterance.id,
        "corpus": utterance.corpus,
        "split": utterance.split,
        "licence": spec.licence.name,
        "language": utterance.language,
        "speaker": utterance.speaker,
        "gender": utterance.gender,
        "age": utterance.age,
        "text": utterance.text,
        "annotations": _pairs(utterance.annotations),
        "raters": [answer._asdict() for answer in utterance.raters] or None,
        "source_path": utterance.source_path,
        **label_columns(utterance),
    }


def label_columns(utterance: Utterance) -> Record:
    """The columns that the label map decides."""
    return {
        "label_native": utterance.label_native,
        "emotion": utterance.emotion,
        "arousal_class": utterance.arousal_class,
        "valence_class": utterance.valence_class,
        "label": utterance.label,
        "arousal": utterance.arousal,
        "valence": utterance.valence,
        "dominance": utterance.dominance,
        "votes": _pairs(utterance.votes),
    }


def _audio_columns(utterance: Utterance, recording: Recording, options: AudioOptions) -> Record:
    """The columns that come from the audio.

    Raises:
        AudioError: The audio can't be used.
    """
    clip = process_recording(recording, options.normalize, utterance.channel)
    return {
        "audio": {
            "bytes": encode(clip.samples, options.codec),
            "path": f"{utterance.id}.{options.codec}",
        },
        "duration": clip.duration,
        "flags": clip.flags,
        "gain_db": clip.gain_db,
        "source_sample_rate": recording.rate,
        "source_channels": recording.channels,
        "source_codec": recording.codec,
        "audio_xxh3": xxh3_128_hexdigest(clip.samples.astype("<i2", copy=False).data),
    }


def _pairs(mapping: Mapping[str, object] | None) -> list[dict[str, object]] | None:
    return [{"key": k, "value": v} for k, v in sorted(mapping.items())] if mapping else None
