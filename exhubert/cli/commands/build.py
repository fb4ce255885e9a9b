"""``exhubert build``: from corpora on disk to a dataset folder."""

import argparse
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.configuration import configured_jobs
from exhubert.cli.arguments.corpora import (
    add_corpora,
    add_shipped_specs,
    find_corpora,
    find_kept_specs,
    no_clips_message,
    tell_kept_specs,
)
from exhubert.cli.arguments.data_roots import read_data_roots
from exhubert.cli.arguments.number_types import duration, positive
from exhubert.cli.arguments.release import add_release, read_release
from exhubert.cli.arguments.tolerances import add_tolerances
from exhubert.cli.output import console
from exhubert.cli.output.build_progress import build_progress
from exhubert.cli.output.dataset_tables import print_manifest
from exhubert.cli.output.preview_table import print_preview
from pipeline.common.cores import usable_cores
from pipeline.common.count import count
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.published_counts import describe_differences
from pipeline.running.driver_process import DriverProcess
from pipeline.specs.emotion_scheme import emotion_scheme

if TYPE_CHECKING:  # these bring Beam with them, which --help need not wait for
    from apache_beam.options.pipeline_options import PipelineOptions

    from pipeline.dataset.manifest import Manifest
    from pipeline.planning.build_config import BuildConfig, Corpus
    from pipeline.running.build import CheckedBuild


def _add_build(parser: argparse.ArgumentParser) -> None:
    add_corpora(parser)
    add_shipped_specs(parser)
    parser.add_argument("--output", metavar="DIR", required=True, help="the dataset folder")
    parser.add_argument(
        "--codec", choices=["flac", "wav"], default="flac", help="how clips are stored (flac)"
    )
    parser.add_argument(
        "--normalize",
        choices=["peak", "rms", "loudness", "none"],
        default="peak",
        help="level of every clip: peak −1 dBFS (default), RMS −23 dBFS, −23 LUFS, or as it is",
    )
    parser.add_argument(
        "--jobs",
        type=positive,
        metavar="N",
        help="worker processes of a local build (default: EXHUBERT_JOBS, jobs of the configuration "
        f"file, or every core, here {usable_cores()})",
    )
    parser.add_argument(
        "--worker-timeout",
        type=duration,
        metavar="S",
        help="on another runner: stop if no worker has started after S seconds; 0 waits for ever "
        "(default: 120, and 0 where a cluster may queue the job: Dataflow, Flink, Spark)",
    )
    parser.add_argument(
        "--only-redistributable",
        action="store_true",
        help="leave out corpora whose terms do not allow a dataset to be passed on",
    )
    add_release(parser)
    add_tolerances(parser, max_reject_rate=0.01)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="print what would be written, reused and read, and write nothing (Beam's --dry_run, "
        "with an underscore, is another: Dataflow then checks a job and does not start it)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_build(args: argparse.Namespace) -> int:
    args.jobs = args.jobs or configured_jobs()
    elsewhere = args.dry_run or any(option.startswith("--runner") for option in args.unknown)
    if elsewhere or args.jobs == 1:
        return _start(args, args.jobs)
    # Started first: it imports Beam, which takes seconds, while this process reads specs.
    with DriverProcess(args.jobs) as driver:
        return _start(args, driver)


def _start(args: argparse.Namespace, jobs: int | DriverProcess) -> int:
    """Builds, or does what the options ask for instead."""
    # Beam warns on import of a Google library that only its BigQuery connector would need.
    logging.getLogger().addFilter(lambda record: "apitools not found" not in record.getMessage())
    from pipeline.running.build import check_build, prepare_job, read_beam_options

    options = read_beam_options(args.unknown, [*read_data_roots(args).folders, args.output])
    if options and (prepared := _describe_preparation(options)):
        prepare_job(_make_config(args, require_folders=False), options)
        console.say(prepared, quiet=args.json)
        return 0
    build = _make_config(args, require_folders=True)
    checked = check_build(build, options)
    if args.dry_run:
        return _preview(build, args.json)
    return _build(checked, args, jobs)


def _describe_preparation(options: "PipelineOptions") -> str | None:
    from pipeline.running.runners import describe_preparation

    return describe_preparation(options)


