"""Commands of the pipeline: ``corpora``, ``check`` and ``build``. They parse, call and print."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from pipeline import console
from pipeline.cli import Command
from pipeline.errors import DataError, UsageError
from pipeline.files import is_remote
from pipeline.labels import emotion_scheme
from pipeline.spec import CorpusSpec
from pipeline.specfile import SpecError, builtin_ids, load_spec, load_specs
from pipeline.validate import check_examples


def _add_corpora(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which corpora, and where they lie")
    group.add_argument(
        "--data-root",
        metavar="DIR",
        help="folder (or gs://, s3:// URL) that holds each corpus in a folder named by its id",
    )
    group.add_argument(
        "--corpora",
        nargs="+",
        metavar="ID",
        default=[],
        help="only these corpora (default: every corpus that has a folder in --data-root)",
    )
    group.add_argument(
        "--spec",
        nargs="+",
        metavar="FILE",
        default=[],
        help="specs of corpora of your own; one with a shipped id replaces the shipped spec",
    )
    group.add_argument(
        "--root",
        nargs="+",
        metavar="ID=DIR",
        default=[],
        help="where a corpus lies, if not in --data-root",
    )


def _find_corpora(args: argparse.Namespace) -> list[tuple[CorpusSpec, str]]:
    """Specs and roots of the corpora that the command line names.

    Raises:
        UsageError: No corpus is named, or one that is named has no folder.
    """
    roots = dict(_parse_root(root) for root in args.root)
    specs = load_specs(args.corpora, args.spec)
    if args.spec and not args.corpora and args.data_root:
        shipped = {spec.id: spec for spec in load_specs()} | {spec.id: spec for spec in specs}
        specs = [spec for _, spec in sorted(shipped.items())]
    if missing := roots.keys() - {spec.id for spec in specs}:
        specs = sorted([*specs, *load_specs(sorted(missing))], key=lambda spec: spec.id)
    named = {*args.corpora, *roots, *(load_spec(file).id for file in args.spec)}
    scheme = emotion_scheme()
    found = []
    for spec in specs:
        root = roots.get(spec.id) or (args.data_root and f"{args.data_root.rstrip('/')}/{spec.id}")
        if root and (is_remote(root) or Path(root).is_dir()):
            scheme.check(spec)
            found.append((spec, root))
        elif spec.id in named:
            raise UsageError(
                f"corpus {spec.id}: no folder {root or spec.id}; give --root {spec.id}=DIR, or a "
                f"--data-root that holds a folder called {spec.id}"
            )
    if not found:
        where = f"in --data-root {args.data_root}" if args.data_root else "without --data-root"
        raise UsageError(
            f"no corpus found {where}: expected folders named by corpus id "
            f"({', '.join(builtin_ids())}), or --root ID=DIR"
        )
    return found


def _parse_root(text: str) -> tuple[str, str]:
    corpus, equals, folder = text.partition("=")
    if not equals or not folder:
        raise UsageError(f"--root {text}: expected ID=DIR, as in --root emo_db=/data/emodb")
    return corpus, folder


# ---------------------------------------------------------------------------------------- corpora


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_list(args: argparse.Namespace) -> int:
    specs = load_specs()
    if args.json:
        print(json.dumps([spec.model_dump(mode="json") for spec in specs], ensure_ascii=False))
    else:
        console.print_corpora(specs)
    return 0


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", metavar="ID", help="id of a shipped corpus, or a spec file")
    _no_arguments(parser)


def _run_show(args: argparse.Namespace) -> int:
    own = args.corpus.endswith((".yaml", ".yml"))
    spec = load_spec(args.corpus) if own else load_specs([args.corpus])[0]
    if args.json:
        print(spec.model_dump_json(indent=2))
    else:
        console.print_corpus(spec, emotion_scheme())
    return 0


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="spec files, or shipped ids")


def _run_validate(args: argparse.Namespace) -> int:
    faults = 0
    for name in args.files:
        try:
            spec = load_specs([name])[0] if name in builtin_ids() else load_spec(name)
            emotion_scheme().check(spec)
            problems = check_examples(spec, emotion_scheme())
        except SpecError as error:
            problems = str(error).splitlines()
        except UsageError as error:
            problems = [f"{name}: {error}"]
        else:
            if not problems:
                print(f"{name}: fine, {len(spec.examples)} examples give what they state")
        faults += len(problems)
        for problem in problems:
            print(problem, file=sys.stderr)
    return 2 if faults else 0


def _run_schema(args: argparse.Namespace) -> int:
    print(json.dumps(CorpusSpec.model_json_schema(), indent=2))
    return 0


# ------------------------------------------------------------------------------------------ check


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_corpora(parser)
    parser.add_argument(
        "--export", metavar="FILE", help="write one row an utterance: .parquet, .csv or .jsonl"
    )
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="exit 0 although counts differ from the published ones (a subset of a corpus)",
    )
    _no_arguments(parser)


def _run_check(args: argparse.Namespace) -> int:
    from pipeline.check import check_corpus, export_utterances
    from pipeline.plan import plan_corpus

    checks, planned = [], []
    for spec, root in console.track(_find_corpora(args), "checking", quiet=args.json):
        utterances = plan_corpus(spec, root, emotion_scheme())
        if not utterances:
            raise DataError(
                f"corpus {spec.id}: no clip below {root}: expected {' or '.join(spec.audio)}"
            )
        checks.append(check_corpus(spec, utterances))
        planned += utterances if args.export else []
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


# ------------------------------------------------------------------------------------------ build


def _add_build(parser: argparse.ArgumentParser) -> None:
    _add_corpora(parser)
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
        default=len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        metavar="N",
        help="worker processes of a local build (default: every core, here %(default)s)",
    )
    parser.add_argument(
        "--max-reject-rate",
        type=float,
        default=0.01,
        metavar="R",
        help="exit 1 if more than this share of a corpus is rejected (default: %(default)s)",
    )
    _no_arguments(parser)


def _run_build(args: argparse.Namespace) -> int:
    from pipeline.build import build_dataset
    from pipeline.records import AudioOptions
    from pipeline.transforms import Corpus

    corpora = {spec.id: Corpus(spec, root) for spec, root in _find_corpora(args)}
    with console.build_progress(quiet=args.json) as watch:
        manifest = build_dataset(
            corpora,
            emotion_scheme(),
            args.output,
            AudioOptions(args.codec, args.normalize),
            args.jobs,
            args.unknown,
            watch,
        )
    if args.json:
        print(manifest.model_dump_json(indent=2))
    else:
        console.print_manifest(manifest, args.output)
    rates = {
        name: sum(corpus.rejected.values()) / max(1, corpus.found)
        for name, corpus in manifest.corpora.items()
        if name in corpora
    }
    over = {name: rate for name, rate in rates.items() if rate > args.max_reject_rate}
    for name, rate in over.items():
        print(
            f"error: corpus {name}: {rate:.1%} of its clips are rejected, more than "
            f"--max-reject-rate {args.max_reject_rate:.1%}; see {args.output}/rejects.parquet",
            file=sys.stderr,
        )
    return 1 if over else 0


def _cores() -> int:
    """Cores that this process may use: fewer than the machine's in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


