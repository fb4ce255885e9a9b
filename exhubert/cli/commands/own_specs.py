"""``exhubert corpora new``, ``validate``, ``schema``: for writing a spec of one's own."""

import argparse
import json
from pathlib import Path

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.paths import check_file, local_path
from exhubert.cli.output import console
from pipeline.common.count import count
from pipeline.common.errors import UsageError
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec, load_specs
from pipeline.specs.shipped import builtin_ids
from pipeline.specs.yaml_reader import SpecError
from pipeline.storage import is_remote


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("corpus", metavar="ID", help="id of the corpus to be: a-z, 0-9 and _")
    parser.add_argument(
        "--from", dest="folder", required=True, metavar="DIR", help="folder of the corpus"
    )
    parser.add_argument(
        "--output",
        type=local_path,
        metavar="FILE",
        help="write the draft there, not to stdout",
    )


def _run_new(args: argparse.Namespace) -> int:
    if not args.output:
        print(_draft(args), end="")
        return 0
    file: Path = args.output
    check_file("--output", file, [".yaml", ".yml"])
    if file.exists():
        raise UsageError(f"{file}: is there already; a draft never replaces a spec")
    draft = _draft(args)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(draft, encoding="utf-8")
    console.say(f"{file}: a draft; correct it, then: exhubert corpora validate {file}")
    return 0


def _draft(args: argparse.Namespace) -> str:
    if not is_remote(args.folder) and not Path(args.folder).is_dir():
        what = "is a file; expected a folder" if Path(args.folder).exists() else "no such folder"
        raise UsageError(f"--from {args.folder}: {what}")
    from pipeline.drafting.draft_spec import draft_folder  # brings pyarrow

    return draft_folder(args.corpus, args.folder)


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="spec files, or shipped ids")


def _run_validate(args: argparse.Namespace) -> int:
    from pipeline.checks.spec_examples import check_examples  # reads tables, with pyarrow

    faults = 0
    for name in args.files:
        try:
            spec = load_specs([name])[0] if name in builtin_ids() else load_spec(name)
            problems = check_examples(spec, emotion_scheme())
        except SpecError as error:
            problems = str(error).splitlines()
        else:
            if not problems:
                examples = count(
                    len(spec.examples),
                    "example gives what it states",
                    "examples give what they state",
                )
                print(f"{name}: fine, {examples}")
                if unfilled := [key for key in ("name", "citation") if getattr(spec, key) == "?"]:
                    print(f"{name}: to be filled in, still ?: {', '.join(unfilled)}")
        faults += len(problems)
        for problem in problems:
            console.complain(problem)
    return 2 if faults else 0


def _run_schema(args: argparse.Namespace) -> int:
    console.emit(json.dumps(CorpusSpec.model_json_schema(), indent=2))
    return 0


COMMANDS = [
    Command(
        "corpora new",
        "draft a spec from a folder: a pattern for its names, and the codes to be mapped",
        "  exhubert corpora new my_corpus --from recordings > my_corpus.yaml",
        _add_new,
        _run_new,
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
]
