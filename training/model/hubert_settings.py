"""Settings of HuBERT that a recipe replaces: names that it has, values that it can be built of."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from transformers import HubertConfig
from transformers.activations import ACT2FN

from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest

DEFAULTS = {
    field.name: field.default
    for field in fields(HubertConfig)
    if field.name not in ("id2label", "label2id")
}
"""Every setting there is, and what it is where nobody says otherwise."""


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuses what HuBERT would take without a word, or with a word about something else.

    Raises:
        UsageError: A setting is none of HubertConfig's, or out of its range.

    Example:
        >>> check_settings({"hidden_size": 0})
        Traceback (most recent call last):
        ...
        pipeline.common.errors.UsageError: model.config.hidden_size is 0, expected 1 or more
    """
    for name, value in settings.items():
        if name not in DEFAULTS:
            hint = suggest(name, DEFAULTS)
            raise UsageError(f"model setting {name!r} is none of HubertConfig's{hint}")
        if expected := _unmet(name, value):
            raise UsageError(f"model.config.{name} is {value!r}, expected {expected}")


def _unmet(name: str, value: Any) -> str | None:
    """What is expected of a setting instead of this value; None where it will do.

    A value of another type is left to HubertConfig, which names it.
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
    is_size = isinstance(DEFAULTS[name], int | tuple) and not isinstance(DEFAULTS[name], bool)
    if is_size and not name.endswith(("_id", "_masks")):
        return None if all(number >= 1 for number in numbers) else "1 or more"
    return None if all(number >= 0 for number in numbers) else "0 or more"
