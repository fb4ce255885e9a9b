"""A store that answers 500 or 503, slowly, with half a body, or not to these credentials.

And one that holds uploads which were never completed.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.fault_kinds.workspace import Trial, Workspace
from benchmarks.noises import OF_RUNS, digest
from tests.support.s3 import S3, Fault, serve

Faults = Callable[[str, str, int], Fault]


SLOW = 0.3
"""Seconds that a slow store takes for each answer."""


def _never(asked: str, path: str, tries: int) -> Fault:
    """A store that has no fault."""
    return None


def _often(fault: Fault, method: str, share: int) -> Faults:
    """Every so manieth path answers so at the first try."""

    def answer(asked: str, path: str, tries: int) -> Fault:
        here = asked == method and tries == 1 and zlib.crc32(path.encode()) % share == 0
        return fault if here else None

    return answer


def _from_then_on(fault: Fault, method: str, after: int) -> Faults:
    """The request of that number, and all later ones, are answered so."""
    asked_so_far = 0

    def answer(asked: str, path: str, tries: int) -> Fault:
        nonlocal asked_so_far
        asked_so_far += asked == method
        return fault if asked == method and asked_so_far > after else None

    return answer


WAYS: dict[str, Callable[[], Faults]] = {
    "half uploads of others": lambda: _never,
    "slow answers": lambda: _never,
    "500 at some reads": lambda: _often(500, "GET", 3),
    "503 at some reads": lambda: _often(503, "GET", 3),
    "half of some bodies": lambda: _often("cut", "GET", 3),
    "500 at some writes": lambda: _often(500, "PUT", 2),
    "503 at some writes": lambda: _often(503, "PUT", 2),
    "credentials expire while it reads": lambda: _from_then_on(403, "GET", 20),
    "credentials expire while it writes": lambda: _from_then_on(403, "PUT", 2),
}


def faulty_store(workspace: Workspace, times: int) -> list[Trial]:
    """A build from a store into it; then one more, of a store that is well again."""
    trials = []
    expected = {
        path: checksum for path, checksum in workspace.whole.items() if _tells_no_source(path)
    }
    with _filled_store(workspace) as (store, there):
        for number, (name, faults) in enumerate(list(WAYS.items())[:times]):
            output = f"s3://out/{number}"
            build = there.build(output, root="s3://corpora/noises")
            _leave_half_uploads(store, f"{number}/", expected)
            store.watch(faults(), delay=SLOW if name == "slow answers" else 0)
            first = there.run(build)
            store.watch()
            again = there.run(build)
            written = _digests(store, f"{number}/") == expected
            told = first.status == 0 or first.is_told
            survived = again.status == 0 and written and told
            trials.append(Trial(name, survived, "" if survived else first.said[-200:]))
    return trials


def _leave_half_uploads(store: S3, prefix: str, files: Iterable[str]) -> None:
    """Begins to upload every shard in parts, as a build that died has, and never completes it."""
    for name in files:
        if name.endswith(".parquet"):
            key = {"Bucket": "out", "Key": prefix + name}
            upload = store.client.create_multipart_upload(**key)["UploadId"]
            store.client.upload_part(**key, UploadId=upload, PartNumber=1, Body=b"half of it")


@contextmanager
def _filled_store(workspace: Workspace) -> Iterator[tuple[S3, Workspace]]:
    with serve() as store:
        clips = sorted((workspace.root / "noises" / "wav").iterdir())
        store.fill("corpora", {f"noises/wav/{clip.name}": clip.read_bytes() for clip in clips})
        store.fill("out", {})
        yield store, replace(workspace, options=tuple(store.arguments))


def _digests(store: S3, prefix: str) -> dict[str, str]:
    return {
        name: digest(content)
        for name, content in store.contents("out", prefix).items()
        if name.split("/")[0] not in OF_RUNS and _tells_no_source(name)
    }


def _tells_no_source(name: str) -> bool:
    """Receipts name versions of clips, which a store has others of than a disk."""
    return not name.startswith(".build/")
