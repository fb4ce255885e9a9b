"""All generated pages, by their path below ``docs/``."""

from collections.abc import Sequence
from pathlib import Path

import exhubert
from docs.generate.commands import command_index, command_page, file_of
from docs.generate.corpus_index import category_page, corpus_index
from docs.generate.corpus_page import corpus_page
from docs.generate.markdown import block, page
from docs.generate.notebook import notebook_page
from docs.generate.python_api import python_pages
from docs.generate.spec_reference import spec_reference
from exhubert.cli.main import COMMANDS
from pipeline.schema.columns import markdown_table
from pipeline.schema.record import COLUMNS
from pipeline.specs.collections import load_collections
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_file
from training.config.recipe import CONFIGS

_DOCS = Path(__file__).parents[1]

FIRST_LOOK = "notebooks/first_look.ipynb"
"""A notebook for what the demonstration leaves behind, below ``docs/``."""


def generated_pages() -> dict[str, str]:
    """Path below ``docs/`` → Markdown; the same from the same code."""
    face = Path(exhubert.__file__).read_text(encoding="utf-8")
    return {
        **_corpora(load_specs()),
        "spec_reference.md": spec_reference(
            CorpusSpec.model_json_schema(), (_DOCS / "specs.md").read_text(encoding="utf-8")
        ),
        "first_look.md": notebook_page(
            (_DOCS / FIRST_LOOK).read_text(encoding="utf-8"), FIRST_LOOK
        ),
        "record.md": record_page(),
        "recipes.md": recipe_page(),
        "commands/index.md": command_index(COMMANDS),
        **{f"commands/{file_of(command)}": command_page(command) for command in COMMANDS},
        **{f"python/{name}": text for name, text in python_pages(face).items()},
    }


def record_page() -> str:
    """The record, from its columns."""
    return page(
        "# The record",
        "A row of a shard is an utterance: its audio, labels, speaker, text, and where it comes "
        "from. [The dataset](dataset.md) tells what else lies in the folder and how it is read.",
        markdown_table(COLUMNS),
    )


def recipe_page() -> str:
    """The shipped recipes as they are: each key has its comment."""
    recipes = sorted(CONFIGS.glob("*.yaml"), key=lambda file: (file.stem != "tiny", file.stem))
    return page(
        "# Recipes",
        "What `--config` names. `key=value` behind a command replaces single settings, and a file "
        "of your own may begin as a copy of one of these. [Training](training.md)",
        *(
            page(f"## {recipe.stem}", block(recipe.read_text(encoding="utf-8"), "yaml"))
            for recipe in recipes
        ),
    )


def kin_of(spec: CorpusSpec, specs: Sequence[CorpusSpec]) -> list[str]:
    """Ids of the other corpora with the same speakers."""
    space = spec.speaker_namespace
    return [one.id for one in specs if one.id != spec.id and one.speaker_namespace == space]


def _corpora(specs: Sequence[CorpusSpec]) -> dict[str, str]:
    scheme = emotion_scheme()
    return {
        "corpora/index.md": corpus_index(specs, load_collections()),
        "corpora/categories.md": category_page(specs, scheme),
        **{
            f"corpora/{spec.id}.md": corpus_page(
                spec,
                scheme,
                builtin_file(spec.id).read_text(encoding="utf-8"),
                kin_of(spec, specs),
            )
            for spec in specs
        },
    }
