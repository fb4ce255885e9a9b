"""Local builds that end early: a worker dies, or someone has had enough."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec, write_tone

pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture
def running(make_spec: MakeSpec, tmp_path: Path):
    """A build that two workers have for a while, and the folder of its temporary files."""
    make_spec(utterances=600)
    first = tmp_path / "corpora" / "tones" / "wav" / "s00_ang_000.wav"
    write_tone(first, seconds=20, rate=44_100)
    for number in range(1, 600):
        first.with_name(f"s{number % 6:02d}_ang_{number:03d}.wav").hardlink_to(first)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = ["build", "--spec", "tones.yaml", "--root", "tones=corpora/tones", "--jobs", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "exhubert", *command, "--output", "dataset"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: len([file for file in scratch.glob("*/*.status") if file.stat().st_size]) == 2)
    yield process, scratch
    process.kill()


def wait_for(happens, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.1)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The driver of a build, and after it the workers that it has forked."""
    (driver,) = children_of(process.pid)
    return [driver, *children_of(driver)]


def children_of(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True)
    pairs = (map(int, line.split()) for line in listed.stdout.splitlines())
    return [pid for pid, its_parent in pairs if its_parent == parent]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (signal.SIGKILL, "was killed (SIGKILL), as the system does when memory runs out"),
        pytest.param(signal.SIGSEGV, "crashed (SIGSEGV)", marks=pytest.mark.slow),
    ],
)
def test_death_of_a_worker_ends_the_build(running, sent: signal.Signals, words: str) -> None:
    process, _ = running
    workers = workers_of(process)
    os.kill(workers[-1], sent)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert words in errors
    assert "while it was at tones: wav/s0" in errors
    assert "building again resumes" in errors
    assert "Traceback" not in errors
    (log,) = [line.split()[2] for line in errors.splitlines() if line.startswith("Its log")]
    assert Path(log.strip(",:")).is_file()
    if sent == signal.SIGSEGV:
        assert "Fatal Python error: Segmentation fault" in errors
    assert not any(is_alive(worker) for worker in workers)


def test_pool_that_never_starts_ends_the_build(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpora = {"tones": Corpus(make_spec(), str(make_corpus()))}
    build = BuildConfig(corpora, emotion_scheme(), str(tmp_path / "dataset"), AudioOptions())
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DataError, match="a worker process ended with status 1") as told:
        build_dataset(build, jobs=2)
    log = Path(str(told.value).split("Its log, ")[1].split(":")[0])
    assert log.name == "pool.log"
    shutil.rmtree(log.parent)


@pytest.mark.parametrize(
    ("sent", "status"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_interrupted_build_leaves_no_process(running, sent: signal.Signals, status: int) -> None:
    process, scratch = running
    workers = workers_of(process)
    assert len(workers) == 3
    process.send_signal(sent)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == status
    assert "interrupted" in errors
    assert "building again resumes" in errors
    assert "Traceback" not in errors
    assert not any(is_alive(worker) for worker in workers)
    assert not list(scratch.glob("exhubert-*"))


@pytest.mark.parametrize("which", ["driver", "worker"])
def test_stopped_process_is_told_and_goes_on(running, which: str) -> None:
    process, _ = running
    driver, *workers = workers_of(process)
    stopped = driver if which == "driver" else workers[0]
    os.kill(stopped, signal.SIGSTOP)
    told = next(line for line in process.stderr if "stopped" in line)  # one every ten seconds
    assert f"process {stopped}" in told
    assert f"is stopped: kill -CONT {stopped} lets it go on" in told
    os.kill(stopped, signal.SIGCONT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


def test_ports_are_open_to_this_machine_alone(running) -> None:
    process, _ = running
    driver = workers_of(process)[0]
    links = [str(link.readlink()) for link in Path(f"/proc/{driver}/fd").iterdir()]
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    listening = [
        fields[1]
        for kind in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/{driver}/net/{kind}").read_text().splitlines())
        if fields[3] == "0A" and fields[9] in sockets
    ]
    assert len(listening) >= 5
    loopback = ("0100007F:", "0000000000000000FFFF00000100007F:", f"{'0' * 24}01000000:")
    assert all(address.startswith(loopback) for address in listening), listening


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_full_folder_of_temporary_files_is_told(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, jobs: str
) -> None:
    """Workers could neither keep what is on its way nor print why: the build once hung."""
    make_spec()
    root = make_corpus()
    full = tmp_path / "full"
    full.mkdir()
    script = 'mount -t tmpfs -o size=512k none "$0" && exec "$@"'
    mounted = ["unshare", "--mount", "sh", "-c", script, str(full)]
    if not shutil.which("unshare") or subprocess.run([*mounted, "true"]).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    build = ["build", "--spec", "tones.yaml", "--root", f"tones={root}", "--output", "dataset"]
    # The disk is full as soon as the folders that the build makes there are.
    program = """if True:
        import os, sys, threading, time
        from pathlib import Path
        full = Path(os.environ["TMPDIR"])
        def fill():
            while not list(full.glob("exhubert-*/progress")):
                time.sleep(0.01)
            try:
                with (full / "fill").open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(512))
            except OSError:
                pass
        threading.Thread(target=fill, daemon=True).start()
        from exhubert.cli.main import main
        sys.exit(main(sys.argv[1:]))
    """
    done = subprocess.run(
        [*mounted, sys.executable, "-c", program, *build, "--jobs", jobs],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(full), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stderr
    assert "(TMPDIR), is full" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_build_without_workers_tells_it(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, sent: signal.Signals, status: int
) -> None:
    """Beam makes a RuntimeError of an interrupt."""
    make_spec()
    program = f"""if True:
        import os, signal, sys
        signal.signal(signal.SIGINT, signal.default_int_handler)  # even in a background process
        from exhubert.cli.main import main
        from pipeline.beam import transforms
        transforms.group_by_shard = lambda batches: os.kill(os.getpid(), {int(sent)})
        sys.exit(main(sys.argv[1:]))
    """
    build = ["build", "--spec", "tones.yaml", "--root", f"tones={make_corpus()}"]
    done = subprocess.run(
        [sys.executable, "-c", program, *build, "--output", "dataset", "--jobs", "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    assert "error: interrupted; shards that are complete stay" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_workers_do_not_outlive_a_killed_build(running) -> None:
    process, _ = running
    workers = workers_of(process)
    process.kill()
    wait_for(lambda: not any(is_alive(worker) for worker in workers))
