"""What every kind of store must do."""

import gzip
import time

import pytest

from pipeline.storage import RetryingStore

ODD_NAMES = [
    "plain.wav",
    "with blank.wav",
    "Grüße/声.wav",
    "hash#1.wav",
    "plus+percent%20and&.wav",
    "glob [1]*?.wav",
    "{a,b}/[!c].wav",
    "quote'\".wav",
    "back\\slash.wav",
    "notes.txt.gz",
]


def check_names(store: RetryingStore, folder: str, names: list[str]) -> None:
    """Writes, lists, reads, finds and deletes files of these names."""
    for name in names:
        store.write(f"{folder}/{name}", gzip.compress(name.encode(), mtime=0))
    assert sorted(file.path for file in store.list(folder)) == sorted(names)
    for file in store.list(folder):
        content = gzip.compress(file.path.encode(), mtime=0)
        assert store.read(f"{folder}/{file.path}") == content
        assert store.read(f"{folder}/{file.path}", 3, 9) == content[3:9]
        found = store.find(f"{folder}/{file.path}")
        assert found is not None
        assert (found.size, found.version) == (len(content), file.version)
        assert found.written is not None
        assert abs(found.written - time.time()) < 3_600  # the time zone is right, too
        store.delete(f"{folder}/{file.path}")
        store.delete(f"{folder}/{file.path}")
        assert store.find(f"{folder}/{file.path}") is None
        with pytest.raises(FileNotFoundError):
            store.read(f"{folder}/{file.path}")
    assert list(store.list(folder)) == []
