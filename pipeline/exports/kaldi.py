"""Kaldi data directories: one for each split, sorted as Kaldi wants it (``LC_ALL=C``)."""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.exports.export_request import (
    ExportedClip,
    ExportRequest,
    clips_by_split,
    plain_key,
    unique_keys,
)

_GENDERS = {"female": "f", "male": "m"}


def write_kaldi(request: ExportRequest) -> None:
    """Writes ``<split>/{wav.scp,utt2spk,spk2utt,utt2dur,utt2emo,spk2gender,text}`` and clips.

    Ids begin with the speaker, so that both sort alike; a clip whose speaker is unknown is a
    speaker of its own. Paths are absolute. Kaldi wants ``text`` of every utterance and the gender
    of every speaker or of none: where some are unknown, that file is left out. Clips that have
    ratings and no emotion are not in ``utt2emo``.
    """
    for split, clips in clips_by_split(request, request.write_audio()):
        folder = request.folder / split
        folder.mkdir(parents=True, exist_ok=True)
        named = dict(zip(unique_keys(map(_utterance_id, clips)), clips, strict=True))
        speakers = {key: _speaker_id(clip) for key, clip in named.items()}
        of_speaker: dict[str, list[str]] = {}
        for key, speaker in sorted(speakers.items(), key=_bytes):
            of_speaker.setdefault(speaker, []).append(key)
        audio = request.folder.absolute()
        tables: dict[str, dict[str, str]] = {
            "wav.scp": {key: _read_command(audio / clip.file) for key, clip in named.items()},
            "utt2spk": speakers,
            "spk2utt": {speaker: " ".join(keys) for speaker, keys in of_speaker.items()},
            "utt2dur": {key: f"{clip.seconds:.6g}" for key, clip in named.items()},
            "utt2emo": {key: e for key, clip in named.items() if (e := clip.row["emotion"])},
            "spk2gender": _known_of_all(
                {_speaker_id(clip): _GENDERS.get(clip.row["gender"]) for clip in clips}
            ),
            "text": _known_of_all(
                {key: " ".join((clip.row["text"] or "").split()) for key, clip in named.items()}
            ),
        }
        for name, table in tables.items():
            if table:
                _write(folder / name, table.items())


def _speaker_id(clip: ExportedClip) -> str:
    return plain_key(clip.row["speaker"] or clip.row["id"])


def _utterance_id(clip: ExportedClip) -> str:
    return f"{_speaker_id(clip)}-{plain_key(clip.row['id'])}"


def _known_of_all(values: Mapping[str, str | None]) -> dict[str, str]:
    """The values where all are known, else nothing."""
    known = {key: value for key, value in values.items() if value}
    return known if len(known) == len(values) else {}


def _read_command(file: Path) -> str:
    """How Kaldi reads a file: WAV as it is, FLAC through a pipe, which a shell opens."""
    return f"flac -c -d -s {shlex.quote(str(file))} |" if file.suffix == ".flac" else str(file)


def _bytes(entry: tuple[str, str]) -> tuple[bytes, bytes]:
    return entry[0].encode(), entry[1].encode()


def _write(file: Path, entries: Iterable[tuple[str, str]]) -> None:
    lines = [f"{key} {value}\n" for key, value in sorted(entries, key=_bytes)]
    file.write_text("".join(lines), encoding="utf-8")
