"""``exhubert show``: prints, plays or saves clips of a dataset."""

import argparse
import json
import shutil
import subprocess

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import check_beam_options
from exhubert.cli.arguments.number_types import positive
from exhubert.cli.arguments.paths import check_folder, local_path
from exhubert.cli.arguments.rows import add_where
from exhubert.cli.output import console, progress
from pipeline.common.count import count
from pipeline.common.errors import UsageError

_PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("afplay",),
    ("paplay",),
    ("pw-play",),
    ("aplay", "-q"),
    ("play", "-q"),
)
"""Programs that play a WAV file, and their options."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder, local or remote")
    add_where(parser)
    parser.add_argument(
        "--limit", type=positive, default=20, metavar="N", help="rows that are shown (%(default)s)"
    )
    parser.add_argument(
        "--play", action="store_true", help="play the rows that are shown, one after the other"
    )
    parser.add_argument(
        "--save",
        type=local_path,
        metavar="DIR",
        help="write every clip found as a file, with a table, metadata.csv",
    )
    parser.add_argument(
        "--codec", choices=("flac", "wav"), help="of saved files (default: as the dataset has them)"
    )
    parser.add_argument(
        "--json", action="store_true", help="print every row found, as a line of JSON"
    )


def _run(args: argparse.Namespace) -> int:
    check_beam_options(args)
    if args.codec and not args.save:
        raise UsageError("--codec is that of the files that --save writes; give --save DIR")
    if args.save:
        check_folder("--save", args.save)
        if args.save.is_dir() and any(args.save.iterdir()):
            raise UsageError(f"--save {args.save}: is not empty; name a new folder")
    player = _find_player() if args.play else []
    from exhubert.cli.output.row_tables import print_counts, print_rows
    from pipeline.dataset.manifest import require_manifest
    from pipeline.dataset.selection import (
        INDEX_FILE,
        SHOWN,
        find_rows,
        read_clips,
        write_files,
        write_table,
    )

    manifest = require_manifest(args.dataset)
    rows = find_rows(args.dataset, manifest, args.where)
    shown = rows.head(args.limit)
    if args.json:
        for row in json.loads(rows[[*SHOWN, "class_name"]].to_json(orient="records")):
            console.emit(json.dumps(row, ensure_ascii=False))
    elif len(rows):
        print_rows(shown)
        print_counts(rows, manifest)
    else:
        console.say(f"none of {count(manifest.written, 'clip')}")
    if args.save and len(rows):
        with progress.counter("clips saved", args.json, len(rows)) as advance:
            names = write_files(args.dataset, rows, args.save, args.codec, lambda: advance(1))
        write_table(rows, names, args.save / INDEX_FILE)
        console.say(f"saved {count(len(rows), 'clip')} in {args.save}", quiet=args.json)
    if args.play:
        for clip, content in read_clips(args.dataset, shown):
            console.say(clip, quiet=args.json)
            _play(player, content)
    return 0 if len(rows) else 1


def _find_player() -> list[str]:
    for name, *options in _PLAYERS:
        if program := shutil.which(name):
            return [program, *options]
    names = ", ".join(name for name, *_ in _PLAYERS)
    raise UsageError(
        f"--play: none of {names} is installed; --save DIR writes files for any other player"
    )


def _play(player: list[str], content: bytes) -> None:
    from pipeline.dataset.selection import as_wav
    from pipeline.running.scratch_folder import scratch_folder

    with scratch_folder() as folder:
        file = folder / "clip.wav"
        file.write_bytes(as_wav(content))
        subprocess.run([*player, str(file)], check=False)


COMMANDS = [
    Command(
        name="show",
        summary="clips of a dataset that a condition names: rows and counts, to hear, or as files",
        examples="""\
  exhubert show dataset
  exhubert show dataset --where "corpus = 'emo_db' and emotion = 'anger' and duration > 3"
  exhubert show dataset --where "list_contains(flags, 'clipped')" --play
  exhubert show dataset --where "class_name = 'high_negative'" --save clips --codec wav
Conditions are SQL, as DuckDB has it, over the columns that docs/dataset.md lists, and class_name.
""",
        add_arguments=_add_arguments,
        run=_run,
        passes_unknown=True,
        uses_stores=True,
    )
]
