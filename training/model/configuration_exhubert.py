"""Configuration of an extended model: that of its base, plus which layers are extended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from transformers import HubertConfig, PreTrainedConfig

from pipeline.schema.record import CLASSES, DIMENSIONS
from training.model.transformers_contract import attention_of

_NOT_INHERITED = (
    "architectures",
    "auto_map",
    "id2label",
    "label2id",
    "layerdrop",
    "model_type",
    "num_labels",
    "problem_type",
    "tokenizer_class",
    "transformers_version",
    "_name_or_path",
)
"""Settings of a base's own task and class, and of LayerDrop."""


@dataclass(kw_only=True, repr=False)
class ExtendedConfig(PreTrainedConfig):
    """The settings that extension adds to those of a base; a mixin for the base's configuration.

    ``num_hidden_layers`` counts the layers of the base: a HuBERT-large with every layer extended
    keeps 24 and runs 48. Without ``num_labels``, ``id2label`` or ``label2id``, the head has the
    six classes of :data:`pipeline.schema.record.CLASSES`.

    Attributes:
        extended_layers: Layers that get a copy, ascending, each in ``[0, num_hidden_layers)``.
            None extends every layer, an empty list none.
        original_linear: Whether an original layer, too, is followed by a linear, as in the
            published weights. Frozen at the identity it does nothing, so a new model needs none.
        emotions: Categories of a second head, in index order, such as ``anger``; None for no such
            head.
        dimensions: Which of :data:`pipeline.schema.record.DIMENSIONS` a third head rates; None
            for no such head.
        layerdrop: Probability of skipping a layer in training, in ``[0, 1]``. Zero, unlike the
            bases': a dropped pair would drop its frozen original as well.
        id2label: Name of each class.
        label2id: Index of each class; follows from ``id2label`` where both are given.

    Raises:
        ValueError: ``extended_layers`` names a layer that does not exist, names one twice, or is
            not ascending; a head is not as described; or the base ends in an adapter.
    """

    extended_layers: list[int] | None = None
    original_linear: bool = False
    emotions: list[str] | None = None
    dimensions: list[str] | None = None
    layerdrop: float | int = 0.0
    id2label: dict[int, str] | dict[str, str] | None = None
    label2id: dict[str, int] | dict[str, str] | None = None

    def __post_init__(self, **kwargs: Any) -> None:
        """Settles the labels of the head and what the base derives, then checks all of it."""
        if self.id2label is None and self.label2id is not None:
            self.id2label = {int(index): label for label, index in self.label2id.items()}
        if self.id2label is None and kwargs.get("num_labels") is None:
            self.id2label = dict(enumerate(CLASSES))
        super().__post_init__(**kwargs)  # type: ignore[no-untyped-call]
        if self.id2label is not None:
            self.label2id = {label: int(index) for index, label in self.id2label.items()}
        self.validate()
        self._check_extension()

    @classmethod
    def from_base(cls, config: PreTrainedConfig, **changes: Any) -> Self:
        """The configuration that extends a base, without the base's own labels and LayerDrop.

        Args:
            config: Configuration of the base.
            **changes: Settings that replace the base's or add to them.
        """
        inherited = {k: v for k, v in config.to_dict().items() if k not in _NOT_INHERITED}
        inherited["attn_implementation"] = attention_of(config)
        return cls(**(inherited | changes))

    def extends(self, index: int) -> bool:
        """Whether base layer ``index`` has a copy."""
        return self.extended_layers is None or index in self.extended_layers

    def to_diff_dict(self) -> dict[str, Any]:
        """What is saved: always with labels, as two unnamed ones would be read back as six."""
        saved: dict[str, Any] = super().to_diff_dict()
        return saved | {"id2label": self.id2label, "label2id": self.label2id}

    def _check_extension(self) -> None:
        classes = {int(index): name for index, name in (self.id2label or {}).items()}
        if set(classes) != set(range(len(classes))) or not _are_names(list(classes.values())):
            raise ValueError(f"id2label is {self.id2label}, expected different names from 0 on")
        for name, given in (("emotions", self.emotions), ("dimensions", self.dimensions)):
            if given is not None and not (given and _are_names(given)):
                raise ValueError(f"{name} is {given}, but expected None or different names")
        if unknown := set(self.dimensions or ()) - set(DIMENSIONS):
            raise ValueError(f"dimensions names {sorted(unknown)}, expected {list(DIMENSIONS)}")
        if getattr(self, "add_adapter", False):
            raise ValueError("add_adapter is set, but a base that ends in an adapter is not known")
        self._check_layers(self.extended_layers)

    def _check_layers(self, layers: object) -> None:
        if layers is None:
            return
        if not isinstance(layers, list) or not all(isinstance(index, int) for index in layers):
            raise ValueError(f"extended_layers is {layers!r}, expected None or a list of numbers")
        last = self.num_hidden_layers - 1
        if outside := [index for index in layers if not 0 <= index <= last]:
            raise ValueError(
                f"extended_layers names {outside}, but the base has layers 0 to {last} "
                f"(num_hidden_layers={self.num_hidden_layers})"
            )
        if layers != (ascending := sorted(set(layers))):
            raise ValueError(
                f"extended_layers is {layers}, but each layer must be named once, in ascending "
                f"order: {ascending}"
            )


def _are_names(given: Sequence[object]) -> bool:
    """Whether all are text, and no two are equal."""
    return all(isinstance(name, str) for name in given) and len(set(given)) == len(given)


class ExHubertConfig(ExtendedConfig, HubertConfig):
    """Settings of an extended HuBERT; everything not named by the mixin is ``HubertConfig``'s.

    Example:
        >>> config = ExHubertConfig(num_hidden_layers=4, extended_layers=[2, 3])
        >>> config.extends(1), config.extends(2)
        (False, True)
        >>> config.id2label[3]
        'high_negative'
    """

    model_type = "exhubert"
