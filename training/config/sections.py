"""The sections of a recipe: every key, its type and its default."""

import math
import re
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from pipeline.common.errors import UsageError
from pipeline.splits.protocols.label_sets import NAMED, NamedSet


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
    if not isinstance(value, str) or value in NAMED:
        return value
    from training.config.label_set import read_label_set  # reads a folder

    try:
        return read_label_set(value)
    except UsageError as error:
        raise ValueError(str(error)) from error


def _as_condition(value: str | None) -> str | None:
    """A condition as in SQL behind WHERE."""
    if value is not None:
        from pipeline.shards.row_filter import check_condition  # brings DuckDB and pyarrow

        try:
            check_condition(value)
        except UsageError as error:
            raise ValueError(str(error)) from error
    return value


Setting = Annotated[Any, AfterValidator(_as_number)]
Beta = Annotated[float, Field(ge=0, lt=1)]


class Section(BaseModel):
    """A part of a recipe: immutable, and every key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ModelSection(Section):
    """What is trained: the base, how it is extended, and what of it stays frozen."""

    base: str | None = None
    config: dict[str, Setting] = {}
    extended_layers: tuple[int, ...] | None = None
    original_linear: bool = False
    freeze_originals: bool = True
    freeze_feature_encoder: bool = True
    gradient_checkpointing: bool = False


class DataSection(Section):
    """Which utterances are read, and how long a clip the model sees."""

    corpora: tuple[str, ...] = ()
    exclude_corpora: tuple[str, ...] = ()
    exclude_speakers: tuple[str, ...] = ()
    exclude_audio_of: tuple[str, ...] = ()
    where: Annotated[str | None, AfterValidator(_as_condition)] = None
    label_set: Annotated[NamedSet | str | dict[str, str], BeforeValidator(_as_label_set)] = "six"
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
        if self.protocol and self.label_set in NAMED and self.label_set != "six":
            raise ValueError(
                "`label_set`: the name of a protocol says which classes it scores, as "
                "loso-categories does: give one of the two"
            )
        return self


class SamplingSection(Section):
    """How often each corpus and class is seen in an epoch."""

    temperature: float = Field(default=1.0, ge=1)
    corpus_cap: int | None = Field(default=None, gt=0)
    class_balance: float = Field(default=0.0, ge=0, le=1)
    max_repeats: int = Field(default=5, ge=1)
    epoch_size: int | None = Field(default=None, gt=0)


class HeadsSection(Section):
    """How much each head's loss weighs; 0 for no such head."""

    label: float = Field(default=1.0, gt=0)
    emotion: float = Field(default=0.0, ge=0)
    ratings: float = Field(default=0.0, ge=0)


class LossSection(Section):
    """The loss of classes and categories."""

    logit_adjustment: float = Field(default=0.0, ge=0)
    class_weights: Literal["none", "balanced"] = "none"
    focal_gamma: float = Field(default=0.0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    soft_labels: bool = False


class OptimizerSection(Section):
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


class RunSection(Section):
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
