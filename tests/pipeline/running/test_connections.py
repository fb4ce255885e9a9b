"""What another runner needs and is not there: told at once, in one line."""

import socket
from collections.abc import Iterator

import grpc
import pytest

from pipeline.common.errors import DataError
from pipeline.running import connections
from pipeline.running.beam_options import parse_options
from pipeline.running.connections import check_connections, check_still_there

pytestmark = pytest.mark.xdist_group("processes")

PORTABLE = ("--runner=PortableRunner", "--environment_type=LOOPBACK")
PRISM = ("--runner=PrismRunner", "--environment_type=PROCESS")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port on which something listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*PORTABLE, "--job_endpoint=localhost:9"], "a job server can't be reached: Connection"),
        ([*PORTABLE, "--job_endpoint=no.host.invalid:1"], "a job server can't be reached"),
        ([*PORTABLE, "--job_endpoint=localhost"], "expected host and port, for example localhost:"),
        ([*PORTABLE, "--job_endpoint=localhost:99999"], "a job server can't be reached"),
        (["--runner=PrismRunner", "--prism_location=/no/prism"], "/no/prism: no such file"),
        (
            ["--runner=FlinkRunner", "--job_server_java_launcher=/no/java"],
            "/no/java is not installed",
        ),
        ([*PRISM, '--environment_config={"command": "/no/boot"}'], "no program '/no/boot'"),
        ([*PRISM, "--environment_config=boot.sh"], "expected the program that starts a worker"),
        (PRISM, "expected the program that starts a worker"),
    ],
)
def test_what_is_not_there_is_told(arguments: list[str], words: str) -> None:
    with pytest.raises(DataError) as told:
        check_connections(parse_options(arguments))
    assert words in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--dask_client_address=tcp://127.0.0.1:9", "Dask's scheduler can't be reached"),
        ("--dask_client_address=127.0.0.1:9", "Dask's scheduler can't be reached"),
        ("--dask_client_address=tcp://scheduler", "expected host and port"),
        ("--dask_scheduler_file=/no/file", "/no/file: no such file"),
    ],
)
def test_scheduler_that_is_not_there_is_told(argument: str, words: str) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(DataError, match=words):
        check_connections(parse_options(["--runner=DaskRunner", argument]))


def test_scheduler_that_has_ended_is_told_after_the_run() -> None:
    pytest.importorskip("distributed")
    gone = ["--runner=DaskRunner", "--dask_client_address=tcp://127.0.0.1:9"]
    with pytest.raises(DataError, match="its scheduler has ended during the build"):
        check_still_there(parse_options(gone))
    check_still_there(parse_options(["--runner=PrismRunner"]))


def test_server_that_says_nothing_is_given_a_limited_time(
    silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECT_TIMEOUT", 0.5)
    with pytest.raises(DataError, match="did not answer as a job server does"):
        check_connections(parse_options([*PORTABLE, f"--job_endpoint=localhost:{silent_port}"]))


def test_server_that_answers_will_do() -> None:
    from concurrent.futures import ThreadPoolExecutor

    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    check_connections(parse_options([*PORTABLE, f"--job_endpoint=localhost:{port}"]))
    server.stop(grace=None)
