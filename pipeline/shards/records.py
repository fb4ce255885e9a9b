"""Records: from a planned utterance and its file to one row of a shard."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from xxhash import xxh3_128_hexdigest

from pipeline.audio.encoding import encode
from pipeline.audio.options import AudioOptions
from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError, Recording
from pipeline.schema.record import Record
from pipeline.schema.utterance import DropReason, Utterance, rejected
from pipeline.shards.receipts import RejectRow, to_reject_row
from pipeline.shards.source_audio import SourceAudio
from pipeline.shards.waiting_rows import WaitingRows
from pipeline.sources.blocks import holder_of
from pipeline.specs.corpus_spec import CorpusSpec


def make_rows(
    utterances: Sequence[Utterance],
    spec: CorpusSpec,
    root: str,
    options: AudioOptions,
    on_start: Callable[[str], None] = lambda clip: None,
    on_clip: Callable[[float], None] = lambda seconds: None,
    one_pass: bool = False,
) -> Iterator[Record | RejectRow]:
    """Rows of utterances, and why others can't be written; made when they are asked for.

    Args:
        utterances: Planned, in the order of the rows.
        spec: Their corpus.
        root: Folder or URL of the corpus.
        options: Options by which clips are stored.
        on_start: Called with ``<corpus>: <path>`` before each clip is read, and with nothing after
            the last of one pass: what comes next is no clip's fault.
        on_clip: Called with the length, in s, of each clip after it; 0 where it was rejected.
        one_pass: Whether all are made before the first is given, so that no file is read twice, in
            whatever order its utterances come. Else those of one file are that follow each other.

    Yields:
        One for each utterance, in their order.
    """
    source = SourceAudio(root, spec, _in_reading_order(utterances) if one_pass else utterances)
    for planned in [utterances] if one_pass else _by_file(utterances):
        with WaitingRows() as rows:
            failed: dict[int, DropReason] = {}  # by identity, as the rows are
            checksums: dict[str, str] = {}
            for file in _by_file(_in_reading_order(planned) if one_pass else planned):
                try:
                    for utterance, read in source.decoders(file):
                        on_start(f"{spec.id}: {utterance.source_path}")
                        made = _make_record(utterance, spec, options, read)
                        failed.pop(id(utterance), None)
                        if isinstance(made, DropReason):
                            failed[id(utterance)] = made
                        else:
                            rows.add(id(utterance), made)
                        on_clip(0.0 if isinstance(made, DropReason) else made["duration"])
                except OSError as error:
                    failed |= {id(utterance): _unreadable(error) for utterance in file}
                checksums[file[0].source_path] = source.xxh3
            if one_pass:
                on_start("")
            for utterance in planned:  # what is handed on is not held any longer
                if reason := utterance.dropped or failed.get(id(utterance)):
                    yield to_reject_row(utterance, reason)
                else:
                    checksum = checksums[utterance.source_path]
                    yield rows.take(id(utterance)) | {"source_xxh3": checksum}


def _by_file(utterances: Iterable[Utterance]) -> Iterator[list[Utterance]]:
    for _, file in groupby(utterances, key=lambda utterance: utterance.source_path):
        yield list(file)


def _in_reading_order(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Utterances of one file together; clips in blocks in the order of the blocks."""
    return sorted(utterances, key=lambda u: (holder_of(u.block), u.row, u.source_path))


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
