"""Records: from a planned utterance and its file to one row of a shard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from xxhash import xxh3_128_hexdigest

from pipeline.audio.decoder import decode
from pipeline.audio.encoding import encode
from pipeline.audio.options import AudioOptions
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError
from pipeline.schema.utterance import Utterance, rejected
from pipeline.shards.receipts import RejectRow, to_reject_row
from pipeline.sources.reader import open_planned_files
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
    source = _Source(root, spec, utterances)
    for utterance in utterances:
        if utterance.dropped is not None:
            on_reject(to_reject_row(utterance, utterance.dropped))
            continue
        on_start(f"{spec.id}: {utterance.source_path}")
        try:
            audio = _audio_columns(utterance, spec, source, options)
        except AudioError as error:
            dropped = rejected("audio", error.reason, error.detail)
        except OSError as error:
            dropped = rejected("audio", "unreadable", f"can't be read: {error.strerror or error}")
        else:
            on_clip(audio["duration"])
            yield metadata_columns(utterance, spec) | audio
            continue
        on_reject(to_reject_row(utterance, dropped))
        on_clip(0.0)


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


def _audio_columns(
    utterance: Utterance, spec: CorpusSpec, source: "_Source", options: AudioOptions
) -> Record:
    """The columns that come from the audio.

    Raises:
        AudioError: The audio can't be used.
        OSError: The file can't be read.
    """
    content, source_xxh3 = source.read(utterance.source_path)
    recording = decode(content, utterance.start, utterance.end, spec.max_duration, spec.track)
    clip = process_recording(recording, options.normalize, utterance.channel)
    return {
        "audio": {
            "bytes": encode(clip.samples, options.codec),
            "path": f"{utterance.id}.{options.codec}",
        },
        "duration": clip.duration,
        "flags": clip.flags,
        "gain_db": clip.gain_db,
        "source_xxh3": source_xxh3,
        "source_sample_rate": recording.rate,
        "source_channels": recording.channels,
        "source_codec": recording.codec,
        "audio_xxh3": xxh3_128_hexdigest(clip.samples.astype("<i2", copy=False).data),
    }


class _Source:
    """Reads files of a corpus; keeps the last, which segments of one recording share."""

    def __init__(self, root: str, spec: CorpusSpec, utterances: Sequence[Utterance]) -> None:
        planned = ((u.source_path, u.source_size) for u in utterances if u.dropped is None)
        self.read_file = open_planned_files(root, spec.source_rules, planned)
        self.path: str | None = None
        self.content = b""
        self.xxh3 = ""

    def read(self, path: str) -> tuple[bytes, str]:
        """Content and XXH3 of a file."""
        if path != self.path:
            self.content = self.read_file(path)
            self.xxh3 = xxh3_128_hexdigest(self.content)
            self.path = path
        return self.content, self.xxh3


def _pairs(mapping: Mapping[str, object] | None) -> list[dict[str, object]] | None:
    return [{"key": k, "value": v} for k, v in sorted(mapping.items())] if mapping else None
