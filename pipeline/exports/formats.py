"""The forms in which a dataset can be handed on, and writing one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.audio.options import Codec
from pipeline.common.errors import UsageError
from pipeline.dataset.manifest import require_manifest
from pipeline.dataset.selection import find_rows
from pipeline.exports.audformat_database import write_audformat
from pipeline.exports.audiofolder import write_audiofolder
from pipeline.exports.emobox import write_emobox
from pipeline.exports.export_request import ExportRequest
from pipeline.exports.kaldi import write_kaldi
from pipeline.exports.lhotse_cuts import write_lhotse, write_shar
from pipeline.exports.nemo import write_nemo
from pipeline.exports.webdataset import write_webdataset


@dataclass(frozen=True)
class ExportFormat:
    """A form of export.

    Attributes:
        summary: Summary of the files written, for people.
        write: Writes it into a new folder.
        codec: Codec of its clips, unless another is asked for; None for that of the dataset.
        knows_folds: Whether it can write folds of a protocol.
    """

    summary: str
    write: Callable[[ExportRequest], None]
    codec: Codec | None = None
    knows_folds: bool = False


FORMATS: Mapping[str, ExportFormat] = {
    "audformat": ExportFormat("db.yaml, and a table for each split", write_audformat),
    "audiofolder": ExportFormat("<split>/metadata.csv beside the clips", write_audiofolder),
    "emobox": ExportFormat(
        "<corpus>/fold_<n>/<corpus>_train_fold_<n>.jsonl …", write_emobox, "wav", knows_folds=True
    ),
    "kaldi": ExportFormat("<split>/wav.scp, utt2spk, text, utt2emo …", write_kaldi, "wav"),
    "lhotse": ExportFormat("cuts_<split>.jsonl.gz", write_lhotse),
    "nemo": ExportFormat("<split>_manifest.json", write_nemo, "wav"),
    "shar": ExportFormat("Lhotse's tar shards, <split>/cuts.000000.jsonl.gz …", write_shar),
    "webdataset": ExportFormat("<split>-000000.tar …", write_webdataset),
}
"""Name → format; one more is a function in a file of its own and a line here."""


def export_dataset(
    dataset: str,
    folder: Path,
    format_name: str,
    where: str | None = None,
    codec: Codec | None = None,
    on_clip: Callable[[], object] = lambda: None,
    protocol: str | None = None,
    on_rows: Callable[[int], object] = lambda clips: None,
) -> int:
    """Writes a dataset, or some of its rows, in another form.

    Args:
        dataset: The dataset folder, local or remote.
        folder: A new or empty folder.
        format_name: A key of :data:`FORMATS`.
        where: Only rows for which this condition holds.
        codec: Codec of the clips; None for what suits the format.
        on_clip: Called after each clip that is written.
        protocol: Protocol whose folds are written; None for the default of the format.
        on_rows: Called with how many clips will be written, before the first.

    Returns:
        How many clips were written.

    Raises:
        UsageError: There is no dataset, no row, the folder is not empty, or there is no such
            protocol.
        DataError: A shard is missing or damaged.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is not empty; name a new folder")
    chosen = FORMATS[format_name]
    if protocol and not chosen.knows_folds:
        able = ", ".join(name for name, one in FORMATS.items() if one.knows_folds)
        raise UsageError(f"--to {format_name} has no folds; --protocol goes with --to {able}")
    manifest = require_manifest(dataset)
    rows = find_rows(dataset, manifest, where)
    if rows.empty:
        raise UsageError(f"{dataset}: no row{f' for which {where}' if where else ''}")
    on_rows(len(rows))
    folder.mkdir(parents=True, exist_ok=True)
    wanted = codec or chosen.codec
    chosen.write(ExportRequest(dataset, manifest, rows, folder, wanted, on_clip, protocol))
    return len(rows)
