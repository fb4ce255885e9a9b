"""Recipes: one YAML file a training configuration, checked, with ``key=value`` overrides.

>>> recipe = load_recipe("tiny", ["optimizer.epochs=2", "data.corpora=[emo_db]"])
>>> recipe.optimizer.epochs, recipe.data.corpora
(2, ('emo_db',))
"""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from pipeline.common.errors import UsageError
from pipeline.common.suggest import nearest, suggest
from pipeline.common.validation_messages import describe_validation_error
from training.config.yaml_file import read_yaml

CONFIGS = Path(__file__).parent / "recipes"
"""Where the recipes that ship with the package lie."""


def _as_number(value: Any) -> Any:
    """A setting of HuBERT; YAML 1.1 reads ``1e-5`` as text and allows ``.inf`` and ``.nan``."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+", value):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number must be finite")
    return value


def _as_text(value: Any) -> Any:
    """The name of a fold, which YAML may read as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_label_set(value: Any) -> Any:
    """A label set; the mapping in a file is read here, so that a recipe needs the file no more."""
    if not isinstance(value, str):
        return value
    if value.endswith((".yaml", ".yml")):
        return read_yaml(Path(value))
    if value not in get_args(NamedSet):
        from pipeline.specs.published_protocols import published_names  # reads a folder

        if value not in published_names():
            names = ", ".join((*get_args(NamedSet), *published_names()))
            raise ValueError(f"expected {names}, or a YAML file with a mapping, found {value!r}")
    return value


def _as_condition(value: str | None) -> str | None:
    """What stands behind WHERE in SQL."""
    if value is not None:
        from pipeline.shards.row_filter import check_condition  # brings DuckDB and pyarrow

        try:
            check_condition(value)
        except UsageError as error:
            raise ValueError(str(error)) from error
    return value


_COLLECTION = re.compile(r"(?<![^\s\[,])@[\w+-]+")
"""A collection, as in ``[@emobox]``: YAML wants it in quotes."""


NamedSet = Literal["six", "categories", "native", "four"]

LabelSet = NamedSet | str | dict[str, str]
"""Which classes the main head learns: named ones, those of a published protocol, or native code or
category → class."""

Setting = Annotated[Any, AfterValidator(_as_number)]
Beta = Annotated[float, Field(ge=0, lt=1)]


class _Section(BaseModel):
    """A part of a recipe: immutable, and every key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ModelSection(_Section):
    """What is trained: the base, how it is extended, and what of it stays frozen."""

    base: str | None = None
    config: dict[str, Setting] = {}
    extended_layers: tuple[int, ...] | None = None
    original_linear: bool = False
    freeze_originals: bool = True
    freeze_feature_encoder: bool = True
    gradient_checkpointing: bool = False


class DataSection(_Section):
    """Which utterances are read, and how long a clip the model sees."""

    corpora: tuple[str, ...] = ()
    exclude_corpora: tuple[str, ...] = ()
    exclude_speakers: tuple[str, ...] = ()
    exclude_audio_of: tuple[str, ...] = ()
    where: Annotated[str | None, AfterValidator(_as_condition)] = None
    label_set: Annotated[LabelSet, BeforeValidator(_as_label_set)] = "six"
    protocol: str | None = None
    fold: Annotated[str | None, BeforeValidator(_as_text)] = None
    validation_seed: int = Field(default=0, ge=0)
    window: float = Field(default=3.0, gt=0, le=3_600)
    longest: float = Field(default=30.0, gt=0, le=3_600)
    speed: float = Field(default=0.0, ge=0, lt=0.5)
    workers: int = Field(default=0, ge=0)
    cache: str | None = None

    @model_validator(mode="after")
    def _a_protocol_has_a_fold(self) -> Self:
        if (self.protocol is None) != (self.fold is None):
            raise ValueError("`protocol` and `fold` belong together: give both or neither")
        if self.protocol and self.label_set in get_args(NamedSet) and self.label_set != "six":
            raise ValueError(
                "`label_set`: the name of a protocol says which classes it scores, as "
                "loso-categories does: give one of the two"
            )
        return self


class SamplingSection(_Section):
    """How often each corpus and class is seen in an epoch."""

    temperature: float = Field(default=1.0, ge=1)
    corpus_cap: int | None = Field(default=None, gt=0)
    class_balance: float = Field(default=0.0, ge=0, le=1)
    max_repeats: int = Field(default=5, ge=1)
    epoch_size: int | None = Field(default=None, gt=0)


class HeadsSection(_Section):
    """How much each head's loss weighs; 0 for no such head."""

    label: float = Field(default=1.0, gt=0)
    emotion: float = Field(default=0.0, ge=0)
    ratings: float = Field(default=0.0, ge=0)


class LossSection(_Section):
    """The loss of classes and categories."""

    logit_adjustment: float = Field(default=0.0, ge=0)
    class_weights: Literal["none", "balanced"] = "none"
    focal_gamma: float = Field(default=0.0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    soft_labels: bool = False


class OptimizerSection(_Section):
    """AdamW and its schedule."""

    epochs: int = Field(default=3, ge=1)
    batch_size: int = Field(default=16, ge=1)
    accumulate: int = Field(default=1, ge=1)
    learning_rate: float = Field(default=1e-5, gt=0)
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    eps: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    warmup: float = Field(default=0.0, ge=0, lt=1)
    head_learning_rate: float | None = Field(default=None, gt=0)
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    gradient_clip: float = Field(default=1.0, gt=0)


class RunSection(_Section):
    """How a run goes: seed, precision, how often it is measured and saved, when it stops."""

    seed: int = Field(default=0, ge=0, lt=2**32)
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    compile: bool = False
    evaluate_every: float = Field(default=1, gt=0)
    patience: int | None = Field(default=None, ge=1)
    save_minutes: float = Field(default=10, gt=0)
    keep_checkpoints: int = Field(default=2, ge=1)
    log_every: int | None = Field(default=None, ge=1)
    report_to: tuple[str, ...] = ()


class Recipe(_Section):
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
    """The file of a recipe: a path as it is, a bare name among the recipes that ship."""
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
