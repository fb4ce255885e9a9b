"""Finding the store of a URL, and how this process reaches it."""

import importlib
import os
from functools import lru_cache

from pipeline.common.errors import UsageError
from pipeline.common.extras import find_extra, install_command
from pipeline.storage.options import StoreOptions
from pipeline.storage.retry import OnWait, RetryingStore
from pipeline.storage.store import Store

_PACKAGES = {"s3": ("obstore", "boto3"), "gs": ("google.cloud.storage",)}
"""Scheme → the packages it needs beyond those of every installation."""

_options = StoreOptions()
_have_answered = False
_on_wait: OnWait = lambda words: None  # noqa: E731


def is_remote(root: str) -> bool:
    """Whether a root is a URL (``gs://``, ``s3://``, …) rather than a local folder."""
    return "://" in root


def configure_stores(
    options: StoreOptions, have_answered: bool = False, on_wait: OnWait | None = None
) -> None:
    """Sets how this process reaches stores; every process that it starts must call this, too.

    Args:
        options: Options of all stores.
        have_answered: Whether the stores that will be asked have answered another process of the
            same command, so that they are worth waiting for.
        on_wait: Called from any thread with what is waited for, and with nothing once that has
            passed; None leaves it as it is.
    """
    global _options, _have_answered, _on_wait
    _on_wait = on_wait or _on_wait
    if (options, have_answered) != (_options, _have_answered):
        _options, _have_answered = options, have_answered
        _open.cache_clear()


def current_options() -> StoreOptions:
    """Options last given to :func:`configure_stores`."""
    return _options


def open_store(url: str) -> RetryingStore:
    """The store that a URL lies in, opened once a process.

    Raises:
        UsageError: Nothing here reads such URLs, or what would is not installed.
    """
    return _open(url.partition("://")[0], os.getpid())  # a connection must not be forked


@lru_cache
def _open(scheme: str, process: int) -> RetryingStore:
    for package in _PACKAGES.get(scheme, ()):
        _require(scheme, package)
    store: Store
    if scheme == "s3":
        from pipeline.storage.s3 import open_s3

        store = open_s3(_options)
    elif scheme == "gs":
        from pipeline.storage.gcs import GoogleStore

        store = GoogleStore(_options)
    else:
        from pipeline.storage.arrow_filesystem import ArrowStore

        store = ArrowStore()
    return RetryingStore(store, _options.patience, _report_wait, _have_answered)


def _report_wait(words: str) -> None:
    _on_wait(words)


def _require(scheme: str, package: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError:
        extra = find_extra(package)
        assert extra is not None  # a test looks
        raise UsageError(
            f"{scheme}:// needs the package {package}: {install_command(extra)}"
        ) from None
