"""A label set as people name it, in a recipe or on a command line."""

from pathlib import Path

from pydantic import RootModel

from pipeline.common.errors import UsageError
from pipeline.specs.published_protocols import published_names
from pipeline.specs.yaml_reader import load_yaml
from pipeline.splits.protocols.label_sets import NAMED


class _MappingFile(RootModel[dict[str, str]]):
    """The whole file: native code or category → class."""


def read_label_set(text: str) -> str | dict[str, str]:
    """A label set by its name, or the mapping in a YAML file.

    Raises:
        UsageError: It is neither, or the file is damaged.
    """
    if text in (*NAMED, *published_names()):
        return text
    if not text.endswith((".yaml", ".yml")):
        raise UsageError(
            f"label set {text!r}: expected {', '.join(NAMED)}, or a YAML file with lines such as "
            f"`excitement: happiness`; or the classes of {', '.join(published_names())}"
        )
    return load_yaml(Path(text), _MappingFile).root