COMMANDS = [
    Command(
        "corpora list",
        "list the corpora that exhubert can read, and how to obtain them",
        "  exhubert corpora list",
        _no_arguments,
        _run_list,
    ),
    Command(
        "corpora show",
        "show one corpus: layout, labels, splits, terms, quirks",
        "  exhubert corpora show emo_db\n  exhubert corpora show my_corpus.yaml --json",
        _add_show,
        _run_show,
    ),
    Command(
        "corpora validate",
        "check spec files and run their examples",
        "  exhubert corpora validate my_corpus.yaml",
        _add_validate,
        _run_validate,
    ),
    Command(
        "corpora schema",
        "print the JSON Schema of spec files, for editors",
        "  exhubert corpora schema > corpus.schema.json",
        lambda parser: None,
        _run_schema,
    ),
    Command(
        "check",
        "count what lies on disk against what was published; decodes no audio",
        "  exhubert check --data-root corpora\n"
        "  exhubert check --root emo_db=download/emodb --allow-partial --export emo_db.csv",
        _add_check,
        _run_check,
    ),
    Command(
        "build",
        "build a dataset: decode, resample, normalise, split, write Parquet shards",
        "  exhubert build --data-root corpora --output dataset\n"
        "  exhubert build --data-root corpora --output dataset --corpora emo_db tess --jobs 8\n"
        "  exhubert build --data-root gs://bucket/corpora --output gs://bucket/dataset \\\n"
        "    --runner=DataflowRunner --project=… --region=… --setup_file=./setup.py\n"
        "Any Beam pipeline option can be added as Beam spells it.",
        _add_build,
        _run_build,
        passes_unknown=True,
    ),
]
