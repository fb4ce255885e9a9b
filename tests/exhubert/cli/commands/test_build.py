"""``exhubert build`` asks nothing twice: calls and requests of a build into a bucket."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.dataset.manifest import require_manifest
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.s3 import S3, serve


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with serve() as store:
        yield store


def test_build_into_a_bucket_asks_for_each_thing_once(
    s3: S3,
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pipeline.running import runners

    make_spec()
    files = {file.name: file.read_bytes() for file in make_corpus().glob("wav/*.wav")}
    s3.fill("corpora", {f"tones/wav/{name}": content for name, content in files.items()})
    s3.client.create_bucket(Bucket="out")
    parsed: list[object] = []
    parse = runners.parse_options
    monkeypatch.setattr(
        runners, "parse_options", lambda given: parsed.append(given) or parse(given)
    )
    where = ["--root", "tones=s3://corpora/tones", "--output", "s3://out/dataset"]
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), *where, "--jobs", "1", "--json"]
    s3.watch()
    assert main([*command, *s3.arguments]) == 0
    asked = Counter(s3.requests)
    assert not parsed  # a local build has none of Beam's options
    assert {request: asked[request] for request in EXPECTED} == EXPECTED
    clips = [path for method, path in s3.requests if method == "GET" and path.endswith(".wav")]
    assert len(clips) == len(set(clips)) == 24
    listings = [path for method, path in s3.requests if path == "/corpora"]
    assert len(listings) == 2  # is there a folder; what is in it


EXPECTED = {
    # Before the build: whose specs are kept, what is there, and again once it is locked.
    # Within: which corpora stay. Afterwards: is it as it says.
    ("GET", "/out/dataset/manifest.json"): 5,
    ("PUT", "/out/dataset/manifest.json"): 1,
    ("GET", "/out/dataset/rejects.parquet"): 1,
    ("PUT", "/out/dataset/report.html"): 1,
    ("PUT", "/out/dataset/.build/unfinished"): 1,
    ("HEAD", "/out/dataset/.build/unfinished"): 2,
    ("DELETE", "/out/dataset/.build/unfinished"): 1,
}


@pytest.mark.parametrize("command", [["check"], ["build", "--dry-run"], ["build", "--jobs", "1"]])
def test_a_corpus_with_tables_is_listed_once(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, command: list[str]
) -> None:
    make_spec(tables="{facts: {file: facts.csv, match: {clip: '{stem}'}, take: [age]}}")
    files = {f"tones/wav/{file.name}": file.read_bytes() for file in make_corpus().glob("wav/*")}
    rows = "".join(f"{Path(name).stem},30\n" for name in files)
    s3.fill("corpora", files | {"tones/facts.csv": f"clip,age\n{rows}".encode()})
    where = ["--root", "tones=s3://corpora/tones", "--spec", str(tmp_path / "tones.yaml")]
    output = ["--output", str(tmp_path / "dataset")] if command[0] == "build" else []
    s3.watch()
    assert main([*command, *where, *output, *s3.arguments]) == 0
    asked = Counter(s3.requests)
    assert asked["GET", "/corpora"] == 2  # is there a folder; what is in it
    assert asked["GET", "/corpora/tones/facts.csv"] == 1


def test_a_dataset_keeps_its_title_and_raises_its_version(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    def build(corpus: str, *options: str) -> tuple[str, str, str | None]:
        make_spec(corpus)
        root = make_corpus(corpus) if not (tmp_path / "corpora" / corpus).exists() else None
        where = ["--root", f"{corpus}={root or tmp_path / 'corpora' / corpus}"]
        line = ["--spec", str(tmp_path / f"{corpus}.yaml"), *where, "--output", str(folder)]
        assert main(["build", *line, "--jobs", "1", "--json", *options]) == 0
        made = require_manifest(str(folder))
        return made.title, made.version, made.date_published

    folder = tmp_path / "dataset"
    named = ["--title", "Two corpora", "--date-published", "2026-11-29"]
    assert build("tones", *named) == ("Two corpora", "0.1.0", "2026-11-29")
    before = (folder / "manifest.json").read_bytes()
    assert build("tones") == ("Two corpora", "0.1.0", "2026-11-29")
    assert (folder / "manifest.json").read_bytes() == before
    assert build("bells") == ("Two corpora", "0.2.0", None)
    assert "<h1>Two corpora</h1>" in (folder / "report.html").read_text()
    assert build("bells", "--dataset-version", "1.0.0") == ("Two corpora", "1.0.0", None)
