"""Files of a checkpoint: in a folder, in the Hugging Face cache, or on the hub."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    HFValidationError,
    LocalEntryNotFoundError,
)

from pipeline.common.errors import UsageError
from training.model.backbones import Backbone, find_backbone
from training.model.untrusted_checkpoint import check_numbers

CONFIG_FILE = "config.json"
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
"""In the order they are looked for. The second is a pickle: only ever read as bare tensors."""


def find_checkpoint(base: str | Path) -> Path:
    """The folder with a checkpoint's files, fetched from the hub if it is not here.

    Args:
        base: A folder, or the name of a repository on the Hugging Face hub. Its files are taken
            from the cache where they are there.

    Raises:
        UsageError: The folder lacks a file, or there is neither folder, cache entry nor network.
    """
    folder = Path(base).expanduser()
    if not folder.is_dir():
        return _fetch(str(base))
    if not (folder / CONFIG_FILE).is_file():
        raise UsageError(f"{folder}: no {CONFIG_FILE}, so this is no folder of a checkpoint")
    # A large checkpoint is split into model-00001-of-00002.safetensors and so on.
    if not (any(folder.glob("model*.safetensors")) or any(folder.glob("pytorch_model*.bin"))):
        raise UsageError(f"{folder}: no weights, expected {' or '.join(WEIGHT_FILES)}")
    return folder


def find_config(base: str | Path) -> dict[str, Any]:
    """The settings of a base, without its weights.

    Raises:
        UsageError: There is neither folder, cache entry nor network, the file is damaged, or it
            is of a model that cannot be extended.
    """
    folder = Path(base).expanduser()
    if not folder.is_dir():
        try:
            folder = Path(hf_hub_download(str(base), CONFIG_FILE)).parent
        except (OSError, EntryNotFoundError, HFValidationError) as error:
            raise _not_found(str(base), CONFIG_FILE, error) from error
    if not (folder / CONFIG_FILE).is_file():
        raise UsageError(f"{folder}: no {CONFIG_FILE}, so this is no folder of a checkpoint")
    return _read_settings(folder)


def find_file(base: str | Path, name: str) -> Path | None:
    """A file that a base may have beside its weights; None where it has none.

    Raises:
        UsageError: Whether it has one cannot be said: the hub does not answer, or gives nothing
            out, and the Hugging Face cache does not know.
    """
    folder = Path(base).expanduser()
    if folder.is_dir():
        return folder / name if (folder / name).is_file() else None
    try:
        return Path(hf_hub_download(str(base), name))
    except HFValidationError:  # no name that a repository could have
        return None
    except (OSError, EntryNotFoundError) as error:
        if _is_absent(str(base), name, error):
            return None
        raise UsageError(
            f"{base}: no folder of this name, and whether it has {name} is known neither to the "
            f"Hugging Face cache nor from the hub ({_reason(error)}): try again with a network, "
            f"or fetch all of it, `hf download {base} --local-dir {Path(base).name}`, and give "
            "the folder's path"
        ) from error


def _is_absent(repository: str, name: str, error: Exception) -> bool:
    """Whether a file that was not to be had is known not to exist."""
    if not isinstance(error, LocalEntryNotFoundError):
        return isinstance(error, EntryNotFoundError)
    known = try_to_load_from_cache(repository, name)
    if known is not None and not isinstance(known, str):  # the hub said once that there is none
        return True
    # Every repository has this file, and only who fetches all of a repository fetches it.
    return isinstance(try_to_load_from_cache(repository, ".gitattributes"), str)


def _reason(error: Exception) -> str:
    """What the hub answered, or why it could not be asked, in one line."""
    cause = error.__cause__ if isinstance(error, LocalEntryNotFoundError) else None
    return str(cause or error).strip().partition("\n")[0] or type(error).__name__


def backbone_of(settings: Mapping[str, Any]) -> tuple[Backbone, bool]:
    """The encoder that some settings are of, and whether it is extended already.

    Args:
        settings: As :func:`find_config` returns them.
    """
    backbone = find_backbone(settings["model_type"])
    return backbone, settings["model_type"] == backbone.extended_type


def read_settings(path: Path) -> dict[str, Any]:
    """The settings in a configuration file, of whatever model.

    Raises:
        UsageError: The file is damaged, or has numbers that are no model's.
    """
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON: {error}") from error
    if not isinstance(settings, dict):
        raise UsageError(f"{path}: expected an object, as transformers writes it")
    check_numbers(settings, path)
    return settings


def _read_settings(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG_FILE
    settings = read_settings(path)
    try:
        find_backbone(settings.get("model_type"))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    return settings


def _fetch(name: str) -> Path:
    """Folder in the Hugging Face cache with the files of a repository on the hub."""
    try:
        config = Path(hf_hub_download(name, CONFIG_FILE))
    except (OSError, EntryNotFoundError, HFValidationError) as error:
        raise _not_found(name, CONFIG_FILE, error) from error
    for weights in WEIGHT_FILES:
        try:
            hf_hub_download(name, weights)
        except (OSError, EntryNotFoundError) as error:
            if weights == WEIGHT_FILES[-1]:
                raise _not_found(name, " or ".join(WEIGHT_FILES), error) from error
        else:
            break
    return config.parent


def _not_found(name: str, file: str, error: Exception) -> UsageError:
    """The error that says how to get a checkpoint to a machine without a network."""
    return UsageError(
        f"{name}: no folder of this name, and {file} is neither in the Hugging Face cache nor to "
        f"be had from the hub ({_reason(error)}).\n"
        f"On a machine with a network, fetch {CONFIG_FILE} and {' (or '.join(WEIGHT_FILES)}) into "
        "a folder:\n"
        f"  hf download {name} {CONFIG_FILE} {WEIGHT_FILES[-1]} --local-dir {Path(name).name}\n"
        f"Bring the folder here and give its path instead of {name}."
    )
