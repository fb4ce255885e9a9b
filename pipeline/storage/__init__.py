"""Object stores: files at URLs (``s3://``, ``gs://`` and whatever else Arrow can open)."""

from pipeline.storage.options import StoreOptions
from pipeline.storage.range_reader import open_stream
from pipeline.storage.registry import configure_stores, current_options, is_remote, open_store
from pipeline.storage.retry import RetryingStore
from pipeline.storage.store import Store, StoredFile

__all__ = [
    "RetryingStore",
    "Store",
    "StoreOptions",
    "StoredFile",
    "configure_stores",
    "current_options",
    "is_remote",
    "open_store",
    "open_stream",
]
