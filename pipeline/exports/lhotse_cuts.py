"""Lhotse: cuts with supervisions, beside files or packed as Shar."""

from pathlib import Path
from typing import Any

from pipeline.exports.export_request import (
    AUDIO,
    CLIPS_PER_SHARD,
    ExportedClip,
    ExportRequest,
    clips_by_split,
)
from pipeline.schema.record import DIMENSIONS, SAMPLE_RATE


def write_lhotse(request: ExportRequest) -> None:
    """Writes ``cuts_<split>.jsonl.gz`` and the clips; paths are absolute."""
    from lhotse import CutSet

    for split, clips in clips_by_split(request, request.write_audio()):
        cuts = CutSet.from_cuts(_cut(clip, request.folder.absolute()) for clip in clips)
        cuts.to_file(request.folder / f"cuts_{split}.jsonl.gz")


def write_shar(request: ExportRequest) -> None:
    """Writes ``<split>/{cuts,recording}.NNNNNN.*``: Lhotse's own tar shards, audio inside."""
    import shutil

    from lhotse import CutSet

    files = request.write_audio()
    for split, clips in clips_by_split(request, files):
        cuts = CutSet.from_cuts(_cut(clip, request.folder.absolute()) for clip in clips)
        folder = request.folder / split
        folder.mkdir()
        cuts.to_shar(folder, fields={"recording": "flac"}, shard_size=CLIPS_PER_SHARD)
    shutil.rmtree(request.folder / AUDIO)


def _cut(clip: ExportedClip, folder: Path) -> Any:
    """The cut of a whole clip, with its one supervision."""
    from lhotse import AudioSource, Recording, SupervisionSegment

    row = clip.row
    source = AudioSource(type="file", channels=[0], source=str(folder / clip.file))
    recording = Recording(row["id"], [source], SAMPLE_RATE, clip.frames, clip.seconds)
    names = ("corpus", "emotion", "label_native", "class_name", "age", *DIMENSIONS)
    supervision = SupervisionSegment(
        id=row["id"],
        recording_id=row["id"],
        start=0.0,
        duration=clip.seconds,
        text=row["text"],
        language=row["language"],
        speaker=row["speaker"],
        gender=row["gender"],
        custom={name: row[name] for name in names if row[name] is not None},
    )
    cut = recording.to_cut()
    cut.supervisions = [supervision]
    return cut
