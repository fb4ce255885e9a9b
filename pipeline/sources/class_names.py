"""Names of the classes that a Parquet column holds as numbers.

Hubs keep them apart from the data: in the file's footer, in the card, or in ``dataset_infos.json``,
which precede what a spec states, since every copy of a corpus may number its classes anew.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from pipeline.common.errors import DataError

Names = Mapping[str, str | None]
"""Number, as text → name; None where the number stands for what is unknown."""

ReadFile = Callable[[str], bytes]
"""Content of a file of the corpus by its path."""

_FOOTER = b"huggingface"
"""Key of the footer under which the datasets library keeps its description of the columns."""


def find_class_names(
    column: str,
    path: str,
    footer: Mapping[bytes, bytes] | None,
    read: ReadFile,
    stated: Names | None,
) -> Names | None:
    """Names of a column's classes; None where nothing states any.

    Args:
        column: Column of the Parquet file.
        path: Path of the file, below the corpus root.
        footer: Key-value metadata of the file.
        read: Reads other files of the corpus.
        stated: Names from the spec, also for numbers without a name elsewhere, such as −1.

    Raises:
        DataError: A card names the classes differently for several configurations, and the path
            names none of them.
    """
    names = _of_footer(column, footer or {})
    for find in (_of_card, _of_infos):
        names = names or _agreed(dict(find(column, path, read)), column, path)
    if names is None:
        return stated
    return {**(stated or {}), **{str(number): name for number, name in enumerate(names)}}


def _of_footer(column: str, footer: Mapping[bytes, bytes]) -> list[str] | None:
    try:
        described = json.loads(footer.get(_FOOTER, b"{}"))
    except (ValueError, RecursionError):
        return None
    return _names_in(_at(described, "info", "features", column))


def _of_card(column: str, path: str, read: ReadFile) -> Iterator[tuple[str, list[str]]]:
    """Configuration → names, by the YAML at the top of the nearest README.md."""
    text = _nearest("README.md", path, read)
    if not text.startswith("---"):
        return
    try:
        card = yaml.safe_load(text[3:].partition("\n---")[0])
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    infos = _at(card, "dataset_info")
    for info in infos if isinstance(infos, list) else [infos]:
        features = _at(info, "features")
        for feature in features if isinstance(features, list) else []:
            names = _names_in(_at(feature, "dtype", "class_label"))
            if _at(feature, "name") == column and names:
                yield str(_at(info, "config_name")), names


def _of_infos(column: str, path: str, read: ReadFile) -> Iterator[tuple[str, list[str]]]:
    """Configuration → names, by the nearest dataset_infos.json."""
    try:
        infos = json.loads(_nearest("dataset_infos.json", path, read) or "{}")
    except (ValueError, RecursionError):
        return
    for config, info in infos.items() if isinstance(infos, dict) else ():
        if names := _names_in(_at(info, "features", column)):
            yield config, names


def _agreed(by_config: Mapping[str, list[str]], column: str, path: str) -> list[str] | None:
    """Names of the configuration in the path, or those that all configurations share."""
    named = [names for config, names in by_config.items() if config in path.split("/")]
    found = named or list(by_config.values())
    if any(names != found[0] for names in found):
        raise DataError(
            f"{path}: the card names the classes of {column!r} differently for "
            f"{', '.join(by_config)}; keep each configuration in a folder of its name"
        )
    return found[0] if found else None


def _names_in(feature: Any) -> list[str] | None:
    """Names of a class label, given as a list or by number; also of a list of such labels."""
    if isinstance(feature, list):
        feature = feature[0] if feature else None
    names = _at(feature, "names") or _at(feature, "feature", "names")
    if isinstance(names, dict):
        try:
            names = [names[number] for number in sorted(names, key=int)]
        except (TypeError, ValueError):
            return None
    return [str(name) for name in names] if isinstance(names, list) and names else None


def _at(value: Any, *keys: str) -> Any:
    """Value at a path of keys; None if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _nearest(name: str, path: str, read: ReadFile) -> str:
    """Text of the file of this name that lies beside a path or in the nearest folder above it."""
    folders = path.split("/")[:-1]
    for depth in range(len(folders), -1, -1):
        try:
            return read("/".join([*folders[:depth], name])).decode("utf-8-sig", "replace")
        except OSError:
            continue
    return ""
