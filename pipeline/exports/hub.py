"""A dataset on the Hugging Face hub, or a server that speaks as it does.

Files go up one after the other and appear together, in one commit at the end: readers never see
half of a dataset. What an interrupted upload has brought there is not sent again, since the hub
keeps content by its checksum.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
)
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils.tqdm import disable_progress_bars

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.publication import FOLDERS, PublishedFile

_AT_ONCE = 8  # files between two steps of the progress


@dataclass(frozen=True)
class Published:
    """Location of a published dataset.

    Attributes:
        address: Address of its page.
        commit: Id of the commit that holds it.
        changed: Whether the repository held anything else before.
        tag: Name of the tag for its version; None where another commit has it already.
        deleted: Files of an earlier version that are removed.
    """

    address: str
    commit: str
    changed: bool
    tag: str | None
    deleted: list[str]


def publish(
    dataset: Path,
    files: Sequence[PublishedFile],
    repository: str,
    version: str,
    private: bool,
    on_bytes: Callable[[int], object] = lambda sent: None,
) -> Published:
    """Uploads a dataset that may be passed on.

    Args:
        dataset: The dataset folder.
        files: Files to publish.
        repository: Repository as ``owner/name``; made if it does not exist.
        version: Version of the dataset; the commit gets it as a tag, ``v1.2.0``.
        private: Whether only its owners may see it.
        on_bytes: Called with the bytes that are there, after every few files.

    Raises:
        UsageError: The hub knows nobody by this token, or the repository is public and should not
            be.
        DataError: The hub can't be reached, or has refused something.
    """
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # its warnings are reported below
    api = HfApi()
    with _told_of(repository):
        address = api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        there = api.dataset_info(repository)
        if private and not there.private:
            raise UsageError(f"{address}: is there already and public; --private changes no rights")
        operations = [
            CommitOperationAdd(file.path, file.content or dataset / file.path) for file in files
        ]
        for start in range(0, len(operations), _AT_ONCE):
            some = operations[start : start + _AT_ONCE]
            api.preupload_lfs_files(repository, some, repo_type="dataset", free_memory=False)
            on_bytes(sum(operation.upload_info.size for operation in some))
        present = [sibling.rfilename for sibling in there.siblings or []]
        outdated = find_outdated(present, files)
        commit = api.create_commit(
            repository,
            [*operations, *map(CommitOperationDelete, outdated)],
            commit_message=f"Version {version}",
            repo_type="dataset",
            parent_commit=there.sha,
        )
        changed = commit.oid != there.sha
        tag = f"v{version}"
        tagged = _tag(api, repository, tag) or not changed
    return Published(str(address), commit.oid, changed, tag if tagged else None, outdated)


def _tag(api: HfApi, repository: str, tag: str) -> bool:
    """Gives the last commit a name; False where another one has it."""
    try:
        api.create_tag(repository, tag=tag, repo_type="dataset")
    except HfHubHTTPError as error:
        if error.response.status_code != 409:
            raise
        return False
    return True


def find_outdated(present: Sequence[str], files: Sequence[PublishedFile]) -> list[str]:
    """Files of a repository that belong to an earlier version of the dataset alone.

    >>> find_outdated(["data/a/test-0.parquet", "NOTES.md"], [PublishedFile("README.md", 1)])
    ['data/a/test-0.parquet']
    """
    stay = {file.path for file in files}
    return sorted(path for path in present if path.split("/")[0] in FOLDERS and path not in stay)


@contextmanager
def _told_of(repository: str) -> Iterator[None]:
    """Tells people what the hub has said."""
    try:
        yield
    except UsageError:
        raise
    except HfHubHTTPError as error:
        if error.response.status_code == 401:
            raise UsageError(
                f"{repository}: the hub does not know you ({_first_line(error)}): log in with "
                "`hf auth login`, or set HF_TOKEN to a token that may write"
            ) from None
        raise _stopped(repository, error) from None
    except Exception as error:  # the client passes on those of the HTTP library that it uses
        raise _stopped(repository, error.__cause__ or error) from None


def _stopped(repository: str, error: BaseException) -> DataError:
    return DataError(
        f"{repository}: not published ({_first_line(error)}). What has arrived stays there, "
        "unseen: run the same command again, and the rest follows"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
