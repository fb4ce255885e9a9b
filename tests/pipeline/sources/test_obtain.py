import io
import tarfile
from functools import cache
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from pipeline.sources.obtain import how_to_obtain, obtain_corpus
from pipeline.specs.loader import load_specs
from tests.conftest import MakeSpec
from tests.support.file_server import serve


@cache  # gzip writes the time into it
def archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as file:
        member = tarfile.TarInfo("wav/s00_ang_0.wav")
        member.size = 3
        file.addfile(member, io.BytesIO(b"abc"))
    return buffer.getvalue()


def test_the_files_of_a_spec_are_fetched_and_unpacked(make_spec: MakeSpec, tmp_path: Path) -> None:
    with serve() as server:
        server.files = {"/a.tar.gz": archive(), "/labels.csv": b"x"}
        files = f"[{{url: {server.url}/a.tar.gz, unpack: true}}, {{url: {server.url}/labels.csv}}]"
        spec = make_spec(access=f"{{how: open, files: {files}}}")
        told: list[str] = []
        folder = tmp_path / "tones"
        first = obtain_corpus(spec, folder, on_progress=lambda name, *_: told.append(name))
        assert [one.unpacked for one in first] == [1, None]
        assert (folder / "wav/s00_ang_0.wav").read_bytes() == b"abc"
        assert set(told) == {"a.tar.gz", "labels.csv"}
        again = obtain_corpus(spec, folder)
        assert [(one.file.fetched, one.unpacked) for one in again] == [(False, None)] * 2
        assert len(server.asked) == 2


def test_of_others_it_says_whom_to_ask() -> None:
    (spec,) = load_specs(["iemocap"])
    assert "agreement must be signed" in how_to_obtain(spec)
    assert "https://sail.usc.edu/iemocap/iemocap_release.htm" in how_to_obtain(spec)
    with pytest.raises(UsageError, match="agreement"):
        obtain_corpus(spec, Path("nowhere"))


def test_the_command_fetches_what_it_can_and_says_the_rest(
    make_spec: MakeSpec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve() as server:
        server.files = {"/a.tar.gz": archive()}
        make_spec(access=f"{{how: open, files: [{{url: {server.url}/a.tar.gz}}]}}")
        own = str(tmp_path / "tones.yaml")
        root = tmp_path / "corpora"
        assert main(["corpora", "get", own, "--data-root", str(root)]) == 0
        assert (root / "tones" / "a.tar.gz").read_bytes() == archive()
        assert "no checksum is known: sha256" in capsys.readouterr().out
        assert main(["corpora", "get", own, "savee", "--data-root", str(root), "--json"]) == 1
        printed = capsys.readouterr()
        assert '"fetched": false' in printed.out
        assert "savee: register there" in printed.err
