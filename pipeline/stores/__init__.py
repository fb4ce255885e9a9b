"""Object stores: files at URLs (``s3://``, ``gs://`` and whatever else Beam's FileSystems know)."""

from pipeline.stores.opening import connect, is_remote, open_store
from pipeline.stores.patience import PatientStore
from pipeline.stores.store import Store, StoredFile
from pipeline.stores.streams import open_stream

__all__ = [
    "PatientStore",
    "Store",
    "StoredFile",
    "connect",
    "is_remote",
    "open_store",
    "open_stream",
]
