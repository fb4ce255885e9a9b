"""Stores that Arrow opens, at the example of a folder."""

from pathlib import Path

import pytest

from pipeline.common.errors import UsageError
from pipeline.storage import RetryingStore
from pipeline.storage.arrow_filesystem import ArrowStore
from tests.support.stores import ODD_NAMES, check_names


def test_names_are_taken_as_they_are(tmp_path: Path) -> None:
    check_names(RetryingStore(ArrowStore()), f"fsspec+file://{tmp_path}/a [1]*", ODD_NAMES)


def test_a_store_that_arrow_does_not_know_is_named() -> None:
    with pytest.raises(UsageError, match=r"gopher://old/: can't be opened: .*fsspec\+PROTOCOL"):
        ArrowStore().read("gopher://old/dataset")
