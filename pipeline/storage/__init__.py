"""Object stores: files at URLs (``s3://``, ``gs://`` and whatever else Beam's FileSystems know)."""

from pipeline.storage.protocol import Store, StoredFile
from pipeline.storage.range_reader import open_stream
from pipeline.storage.registry import connect, is_remote, open_store
from pipeline.storage.retry import RetryingStore

__all__ = [
    "RetryingStore",
    "Store",
    "StoredFile",
    "connect",
    "is_remote",
    "open_store",
    "open_stream",
]
