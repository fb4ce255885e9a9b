"""``exhubert build`` asks nothing twice: calls and requests of a build into a bucket."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from exhubert.cli.main import main
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
