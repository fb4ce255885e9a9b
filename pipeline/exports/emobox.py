"""EmoBox's form: JSON Lines of the clips of each fold of each corpus, and a map of its classes.

Z. Ma et al. (2024), "EmoBox: Multilingual Multi-corpus Speech Emotion Recognition Toolkit and
Benchmark", Interspeech.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.common.count import count
from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.exports.export_request import ExportedClip, ExportRequest, clips_by_split, unique_keys
from pipeline.schema.record import SAMPLE_RATE, SPLITS
from pipeline.splits.protocols.protocol import Protocol, read_protocol_file
from pipeline.splits.protocols.statement import protocol_path
from pipeline.storage import files as storage

DEFAULT_PROTOCOL = "emobox"

_PART_NAMES = dict(zip(SPLITS, ("train", "valid", "test"), strict=True))
"""Parts of a fold → their names in EmoBox."""


@dataclass(frozen=True)
class _Folds:
    """Folds of a corpus.

    Attributes:
        origin: Whose rule they follow, for people.
        classes: Id of a clip → the class that is scored; clips without one are in no fold.
        parts: Folds, one after another, each with id of a clip → its part, as the dataset calls
            it: those of hundreds of folds at once would fill the memory.
    """

    origin: str
    classes: Mapping[str, str]
    parts: Iterable[tuple[str, Mapping[str, str]]]


def write_emobox(request: ExportRequest) -> None:
    """Writes ``<corpus>/fold_<n>/<corpus>_<train|valid|test>_fold_<n>.jsonl`` and the clips.

    Beside the folds lie ``<corpus>.jsonl``, all clips of the corpus, and ``label_map.json``.
    ``wav`` is relative to the folder of the export; ``emo`` is the class that the folds score, null
    for clips that they leave out. Folds are those of the protocol that is asked for, by default
    EmoBox's own; a corpus that has none in it gets one fold, the dataset's own split. Signs of a
    fold's name other than letters, digits, ``-``, ``.`` and ``_`` become ``_``. ``README.md``
    says which are which, and how many speakers stand in training and in test.

    Raises:
        UsageError: The dataset lacks the protocol that is asked for.
    """
    protocol = _read_protocol(request)
    clips = [clip for _, part in clips_by_split(request, request.write_audio()) for clip in part]
    origins = []
    for corpus in sorted({clip.row["corpus"] for clip in clips}):
        of_corpus = [clip for clip in clips if clip.row["corpus"] == corpus]
        folds = _folds(protocol, corpus, of_corpus)
        _write_corpus(request.folder / corpus, corpus, of_corpus, folds)
        origins.append(f"- {corpus}: {folds.origin}\n")
    header = f"# Folds of {request.manifest.title}, version {request.manifest.version}\n\n"
    (request.folder / "README.md").write_text(header + "".join(origins), encoding="utf-8")


def _read_protocol(request: ExportRequest) -> Protocol | None:
    """The protocol that is asked for; None where none is and the dataset lacks EmoBox's."""
    there = request.manifest.protocols
    name = request.protocol or DEFAULT_PROTOCOL
    if name not in there:
        if request.protocol is None:
            return None
        listed = f"; it has {', '.join(there) or 'none'}"
        raise UsageError(
            f"{request.dataset} has no protocol {name!r}{suggest(name, there, otherwise=listed)}; "
            f"exhubert protocols {request.dataset} --add {name} adds it"
        )
    path = protocol_path(request.dataset, name)
    return read_protocol_file(name, path, there[name], storage.read(path))


def _folds(protocol: Protocol | None, corpus: str, clips: Iterable[ExportedClip]) -> _Folds:
    if protocol is None or corpus not in protocol.folds:
        emotions = {clip.row["id"]: clip.row["emotion"] for clip in clips if clip.row["emotion"]}
        splits = {clip.row["id"]: clip.row["split"] for clip in clips if clip.row["emotion"]}
        return _Folds("one fold, the dataset's own split, by emotion", emotions, [("1", splits)])
    rows = protocol.table[protocol.table["corpus"] == corpus]
    entry = protocol.statement.corpora[corpus]
    folds = count(len(entry.folds), "fold")
    origin = (
        f"{folds} of protocol {protocol.name} ({protocol.statement.rule}); speakers in training "
        f"and in test, in the fold where they are most: {entry.shared_speakers}"
    )
    return _Folds(
        origin, dict(zip(rows["id"], rows["label"], strict=True)), _parts(protocol, corpus)
    )


def _parts(protocol: Protocol, corpus: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Folds of a corpus as files and folders may be called, each with the parts of its clips."""
    folds = protocol.folds[corpus]
    names = unique_keys(re.sub(r"[^\w.-]", "_", fold.name) for fold in folds)
    for name, fold in zip(names, folds, strict=True):
        frame = protocol.parts(protocol.plain_name(corpus, fold.name), [corpus])
        yield name, dict(zip(frame["id"], frame["part"], strict=True))


def _write_corpus(folder: Path, corpus: str, clips: list[ExportedClip], folds: _Folds) -> None:
    folder.mkdir(exist_ok=True)  # a corpus may be called as the folder of the clips is
    lines = dict(_lines(corpus, clips, folds.classes))
    _write_lines(folder / f"{corpus}.jsonl", lines.values())
    classes = sorted({folds.classes[clip] for clip in lines if clip in folds.classes})
    label_map = json.dumps({name: name for name in classes}, ensure_ascii=False, indent=2)
    (folder / "label_map.json").write_text(label_map + "\n", encoding="utf-8")
    for fold, parts in folds.parts:
        below = folder / f"fold_{fold}"
        below.mkdir()
        for part, name in _PART_NAMES.items():
            chosen = [line for clip, line in lines.items() if parts.get(clip) == part]
            if chosen or part != "validation":
                _write_lines(below / f"{corpus}_{name}_fold_{fold}.jsonl", chosen)


def _lines(
    corpus: str, clips: Iterable[ExportedClip], classes: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Id → the line of each clip, by id."""
    in_order = sorted(clips, key=lambda one: str(one.row["id"]))
    paths = (clip.row["id"].removeprefix(f"{corpus}/") for clip in in_order)
    keys = unique_keys(path.replace("/", "__") for path in paths)  # files of features are so named
    for key, clip in zip(keys, in_order, strict=True):
        row = clip.row
        entry = {
            "key": key,
            "dataset": corpus,
            "wav": clip.file,
            "type": "raw",
            "sample_rate": SAMPLE_RATE,
            "length": clip.seconds,
            "task": "category",
            "emo": classes.get(row["id"]),
            "channel": 1,
            "speaker": row["speaker"],
            "id": row["id"],
        }
        yield row["id"], json.dumps(entry, ensure_ascii=False)


def _write_lines(file: Path, lines: Iterable[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
