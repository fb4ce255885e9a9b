"""Finding the store of a URL, with the options that Beam's pipelines take."""

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from pipeline.storage.protocol import Store
from pipeline.storage.retry import RetryingStore

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

_EXTRAS = {"s3": ("boto3", "aws"), "gs": ("google.cloud.storage", "gcp")}
"""Scheme → the package it needs, and the extra of ours that brings it."""


def is_remote(root: str) -> bool:
    """Whether a root is a URL (``gs://``, ``s3://``, …) rather than a local folder."""
    return "://" in root


def connect(options: "PipelineOptions") -> None:
    """Tells the stores how to connect: ``--s3_endpoint_url`` and its like, as Beam spells them."""
    from apache_beam.io.filesystems import FileSystems

    FileSystems.set_options(options)
    _open.cache_clear()


def open_store(url: str) -> RetryingStore:
    """The store that a URL lies in, opened once a process.

    Raises:
        UsageError: Nothing here reads such URLs, or what would is not installed.
    """
    return _open(url.partition("://")[0])


@lru_cache
def _open(scheme: str) -> RetryingStore:
    package, extra = _EXTRAS.get(scheme, ("apache_beam", ""))
    try:
        importlib.import_module(package)
    except ImportError:
        raise UsageError(
            f"{scheme}:// needs the package {package}: {install_command(extra)}"
        ) from None
    store: Store
    if scheme == "s3":
        from pipeline.storage.s3 import S3Store

        store = S3Store(_options())
    elif scheme == "gs":
        from pipeline.storage.gcs import GoogleStore

        store = GoogleStore(_options())
    else:
        from pipeline.storage.beam_filesystem import BeamStore

        store = BeamStore(scheme)
    return RetryingStore(store)


def _options() -> "PipelineOptions":
    """What :func:`connect` was told in this process, or, on a worker, the pipeline's options."""
    from apache_beam.io.filesystems import FileSystems
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.options.value_provider import RuntimeValueProvider

    given = FileSystems._pipeline_options or RuntimeValueProvider.runtime_options
    return given or PipelineOptions([])
