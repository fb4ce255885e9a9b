"""Reads a YAML file of a recipe, which may come with a model from anyone."""

from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from pipeline.common.errors import UsageError

LARGEST = 1_000_000
"""Bytes of a file; a recipe has two thousand."""

MOST_VALUES = 100_000
"""Keys and values of a file once its aliases are written out."""


def read_yaml(path: Path) -> Any:
    """The values of a YAML file, in time and memory that do not depend on its content.

    Raises:
        UsageError: The file is not YAML in UTF-8, too large or nested too deeply.
        OSError: It can't be read.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageError(f"{path}: larger than the {LARGEST:,} bytes that are read of a recipe")
    loader = None
    try:
        loader = yaml.SafeLoader(content.decode("utf-8"))
        node = loader.get_single_node()
        if node is None:
            return None
        if _count(node, {}) > MOST_VALUES:
            raise UsageError(f"{path}: its aliases come to more than {MOST_VALUES:,} values")
        return loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{path}: not YAML in UTF-8: {reason}") from error
    except RecursionError as error:
        raise UsageError(f"{path}: not YAML of a recipe: nested too deeply") from error
    finally:
        if loader is not None:
            loader.dispose()


def _count(node: yaml.Node, counts: dict[int, int]) -> int:
    """Number of nodes, those of an alias counted at each use."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in counts:
        counts[id(node)] = 0
        is_mapping = isinstance(node, yaml.MappingNode)
        below = chain.from_iterable(node.value) if is_mapping else node.value
        counts[id(node)] = 1 + sum(_count(child, counts) for child in below)
    return counts[id(node)]
