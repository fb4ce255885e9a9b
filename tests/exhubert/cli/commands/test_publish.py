"""``exhubert publish`` by command line, to a hub on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import huggingface_hub.constants
import pytest

from exhubert.cli.main import main
from pipeline.dataset.card import make_card
from pipeline.dataset.manifest import Manifest, manifest_path
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.hub import TOKEN, Hub, serve
from tests.support.manifests import manifest, write_dataset

NAME = "lab/emotions"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    with serve() as served:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", served.url)
        yield served


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A dataset with what is handed on, and with what is not."""
    folder = tmp_path / "dataset"
    (folder / "specs").mkdir(parents=True)
    (folder / "specs/tones.yaml").write_text("id: tones\n")
    written = write_dataset(folder)
    (folder / "README.md").write_text(make_card(written))
    for name in ("croissant.json", "rejects.parquet", "log/run.json", ".build/tones.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "notes of mine.txt").write_text("private")
    return folder


HANDED_ON = {
    "data/bells/train.parquet", "data/tones/test.parquet", "data/tones/train.parquet",
    "specs/tones.yaml", "README.md", "croissant.json", "manifest.json", "rejects.parquet",
}  # fmt: skip


def test_a_dataset_appears_whole_with_a_tag(dataset: Path, hub: Hub) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "exhubert", "publish", str(dataset), NAME, "--private"],
        env=os.environ | {"HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert hub.files == {path: (dataset / path).read_bytes() for path in HANDED_ON}
    assert (hub.commits, hub.tags) == (1, {"v0.1.0": hub.head})
    assert hub.visibility == {NAME: "private"}
    assert f"as v0.1.0: {hub.url}/datasets/{NAME}" in told.stdout


def test_an_interrupted_upload_shows_nothing_and_is_resumed(
    dataset: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.accept = 2
    assert main(["publish", str(dataset), NAME]) == 1
    assert "not published (403 " in (told := capsys.readouterr().err), told
    assert "run the same command again" in told
    assert (hub.commits, hub.files) == (0, {})
    assert len(hub.arrived) == 2
    hub.accept = None
    assert main(["publish", str(dataset), NAME]) == 0
    assert hub.files == {path: (dataset / path).read_bytes() for path in HANDED_ON}
    assert len(hub.arrived) == len(set(hub.arrived)) == 4


def test_publishing_again_sends_nothing_and_a_new_version_only_what_is_new(
    dataset: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.visibility[NAME] = "public"
    hub.files = {"data/gone/train.parquet": b"old", "NOTES.md": b"theirs"}
    assert main(["publish", str(dataset), NAME, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["deleted"] == ["data/gone/train.parquet"]
    assert hub.files.keys() == HANDED_ON | {"NOTES.md"}
    before = list(hub.arrived)
    assert main(["publish", str(dataset), NAME]) == 0
    assert (hub.commits, hub.arrived) == (1, before)
    assert "unchanged: 8 files" in capsys.readouterr().out
    (dataset / "rejects.parquet").write_bytes(b"other")
    change(dataset, version="0.1.1")
    assert main(["publish", str(dataset), NAME]) == 0
    assert hub.arrived == [*before, sha256(b"other").hexdigest()]
    assert hub.tags.keys() == {"v0.1.0", "v0.1.1"}


def test_a_version_that_is_published_otherwise_gets_no_tag(
    dataset: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", str(dataset), NAME]) == 0
    first = hub.head
    (dataset / "rejects.parquet").write_bytes(b"other")
    assert main(["publish", str(dataset), NAME]) == 0
    assert hub.tags == {"v0.1.0": first}
    assert "v0.1.0 is the tag of another commit" in capsys.readouterr().err


def test_a_dry_run_lists_files_sizes_and_terms_and_asks_nobody(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:1")
    assert main(["publish", str(dataset), NAME, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "30  data/bells/train.parquet" in told
    assert "terms: may be passed on" in told
    assert "nothing was sent" in told
    assert main(["publish", str(dataset), NAME, "--dry-run", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {file["path"] for file in listed["files"]} == HANDED_ON


@pytest.mark.parametrize(
    ("redistribute", "why"),
    [
        (False, "the terms of Bells do not let it be passed on: CC0-1.0"),
        (None, "the terms of Bells do not say whether it may be passed on: CC0-1.0"),
    ],
)
def test_what_may_not_be_passed_on_is_refused_by_name(
    dataset: Path,
    hub: Hub,
    redistribute: bool | None,
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path(manifest_path(str(dataset))).write_text(manifest(redistribute).model_dump_json())
    assert main(["publish", str(dataset), NAME]) == 2
    assert why in (told := capsys.readouterr().err)
    assert "exhubert build --only-redistributable" in told
    assert not hub.visibility


def test_damaged_datasets_public_ones_strangers_and_dead_hubs(
    dataset: Path,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hub.visibility[NAME] = "public"
    assert main(["publish", str(dataset), NAME, "--private"]) == 2
    assert "is there already and public" in capsys.readouterr().err
    monkeypatch.setenv("HF_TOKEN", "hf_stranger")
    assert main(["publish", str(dataset), NAME]) == 2
    assert "the hub does not know you" in capsys.readouterr().err
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:1")
    assert main(["publish", str(dataset), NAME]) == 1
    assert "not published (" in capsys.readouterr().err
    (dataset / "data/tones/test.parquet").write_bytes(b"short")
    assert main(["publish", str(dataset), NAME]) == 1
    assert "5 bytes where the manifest has 20 bytes" in capsys.readouterr().err
    assert not hub.files


@pytest.mark.parametrize("name", ["emotions", "a/b/c", "../emotions", "lab/"])
def test_repositories_have_an_owner(name: str) -> None:
    with pytest.raises(SystemExit):
        main(["publish", "dataset", name])


def test_the_report_that_is_published_tells_of_no_runs(
    hub: Hub, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec()
    where = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={make_corpus()}"]
    folder = tmp_path / "built"
    assert main(["build", *where, "--output", str(folder), "--jobs", "1", "--json"]) == 0
    assert main(["publish", str(folder), NAME]) == 0
    page = hub.files["report.html"].decode()
    assert "No run was logged." in page
    assert "<audio" in page or "data:audio" in page
    assert "No run was logged." not in (folder / "report.html").read_text()
    assert not [path for path in hub.files if path.startswith(("log/", ".build/"))]


def change(dataset: Path, **changed: str) -> None:
    path = Path(manifest_path(str(dataset)))
    was = Manifest.model_validate_json(path.read_bytes())
    path.write_text(was.model_copy(update=changed).model_dump_json())
