"""Settings of a base that a recipe replaces: names that it has, values that fit."""

from collections.abc import Mapping
from typing import Any

from transformers.activations import ACT2FN

from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from training.model.backbones import HUBERT, Backbone


def check_settings(settings: Mapping[str, Any], backbone: Backbone = HUBERT) -> None:
    """Rejects settings that the base's configuration accepts silently or reports misleadingly.

    Args:
        settings: Names and values, as ``model.config`` of a recipe has them.
        backbone: The kind of the base.

    Raises:
        UsageError: The base's configuration has no such setting, or a value is out of range.

    Example:
        >>> check_settings({"hidden_size": 0})
        Traceback (most recent call last):
        ...
        pipeline.common.errors.UsageError: model.config.hidden_size is 0, expected 1 or more
    """
    defaults = backbone.defaults()
    for name, value in settings.items():
        if name not in defaults:
            kind, hint = backbone.config.__name__, suggest(name, defaults)
            raise UsageError(f"{kind} has no setting {name!r}, which model.config names{hint}")
        if expected := _expected(name, value, defaults[name]):
            raise UsageError(f"model.config.{name} is {value!r}, expected {expected}")


def _expected(name: str, value: Any, default: Any) -> str | None:
    """What a setting is expected to be instead of this value; None for a value that fits.

    A value of another type is left to the base's configuration, which names it.
    """
    if name.endswith(("_act", "_activation")) and isinstance(value, str):
        return None if value in ACT2FN else f"one of {', '.join(sorted(ACT2FN))}"
    numbers = [
        number
        for number in (value if isinstance(value, list | tuple) else [value])
        if isinstance(number, int | float)
    ]
    if name.endswith(("drop", "dropout", "_prob")):
        return None if all(0 <= number <= 1 for number in numbers) else "a share in [0, 1]"
    # A number that is 0 by default, such as chunk_size_feed_forward, is no size.
    is_size = isinstance(default, int | tuple) and not isinstance(default, bool) and default != 0
    if is_size and not name.endswith(("_id", "_masks")):
        return None if all(number >= 1 for number in numbers) else "1 or more"
    return None if all(number >= 0 for number in numbers) else "0 or more"
