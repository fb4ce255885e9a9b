"""``exhubert check`` and ``exhubert build``: from corpora on disk to a dataset folder."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from exhubert import console
from exhubert.choice import add_corpora, find_corpora
from exhubert.command import Command
from exhubert.live import build_progress
from pipeline.crew import Crew
from pipeline.errors import DataError, UsageError
from pipeline.labels import emotion_scheme
from pipeline.spec import CorpusSpec
from pipeline.specfile import builtin_ids, load_specs

if TYPE_CHECKING:  # these bring Beam with them, which --help need not wait for
    from pipeline.manifest import Manifest
    from pipeline.transforms import Build


def _add_check(parser: argparse.ArgumentParser) -> None:
    add_corpora(parser)
    parser.add_argument(
        "--export", metavar="FILE", help="write one row an utterance: .parquet, .csv or .jsonl"
    )
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="exit 0 although counts differ from the published ones (a subset of a corpus)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_check(args: argparse.Namespace) -> int:
    from pipeline.check import check_corpus, export_utterances
    from pipeline.plan import plan_corpus

    _connect(args)
    checks, planned = [], []
    for spec, root in console.track(find_corpora(args), "checking", quiet=args.json):
        indexed = plan_corpus(spec, root, emotion_scheme())
        if not indexed.utterances:
            raise DataError(_no_clip(spec, root))
        checks.append(check_corpus(spec, indexed))
        planned += indexed.utterances if args.export else []
    if args.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        console.print_checks(checks, partial=args.allow_partial)
    if args.export:
        export_utterances(planned, Path(args.export))
        console.say(f"{len(planned)} utterances written to {args.export}", quiet=args.json)
    bad = any(check.rejected or check.leaks for check in checks)
    differs = any(check.mismatches for check in checks) and not args.allow_partial
    return 1 if bad or differs else 0


def _no_clip(spec: CorpusSpec, root: str) -> str:
    return f"corpus {spec.id}: no clip below {root}: expected {' or '.join(spec.audio)}"


def _add_build(parser: argparse.ArgumentParser) -> None:
    add_corpora(parser)
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
        type=int,
        default=_cores(),
        metavar="N",
        help="worker processes of a local build (default: every core, here %(default)s)",
    )
    parser.add_argument(
        "--only-redistributable",
        action="store_true",
        help="leave out corpora whose terms do not allow a dataset to be passed on",
    )
    parser.add_argument(
        "--max-reject-rate",
        type=float,
        default=0.01,
        metavar="R",
        help="exit 1 if more than this share of a corpus is rejected (default: %(default)s)",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="print what would be written, reused and read, and write nothing (Beam's --dry_run, "
        "with an underscore, is another: Dataflow then checks a job and does not start it)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_build(args: argparse.Namespace) -> int:
    elsewhere = args.dry_run or any(option.startswith("--runner") for option in args.unknown)
    # Called first: while this process imports Beam, which takes seconds, the crew does, too.
    with Crew(1 if elsewhere else args.jobs) as crew:
        return _build(args, crew)


def _build(args: argparse.Namespace, crew: Crew) -> int:
    # Beam warns on import of a Google library that only its BigQuery connector would need.
    logging.getLogger().addFilter(lambda record: "apitools not found" not in record.getMessage())
    from pipeline.build import build_dataset, check_build, prepare_job
    from pipeline.progress import Counts
    from pipeline.records import AudioOptions
    from pipeline.report import write_report
    from pipeline.runlog import count_corpora, logged
    from pipeline.runners import describe_preparation, find_runner, read_options
    from pipeline.transforms import Build, Corpus

    places = [place for place in (args.data_root, args.output) if place]
    prepared = describe_preparation(read_options(args.unknown, places))
    _connect(args)
    corpora = {
        spec.id: Corpus(spec, root)
        for spec, root in find_corpora(args, look=not prepared)
        if spec.licence.redistribute or not args.only_redistributable
    }
    if not corpora:
        raise UsageError("--only-redistributable: none of these corpora may be redistributed")
    audio = AudioOptions(args.codec, args.normalize)
    build = Build(corpora, emotion_scheme(), args.output, audio)
    if prepared:
        prepare_job(build, args.unknown)
        console.say(prepared, quiet=args.json)
        return 0
    options = check_build(build, args.unknown)
    if args.dry_run:
        return _preview(build, args.json)
    runner = find_runner(options)
    counters: list[str] = []
    last = Counts()
    with logged(args.output, args.line, runner or "local", None if runner else args.jobs) as run:
        with build_progress(console.ERR, quiet=args.json) as show:

            def watch(counts: Counts) -> None:
                nonlocal last
                last = counts
                show(counts)

            workers = crew if crew.size > 1 else args.jobs
            manifest = build_dataset(build, workers, args.unknown, watch, counters.append)
        run.corpora = count_corpora(manifest, corpora, last)
        for name, corpus in corpora.items():
            if not manifest.corpora[name].found:
                raise DataError(_no_clip(corpus.spec, corpus.root))
        over = _over_reject_rate(manifest, corpora, args.max_reject_rate)
        run.status = 1 if over else 0
    write_report(args.output)  # once more: now the run has an end
    if args.json:
        print(manifest.model_dump_json(indent=2))
    else:
        console.print_manifest(manifest, args.output)
        for line in counters:
            console.say(line)
        if last.reused:
            console.say(
                f"reused {last.reused:,} clips of an earlier build, whose inputs have not changed"
            )
    for name, rate in over.items():
        print(
            f"error: corpus {name}: {rate:.1%} of its clips are rejected, more than "
            f"--max-reject-rate {args.max_reject_rate:.1%}; see {args.output}/rejects.parquet",
            file=sys.stderr,
        )
    return 1 if over else 0


def _preview(build: "Build", as_json: bool) -> int:
    from pipeline.preview import preview_build

    preview = preview_build(build)
    if as_json:
        print(json.dumps(asdict(preview), ensure_ascii=False))
    else:
        console.print_preview(preview)
    for corpus in preview.corpora:
        if not corpus.found:
            missing = build.corpora[corpus.corpus]
            raise DataError(_no_clip(missing.spec, missing.root))
    return 0


def _over_reject_rate(
    manifest: "Manifest", corpora: Iterable[str], limit: float
) -> dict[str, float]:
    """Corpora of which too large a share is rejected, and that share."""
    rates = {
        name: sum(manifest.corpora[name].rejected.values()) / max(1, manifest.corpora[name].found)
        for name in corpora
    }
    return {name: rate for name, rate in rates.items() if rate > limit}


def _add_relabel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="a dataset folder")
    parser.add_argument(
        "--spec", nargs="+", metavar="FILE", default=[], help="specs of corpora of your own"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_relabel(args: argparse.Namespace) -> int:
    from pipeline.manifest import open_manifest
    from pipeline.relabel import relabel_dataset
    from pipeline.report import write_report
    from pipeline.runlog import count_corpora, logged

    _connect(args)
    own = {spec.id: spec for spec in load_specs([], args.spec)} if args.spec else {}
    present = open_manifest(args.dataset).corpora
    shipped = [corpus for corpus in present if corpus not in own]
    if unknown := sorted(set(shipped) - set(builtin_ids())):
        raise UsageError(
            f"{args.dataset} holds {', '.join(unknown)}, of which no spec is shipped: give --spec"
        )
    specs = {spec.id: spec for spec in load_specs(shipped)} if shipped else {}
    specs |= {corpus: spec for corpus, spec in own.items() if corpus in present}
    for spec in specs.values():
        emotion_scheme().check(spec)
    with logged(args.dataset, args.line) as run:
        manifest, changed = relabel_dataset(args.dataset, specs, emotion_scheme())
        run.corpora = count_corpora(manifest, specs)
        run.status = 0
    write_report(args.dataset)
    if args.json:
        print(manifest.model_dump_json(indent=2))
    else:
        console.print_manifest(manifest, args.dataset)
        console.say(f"relabelled {changed:,} of {manifest.written:,} utterances")
    return 0


def _connect(args: argparse.Namespace) -> None:
    """Tells the stores what Beam options say of them; without any, Beam need not be loaded."""
    if args.unknown:
        from pipeline.stores import connect

        connect(args.unknown)


def _cores() -> int:
    """Cores that this process may use: fewer than the machine's in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


COMMANDS = [
    Command(
        "check",
        "count what lies on disk against what was published; decodes no audio",
        "  exhubert check --data-root corpora\n"
        "  exhubert check --root emo_db=download/emodb --allow-partial --export emo_db.csv\n"
        "  exhubert check --data-root s3://bucket/corpora --s3_endpoint_url=https://…\n"
        "Beam's options for stores can be added as Beam spells them.",
        _add_check,
        _run_check,
        passes_unknown=True,
    ),
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
    ),
    Command(
        "relabel",
        "apply changed label maps to a dataset; reads no corpus and decodes no audio",
        "  exhubert relabel dataset\n  exhubert relabel dataset --spec my_corpus.yaml",
        _add_relabel,
        _run_relabel,
        passes_unknown=True,
    ),
]
