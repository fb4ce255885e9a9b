"""Recipes: one YAML file a training configuration, checked, with ``key=value`` overrides.

>>> recipe = load_recipe("tiny", ["optimizer.epochs=2", "data.corpora=[emo_db]"])
>>> recipe.optimizer.epochs, recipe.data.corpora
(2, ('emo_db',))
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.common.errors import UsageError
from pipeline.common.suggest import nearest, suggest
from pipeline.common.validation_messages import describe_validation_error
from training.config.sections import (
    DataSection,
    HeadsSection,
    LossSection,
    ModelSection,
    OptimizerSection,
    RunSection,
    SamplingSection,
    Section,
)
from training.config.yaml_file import read_yaml

CONFIGS = Path(__file__).parent / "recipes"
"""Where the recipes that ship with the package lie."""


_COLLECTION = re.compile(r"(?<![^\s\[,])@[\w+-]+")
"""A collection, as in ``[@emobox]``: YAML wants it in quotes."""


class Recipe(Section):
    """Everything that decides what a training run gives, besides the data itself."""

    name: str
    model: ModelSection
    data: DataSection = DataSection()
    sampling: SamplingSection = SamplingSection()
    heads: HeadsSection = HeadsSection()
    loss: LossSection = LossSection()
    optimizer: OptimizerSection = OptimizerSection()
    run: RunSection = RunSection()


def load_recipe(name_or_path: str | Path, overrides: Sequence[str] = ()) -> Recipe:
    """Reads a recipe and applies overrides to it.

    Args:
        name_or_path: Name of a recipe that ships (``tiny``, ``exhubert_large``) or a YAML file.
        overrides: ``key=value`` pairs; keys are dotted, values are YAML
            (``optimizer.epochs=5``, ``data.corpora=[emo_db, ravdess]``).

    Raises:
        UsageError: The file is missing or not YAML, a key is unknown, or a value does not fit.
    """
    path = find_recipe(name_or_path)
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise UsageError(f"{path}: expected a mapping of keys, found {type(values).__name__}")
    for override in overrides:
        _apply(values, override)
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise UsageError(_explain(error, path, overrides)) from error


def read_data_section(path: Path) -> DataSection:
    """How the training of a saved model saw clips, whichever other keys its recipe has.

    Raises:
        UsageError: The file is damaged.
    """
    try:
        return DataSection.model_validate(read_yaml(path)["data"])
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(map(str, ("data", *fault["loc"])))
        reason = describe_validation_error(fault, DataSection)
        raise UsageError(f"{path}: no recipe with a section `data`: {key}: {reason}") from error
    except (LookupError, TypeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UsageError(
            f"{path}: no recipe with a section `data`, as `exhubert train` writes it: {reason}"
        ) from error


def find_recipe(name_or_path: str | Path) -> Path:
    """The file of a recipe: a path as it is, a bare name among the recipes that ship.

    Raises:
        UsageError: There is no such file, or no recipe of that name.
    """
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml"}:
        if path.is_file():
            return path
        raise UsageError(f"{path}: no such recipe file")
    shipped = {file.stem: file for file in sorted(CONFIGS.glob("*.yaml"))}
    if str(name_or_path) not in shipped:
        raise UsageError(
            f"no recipe named {str(name_or_path)!r}: expected one of {', '.join(shipped)}, "
            f"or the path of a .yaml file{_suggest(str(name_or_path), shipped)}"
        )
    return shipped[str(name_or_path)]


def known_keys(section: type[BaseModel] = Recipe, prefix: str = "") -> list[str]:
    """Every dotted key a recipe may have, in the order of the file."""
    keys: list[str] = []
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys += known_keys(inner, f"{prefix}{name}.")
        else:
            keys.append(prefix + name)
    return keys


def known_values(key: str) -> list[str]:
    """The words that a key takes, where it takes no others (but perhaps a mapping).

    >>> known_values("optimizer.schedule")
    ['linear', 'cosine', 'constant']
    >>> known_values("optimizer.epochs")
    []
    """
    section: Any = Recipe
    for part in key.split("."):
        field = getattr(section, "model_fields", {}).get(part)
        section = field and field.annotation
    one_of = [section, *get_args(section)] if section else []
    words = [word for one in one_of if get_origin(one) is Literal for word in get_args(one)]
    return words or (["true", "false"] if section is bool else [])


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Writes a recipe as YAML that :func:`load_recipe` reads back to the same recipe."""
    values = recipe.model_dump(mode="json")
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")


def differences(before: Recipe, after: Recipe) -> list[str]:
    """Each key in which two recipes differ, as ``key: before → after``."""
    old, new = before.model_dump(), after.model_dump()
    changed = []
    for key in known_keys():
        was, now = old, new
        for part in key.split("."):
            was, now = was[part], now[part]
        if was != now:
            changed.append(f"{key}: {was} → {now}")
    return changed


def _apply(values: dict[str, Any], override: str) -> None:
    """Puts one ``key=value`` into the nested mapping."""
    key, separator, text = override.partition("=")
    if not separator or not key:
        raise UsageError(f"override {override!r}: expected key=value, as in optimizer.epochs=5")
    try:
        value = yaml.safe_load(_COLLECTION.sub(r"'\g<0>'", text))
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"override {override!r}: the value is not YAML: {error}") from error
    keys = known_keys()
    if key not in keys and not key.startswith("model.config."):
        raise UsageError(f"override {override!r}: unknown key {key!r}{_suggest(key, keys)}")
    *parents, leaf = key.split(".")
    node = values
    for parent in parents:
        node = node.setdefault(parent, {})
        if not isinstance(node, dict):
            raise UsageError(f"override {override!r}: {parent!r} is {node!r}, which has no keys")
    node[leaf] = value


def _explain(error: ValidationError, path: Path, overrides: Sequence[str]) -> str:
    """One line a problem: the override or file and key, what is expected, what was found."""
    given = {override.partition("=")[0]: override for override in overrides}
    lines = []
    for problem in error.errors(include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"{path}: unknown key {key!r}{_suggest(key, known_keys())}")
        elif problem["type"] == "missing":
            lines.append(f"{path}: {key!r} is missing")
        else:
            blamed = [
                override for name, override in given.items() if f"{key}.".startswith(f"{name}.")
            ]
            where = f"override {blamed[0]!r}" if blamed else f"{path}: {key}"
            lines.append(f"{where}: {describe_validation_error(problem, Recipe)}")
    return "\n".join(dict.fromkeys(lines))


def _suggest(word: str, known: Sequence[str] | dict[str, Any]) -> str:
    """``; did you mean …?``: the key that ends the same way, else the closest one."""
    leaf = word.rpartition(".")[2]
    same_leaf = [key for key in known if key.rpartition(".")[2] == leaf]
    if same_leaf:
        return suggest(same_leaf[0], same_leaf)
    leaves = {key.rpartition(".")[2]: key for key in known}
    near_leaf = nearest(leaf, leaves)
    near = nearest(word, known, cutoff=0.5) or (near_leaf and leaves[near_leaf])
    return f"; did you mean {near!r}?" if near else ""