def _make_config(args: argparse.Namespace, require_folders: bool) -> "BuildConfig":
    """What the command line asks for; every corpus must have a folder, if that is required."""
    from pipeline.audio.options import AudioOptions
    from pipeline.dataset.manifest import read_manifest
    from pipeline.planning.build_config import BuildConfig, Corpus

    # A job that is only prepared asks no store: it may run elsewhere, under another account.
    kept = find_kept_specs(args, args.output, read_manifest(args.output)) if require_folders else {}
    corpora = {
        spec.id: Corpus(spec, root)
        for spec, root in find_corpora(args, require_folders, kept)
        if spec.licence.redistribute or not args.only_redistributable
    }
    tell_kept_specs(kept.keys() & corpora.keys(), args.output)
    if not corpora:
        raise UsageError("--only-redistributable: none of these corpora may be redistributed")
    audio = AudioOptions(args.codec, args.normalize)
    release = read_release(args)
    return BuildConfig(corpora, emotion_scheme(), args.output, audio, release=release)


def _build(checked: "CheckedBuild", args: argparse.Namespace, jobs: int | DriverProcess) -> int:
    from pipeline.dataset.report.page import write_report
    from pipeline.dataset.run_log import count_corpora, record_run
    from pipeline.monitoring import BuildProgress
    from pipeline.running.build import run_build

    corpora = checked.build.corpora
    counters: list[str] = []
    last = BuildProgress()
    runner, processes = checked.runner or "local", None if checked.runner else args.jobs
    with record_run(args.output, args.line, runner, processes) as run:
        with build_progress(console.ERR, quiet=args.json) as show:

            def on_progress(counts: BuildProgress) -> None:
                nonlocal last
                last = counts
                show(counts)

            manifest = run_build(checked, jobs, on_progress, counters.append, args.worker_timeout)
        run.corpora = count_corpora(manifest, corpora, last)
        faults = list(_faults(manifest, corpora, args))
        run.status = 1 if faults else 0
    write_report(args.output, manifest)  # now that the run has ended
    if args.json:
        console.emit(manifest.model_dump_json(indent=2))
    else:
        print_manifest(manifest, args.output)
        for line in counters:
            console.say(line)
        if last.reused:
            reused = count(last.reused, "clip")
            console.say(f"reused {reused} of an earlier build, whose inputs have not changed")
    for fault in faults:
        console.complain(f"error: {fault}")
    return 1 if faults else 0


def _preview(build: "BuildConfig", as_json: bool) -> int:
    from pipeline.checks.build_preview import preview_build

    preview = preview_build(build)
    if as_json:
        console.emit(json.dumps(asdict(preview), ensure_ascii=False))
    else:
        print_preview(preview)
    for corpus in preview.corpora:
        if not corpus.found:
            missing = build.corpora[corpus.corpus]
            raise DataError(no_clips_message(missing.spec, missing.root))
    return 0


def _faults(
    manifest: "Manifest", corpora: Mapping[str, "Corpus"], args: argparse.Namespace
) -> Iterator[str]:
    """What makes a build that came to its end exit with status 1."""
    for name, built in corpora.items():
        corpus = manifest.corpora[name]
        if not corpus.found:
            yield no_clips_message(built.spec, built.root)
            continue
        rate = sum(corpus.rejected.values()) / max(1, corpus.found)
        if rate > args.max_reject_rate:
            yield (
                f"corpus {name}: {rate:.1%} of its clips are rejected, more than "
                f"--max-reject-rate {args.max_reject_rate:.1%}; see {args.output}/rejects.parquet"
            )
        if corpus.mismatches and not args.allow_partial:
            yield describe_differences(name, corpus.mismatches)


COMMANDS = [
    Command(
        "build",
        "build a dataset: decode, resample, normalise, split, write Parquet shards",
        "  exhubert build --data-root corpora --output dataset\n"
        "  exhubert build --data-root corpora --output dataset --corpora emo_db tess --jobs 8\n"
        "  exhubert build --data-root gs://bucket/corpora --output gs://bucket/dataset \\\n"
        "    --runner=DataflowRunner --project=… --region=… --setup_file=./setup.py\n"
        "  exhubert build --data-root corpora --output dataset --dry-run\n"
        "Any Beam pipeline option can be added as Beam spells it.",
        _add_build,
        _run_build,
        passes_unknown=True,
        uses_stores=True,
    ),
]
