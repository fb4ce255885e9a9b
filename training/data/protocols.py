"""Protocols of a dataset for training: which rows a fold trains on, validates on and tests on."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipeline.common.errors import DataError, UsageError
from pipeline.common.suggest import suggest
from pipeline.splits.protocols.protocol import Protocol, read_protocol_file
from pipeline.splits.protocols.statement import ProtocolStatement, protocol_path
from pipeline.storage import files as storage
from training.data.dataset_files import MANIFEST


class _Manifest(BaseModel):
    """The one part of a manifest that is read here."""

    protocols: dict[str, ProtocolStatement] = {}


def read_protocol(dataset: str | Path, name: str) -> Protocol:
    """Reads a protocol of a dataset folder.

    Args:
        dataset: Folder or URL.
        name: Of the protocol, such as ``loso``.

    Raises:
        UsageError: The dataset has no such protocol.
        DataError: The manifest or the file of the protocol is damaged.
    """
    folder = str(dataset)
    statements = _read_statements(folder)
    if name not in statements:
        there = f"; it has {', '.join(statements)}" if statements else ""
        raise UsageError(
            f"{folder} has no protocol {name!r}{suggest(name, statements, otherwise=there)}; "
            f"exhubert protocols {folder} --add {name} adds it"
        )
    path = protocol_path(folder, name)
    return read_protocol_file(name, path, statements[name], storage.read(path))


def _read_statements(dataset: str) -> dict[str, ProtocolStatement]:
    path = storage.join(dataset, MANIFEST)
    content = storage.read(path)
    if content is None:
        raise UsageError(f"{path}: missing; protocols stand in the manifest of a dataset")
    try:
        return _Manifest.model_validate_json(content).protocols
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise DataError(f"{path}: {place}: {fault['msg']}") from None
