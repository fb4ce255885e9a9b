import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.common.errors import DataError, UsageError
from pipeline.sources.download import Downloaded
from pipeline.sources.download import download as download_with_waits
from pipeline.sources.resumed_fetch import OnProgress, RemoteFile, check_url
from tests.support.file_server import Served, serve

CONTENT = bytes(range(256)) * 4_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def download(
    file: RemoteFile, target: Path, on_progress: OnProgress = lambda *_: None
) -> Downloaded:
    return download_with_waits(file, target, on_progress, lambda _: None)


@pytest.fixture
def server() -> Iterator[Served]:
    with serve() as served:
        served.files["/a.zip"] = CONTENT
        yield served


def whole(server: Served, path: str = "/a.zip") -> RemoteFile:
    return RemoteFile(server.url + path, len(CONTENT), f"sha256:{SHA256}")


def test_a_file_is_fetched_and_checked(server: Served, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    done = download(whole(server), tmp_path / "c" / "a.zip", lambda *now: told.append(now))
    assert (tmp_path / "c" / "a.zip").read_bytes() == CONTENT
    assert (done.bytes, done.sha256, done.verified, done.fetched) == (
        len(CONTENT),
        SHA256,
        True,
        True,
    )
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["a.zip"]


def test_a_file_that_is_there_is_not_fetched_again(server: Served, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(CONTENT)
    assert not download(whole(server), tmp_path / "a.zip").fetched
    assert server.asked == []
    (tmp_path / "a.zip").write_bytes(CONTENT[:-1])
    with pytest.raises(DataError, match="is there, and not the file"):
        download(whole(server), tmp_path / "a.zip")


def test_connections_that_end_are_gone_on_with(server: Served, tmp_path: Path) -> None:
    server.break_after = 300_000
    download(whole(server), tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [
        None,
        "bytes=300000-",
        "bytes=600000-",
        "bytes=900000-",
    ]


def test_a_line_that_always_breaks_and_always_brings_something_brings_it_all(
    server: Served, tmp_path: Path
) -> None:
    server.break_after = 50_000
    assert download(whole(server), tmp_path / "a.zip").verified
    assert len(server.asked) == 21


def test_a_file_that_begins_anew_at_every_try_is_given_up(server: Served, tmp_path: Path) -> None:
    server.break_after, server.ranges = 50_000, False
    with pytest.raises(DataError, match="the connection ended after 50,000"):
        download(whole(server), tmp_path / "a.zip")
    assert len(server.asked) < 10


def test_a_disk_that_takes_nothing_is_not_waited_for(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipeline.sources.resumed_fetch._copy", fail)
    with pytest.raises(DataError, match=r"a\.zip\.part: can't be written: No space left"):
        download_with_waits(whole(server), tmp_path / "a.zip", sleep=pytest.fail)


def test_a_second_run_goes_on_where_the_first_has_ended(server: Served, tmp_path: Path) -> None:
    server.break_after, server.fail_after = 100_000, 5
    with pytest.raises(DataError, match=r"500,000 bytes lie in .*a\.zip\.part"):
        download(whole(server), tmp_path / "a.zip")
    server.break_after = server.fail_after = None
    server.asked.clear()
    download(whole(server), tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert server.asked == [("/a.zip", "bytes=500000-")]


@pytest.mark.parametrize("change", ["another version", "no ranges", "no mark"])
def test_what_can_not_be_gone_on_with_begins_anew(
    server: Served, tmp_path: Path, change: str
) -> None:
    server.break_after, server.fail_after = 100_000, 5
    server.etag = "" if change == "no mark" else '"v1"'
    with pytest.raises(DataError):
        download(RemoteFile(f"{server.url}/a.zip"), tmp_path / "a.zip")
    server.break_after = server.fail_after = None
    if change == "another version":
        server.etag, server.files["/a.zip"] = '"v2"', CONTENT[::-1]
    server.ranges = change != "no ranges"
    download(RemoteFile(f"{server.url}/a.zip"), tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == server.files["/a.zip"]


def test_a_part_that_is_whole_already_is_taken(server: Served, tmp_path: Path) -> None:
    (tmp_path / "a.zip.part").write_bytes(CONTENT)
    (tmp_path / "a.zip.part.json").write_text('{"version": "\\"v1\\""}')
    assert download(whole(server), tmp_path / "a.zip").sha256 == SHA256


@pytest.mark.parametrize(
    ("size", "checksum", "why"),
    [
        (len(CONTENT) + 1, None, "the server has 1,024,000 bytes, expected 1,024,001"),
        (len(CONTENT) - 1, None, "another version"),
        (None, "md5:" + "0" * 32, r"md5 \w+, expected 0000.*deleted"),
    ],
)
def test_what_is_not_the_file_is_not_kept(
    server: Served, tmp_path: Path, size: int | None, checksum: str | None, why: str
) -> None:
    with pytest.raises(DataError, match=why):
        download(RemoteFile(f"{server.url}/a.zip", size, checksum), tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    assert not (tmp_path / "a.zip.part").exists()


def test_more_than_was_announced_is_not_written(server: Served, tmp_path: Path) -> None:
    server.lengths = False
    with pytest.raises(DataError, match="sends more than the 1,000 bytes"):
        download(RemoteFile(f"{server.url}/a.zip", 1_000), tmp_path / "a.zip")
    assert (tmp_path / "a.zip.part").stat().st_size <= 1_000


def test_a_file_without_a_stated_length_is_fetched(server: Served, tmp_path: Path) -> None:
    server.lengths = False
    done = download(RemoteFile(f"{server.url}/a.zip"), tmp_path / "a.zip")
    assert (done.verified, done.sha256) == (False, SHA256)


def test_a_server_in_trouble_is_asked_again(server: Served, tmp_path: Path) -> None:
    server.statuses["/a.zip"] = [503, 500]
    assert download(whole(server), tmp_path / "a.zip").verified
    server.statuses["/b.zip"] = [503] * 99
    with pytest.raises(DataError, match="503"):
        download(whole(server, "/b.zip"), tmp_path / "b.zip")


def test_a_server_in_trouble_is_waited_for_ever_longer(server: Served, tmp_path: Path) -> None:
    waits: list[float] = []
    server.break_after, server.statuses["/a.zip"] = 600_000, [503, 503, 503]
    download_with_waits(whole(server), tmp_path / "a.zip", sleep=waits.append)
    assert waits == [1, 2, 4, 1]  # from the beginning, once more has come
    server.statuses["/b.zip"] = [503] * 99
    waits.clear()
    with pytest.raises(DataError, match="503"):
        download_with_waits(whole(server, "/b.zip"), tmp_path / "b.zip", sleep=waits.append)
    assert sum(waits) > 60


def test_a_file_that_is_gone_is_not_asked_for_again(server: Served, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="answers 404"):
        download(whole(server, "/gone.zip"), tmp_path / "a.zip")
    assert len(server.asked) == 1


def test_redirects_are_followed_to_where_one_may_go(server: Served, tmp_path: Path) -> None:
    server.redirects["/old.zip"] = "/a.zip"
    assert download(whole(server, "/old.zip"), tmp_path / "a.zip").verified
    for target in ("http://example.org/a.zip", "ftp://127.0.0.1/a", "file:///etc/passwd"):
        server.redirects["/bad.zip"] = target
        with pytest.raises(DataError, match=r"redirected|answers 302"):
            download(whole(server, "/bad.zip"), tmp_path / "b.zip")
    server.redirects["/loop.zip"] = "/loop.zip"
    with pytest.raises(DataError):
        download(whole(server, "/loop.zip"), tmp_path / "b.zip")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a",
        "ftp://example.org/a",
        "file:///a",
        "https://",
        "https://me:secret@example.org/a",
        "http://127.0.0.1.example.org/a",
        "http://[::1",
    ],
)
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(UsageError):
        check_url(url)


def test_nobody_is_there(tmp_path: Path) -> None:
    waits: list[float] = []
    with pytest.raises(DataError, match="refused"):
        download_with_waits(RemoteFile("http://127.0.0.1:9/a"), tmp_path / "a", sleep=waits.append)
    assert sum(waits) < 10
