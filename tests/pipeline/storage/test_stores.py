"""Corpora and datasets in object stores: odd names, whole builds, and stores that fail."""

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from exhubert.cli.main import main
from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, ExhubertError, UsageError
from pipeline.common.extras import install_command
from pipeline.monitoring import BuildProgress
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.index_corpus import index_corpus
from pipeline.running.build import build_dataset
from pipeline.schema.record import RECORD
from pipeline.shards.metadata_reader import read_metadata
from pipeline.shards.parquet import write_parquet
from pipeline.shards.receipts import ShardReceipt
from pipeline.sources.listing import list_files, read_file
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.storage import (
    StoreOptions,
    configure_stores,
    object_store,
    open_store,
    retry,
)
from pipeline.storage import files as storage
from tests.conftest import MakeCorpus, MakeSpec, write_tone
from tests.support.archives import tarred, zipped
from tests.support.commands import exhubert
from tests.support.files import files_of
from tests.support.patience import hurry_retries
from tests.support.s3 import S3, Fault, serve
from tests.support.stores import ODD_NAMES, check_names


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serve() as store:
        yield store


@pytest.fixture(autouse=True)
def fresh(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the faults, options and credentials of another, or of this machine."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3.watch()
    configure_stores(s3.options)
    yield
    configure_stores(StoreOptions())


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry_retries(monkeypatch)


def upload(s3: S3, bucket: str, folder: Path, prefix: str) -> None:
    s3.fill(bucket, {f"{prefix}/{name}": content for name, content in files_of(folder).items()})


# --- names -----------------------------------------------------------------------------------


def test_names_are_taken_as_they_are(s3: S3) -> None:
    s3.fill("names", {})
    store = open_store("s3://names")
    store.write("s3://names/a 1/other.wav", b"of a folder that the glob would match")
    check_names(store, "s3://names/a [1]*", ODD_NAMES)


def test_listings_leave_out_folder_markers_and_what_archivers_leave(s3: S3) -> None:
    names = [
        "wav/",
        "wav/a.wav",
        "empty/",
        "__MACOSX/wav/._a.wav",
        "wav/._a.wav",
        ".DS_Store",
        "empty.csv",
    ]
    s3.fill("markers", {f"tones/{name}": b"" for name in names} | {"tones2/b.wav": b"x"})
    assert [file.path for file in list_files("s3://markers/tones")] == ["empty.csv", "wav/a.wav"]
    assert [file.path for file in list_files("s3://markers")][-1] == "tones2/b.wav"


def test_names_that_no_folder_could_hold_are_named(s3: S3) -> None:
    s3.fill("impossible", {"wav//a.wav": b"x"})
    with pytest.raises(DataError, match=r"wav//a\.wav.*rename or delete it"):
        list_files("s3://impossible")


def test_long_listings_come_in_pages(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.fill("pages", {f"wav/{number}.wav": b"x" for number in range(7)})
    monkeypatch.setattr(object_store, "PAGE", 2)
    s3.watch(lambda method, path, tries: 500 if tries == 3 else None)
    assert len(list_files("s3://pages/wav")) == 7
    assert len(s3.requests) == 5


def test_a_file_is_one_request(s3: S3) -> None:
    s3.fill("requests", {f"wav/{number}.wav": b"sound" for number in range(5)})
    store = open_store("s3://requests")
    s3.watch()
    files = list(store.list("s3://requests/wav"))
    assert {store.read(f"s3://requests/wav/{file.path}") for file in files} == {b"sound"}
    store.write("s3://requests/new", b"x")
    store.delete("s3://requests/new")
    methods = [method for method, _ in s3.requests]
    assert methods == ["GET", *["GET"] * 5, "PUT", "DELETE"]


def test_large_files_are_written_in_parts(s3: S3) -> None:
    s3.fill("large", {})
    content = os.urandom(20 << 20)
    storage.write_atomic("s3://large/file", content)
    assert storage.read("s3://large/file") == content
    assert storage.file_size("s3://large/file") == len(content)


def test_changed_content_changes_the_version_whatever_the_clock_says(s3: S3) -> None:
    s3.fill("versions", {"a.wav": b"one"})
    (before,) = list_files("s3://versions")
    s3.client.put_object(Bucket="versions", Key="a.wav", Body=b"two")
    (after,) = list_files("s3://versions")
    assert before.version != after.version


# --- whole builds ----------------------------------------------------------------------------


FACTS = "{facts: {file: facts.csv, match: {id: '{speaker}'}, take: {age: age}}}"


def test_corpus_and_dataset_in_a_store(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec(utterances=25, tables=FACTS)
    root = make_corpus()
    (root / "facts.csv").write_text("id,age\n" + "".join(f"s0{n},{20 + n}\n" for n in range(4)))
    (root / "wav" / "s00_ang_9.wav").write_bytes(b"")
    upload(s3, "corpora", root, "tones")
    s3.fill("datasets", {})
    spec, options = str(tmp_path / "tones.yaml"), s3.arguments
    remote = ["--spec", spec, "--data-root", "s3://corpora", "--corpora", "tones"]
    to_store = [*remote, "--output", "s3://datasets/out", "--max-reject-rate", "1", *options]

    built = exhubert("build", *to_store, "--jobs", "2")
    assert built.returncode == 0, built.stderr
    local = ["--spec", spec, "--root", f"tones={root}", "--output", str(tmp_path / "local")]
    assert main(["build", *local, "--jobs", "1", "--max-reject-rate", "1", "--json"]) == 0
    here, there = files_of(tmp_path / "local"), s3.contents("datasets", "out/")
    assert {name for name in there if not name.startswith((".build/", "log/"))} == {
        "README.md",
        "croissant.json",
        "manifest.json",
        "rejects.parquet",
        "report.html",
        "specs/emotions.yaml",
        "specs/tones.yaml",
        *(
            f"data/tones/{split}-00000-of-00001.parquet"
            for split in ("train", "validation", "test")
        ),
    }
    for name, content in here.items():
        # these tell of the store and the run
        if not name.startswith((".build/", "log/", "report.html")):
            assert there[name] == content, name

    s3.watch()
    assert main(["build", *to_store, "--jobs", "1"]) == 0
    assert not [path for method, path in s3.requests if method == "PUT" and "/data/" in path]
    assert not [path for _, path in s3.requests if path.endswith(".wav")]

    write_tone(root / "wav" / "s00_ang_0.wav", hertz=900, seconds=0.5)
    changed = (root / "wav" / "s00_ang_0.wav").read_bytes()
    s3.client.put_object(Bucket="corpora", Key="tones/wav/s00_ang_0.wav", Body=changed)
    s3.watch()
    assert main(["build", *to_store, "--jobs", "1"]) == 0
    assert len([path for method, path in s3.requests if method == "PUT" and "/data/" in path]) == 1

    lines = Path(spec).read_text().replace("hap: happiness", "hap: excitement")
    Path(spec).write_text(lines)
    assert main(["relabel", "s3://datasets/out", "--spec", spec, *options]) == 0
    manifest = json.loads(s3.contents("datasets", "out/")["manifest.json"])
    assert manifest["corpora"]["tones"]["emotions"] == {
        "anger": 8,
        "excitement": 8,
        "neutral": 8,
    }
    for shard in manifest["corpora"]["tones"]["shards"]:
        assert len(s3.contents("datasets", "out/")[shard["path"]]) == shard["bytes"]

    aws = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    checked = exhubert("check", *remote, "--json", AWS_ENDPOINT_URL=s3.url, **aws)
    assert checked.returncode == 1, checked.stderr  # one clip more than the spec expects
    assert json.loads(checked.stdout)[0]["found"] == 25


def test_only_corpora_that_have_a_folder_are_read(
    s3: S3, make_corpus: MakeCorpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.fill("present", {"emo_db/wav/03a01Fa.wav": b"x", "tones/wav/a.wav": b"x"})
    main(["check", "--data-root", "s3://present", "--allow-partial", "--json", *s3.arguments])
    assert [check["corpus"] for check in json.loads(capsys.readouterr().out)] == ["emo_db"]
    missing = ["check", "--data-root", "s3://present", "--corpora", "tess", *s3.arguments]
    assert main(missing) == 2
    assert "corpus tess: no folder s3://present/tess" in capsys.readouterr().err


def test_bucket_with_files_of_others_takes_no_dataset(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, capsys: pytest.CaptureFixture[str]
) -> None:
    make_spec()
    root = make_corpus()
    arguments = ["--spec", str(root.parents[1] / "tones.yaml"), "--root", f"tones={root}"]
    s3.fill("foreign", {f"theirs/{number}.txt": b"x" for number in range(9)})
    arguments += ["--output", "s3://foreign/theirs", *s3.arguments, "--jobs", "1"]
    s3.watch()
    assert main(["build", *arguments]) == 2
    assert "files that are not exhubert's, for example 0.txt" in capsys.readouterr().err
    # The manifest, for its specs and its audio; the mark of an interrupted build; one listing.
    assert [method for method, _ in s3.requests] == ["GET", "GET", "HEAD", "GET"]


# --- stores that fail ------------------------------------------------------------------------


def build(make_spec: MakeSpec, bucket: str, output: Path, s3: S3, *more: str) -> int:
    make_spec()
    spec = str(output.parent / "tones.yaml")
    where = ["--root", f"tones=s3://{bucket}/tones", "--output", str(output)]
    where += ["--jobs", "1", "--json", "--allow-partial"]
    return main(["build", "--spec", spec, *where, *s3.arguments, *more])


@pytest.mark.usefixtures("hurry")
def test_throttling_errors_and_cut_bodies_are_survived(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    upload(s3, "faulty", make_corpus(), "tones")
    assert build(make_spec, "faulty", tmp_path / "calm", s3) == 0
    asked = len(s3.requests)

    def fault(method: str, path: str, tries: int) -> Fault:
        kinds: list[Fault] = [503, 500, "cut", "cut"]
        return kinds[sum(path.encode()) % 4] if tries <= 2 else None

    s3.watch(fault)
    assert build(make_spec, "faulty", tmp_path / "stormy", s3) == 0
    calm, stormy = (files_of(tmp_path / name / "data") for name in ("calm", "stormy"))
    assert calm == stormy
    assert len(s3.requests) == asked * 3 - 2  # of two listings of a folder, one meets the faults
    assert {503, 500, "cut"} <= s3.faults.keys()


@pytest.mark.usefixtures("hurry")
def test_object_that_is_refused_or_gone_is_rejected_and_tried_again_next_time(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    upload(s3, "broken", make_corpus(), "tones")
    broken: dict[str, Fault] = {"s00_ang_0": 403, "s01_hap_0": 404}
    s3.watch(lambda method, path, tries: broken.get(Path(path).stem))
    assert build(make_spec, "broken", tmp_path / "dataset", s3) == 1  # over --max-reject-rate
    rejects = pd.read_parquet(tmp_path / "dataset" / "rejects.parquet").set_index("id")
    assert set(rejects["reason"]) == {"unreadable"}
    assert "403 AccessDenied" in rejects["detail"]["tones/wav/s00_ang_0"]
    assert "there is no such file" in rejects["detail"]["tones/wav/s01_hap_0"]
    assert len(rejects) == 2
    s3.watch()
    assert build(make_spec, "broken", tmp_path / "dataset", s3) == 0
    assert pd.read_parquet(tmp_path / "dataset" / "rejects.parquet").empty


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("fault", [500, 503, 429, "cut", "reset"])
def test_a_store_in_trouble_is_never_the_fault_of_a_clip(
    s3: S3, fault: Fault, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, capsys
) -> None:
    bucket = f"storm-{fault}"
    upload(s3, bucket, make_corpus(), "tones")
    s3.watch(lambda method, path, tries: fault if path.endswith("s00_ang_0.wav") else None)
    assert build(make_spec, bucket, tmp_path / "dataset", s3, "--store-patience=0.2") == 1
    assert "the store answers nothing but errors" in capsys.readouterr().err
    assert not (tmp_path / "dataset" / "rejects.parquet").exists()
    s3.watch()
    assert build(make_spec, bucket, tmp_path / "dataset", s3) == 0
    assert pd.read_parquet(tmp_path / "dataset" / "rejects.parquet").empty


@pytest.mark.usefixtures("hurry")
def test_progress_says_what_is_waited_for(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(retry, "REPORTED_AFTER_S", 0.0)
    upload(s3, "waited", make_corpus(), "tones")
    s3.watch(lambda method, path, tries: 503 if path.endswith("0.wav") and tries < 40 else None)
    corpora = {"tones": Corpus(make_spec(), "s3://waited/tones")}
    config = BuildConfig(corpora, emotion_scheme(), str(tmp_path / "dataset"), AudioOptions())
    told: list[BuildProgress] = []
    build_dataset(config, on_progress=told.append)
    assert any("503 SlowDown" in words for counts in told for words in counts.waiting)
    assert told[-1].waiting == ()


@pytest.mark.usefixtures("hurry")
def test_store_that_is_down_is_said_in_seconds(
    make_spec: MakeSpec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_spec()
    arguments = ["--spec", str(tmp_path / "tones.yaml"), "--root", "tones=s3://nowhere/tones"]
    keys = ["--s3_access_key_id=key", "--s3_secret_access_key=secret"]
    assert main(["check", *arguments, "--s3_endpoint_url=http://127.0.0.1:9", *keys]) == 1
    assert re.search(r"the store does not answer: .*127\.0\.0\.1:9", capsys.readouterr().err)


def test_missing_bucket_is_named(s3: S3, make_spec, make_corpus, tmp_path, capsys) -> None:
    with pytest.raises(DataError, match="there is no bucket 'nowhere'"):
        list_files("s3://nowhere/tones")
    make_spec()
    arguments = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={make_corpus()}"]
    assert main(["build", *arguments, "--output", "s3://nowhere/out", *s3.arguments]) == 1
    assert "there is no bucket 'nowhere'" in capsys.readouterr().err


def test_missing_credentials_are_named(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    configure_stores(StoreOptions(s3_endpoint_url=s3.url))
    with pytest.raises(UsageError, match=r"no credentials.*AWS_ACCESS_KEY_ID"):
        list_files("s3://corpora/tones")


@pytest.mark.parametrize(
    ("options", "url", "message"),
    [
        (StoreOptions(s3_endpoint_url="nonsense"), "s3://corpora/x", "Invalid endpoint: nonsense"),
        (StoreOptions(), "gopher://corpora/x", r"gopher://corpora/: can't be opened: .*gs://"),
    ],
)
def test_wrong_options_and_schemes_are_named(options: StoreOptions, url: str, message: str) -> None:
    configure_stores(options)
    with pytest.raises(UsageError, match=message):
        read_file(url, "a.wav")


@pytest.mark.parametrize("command", ["build", "check", "train", "evaluate", "report"])
def test_misspelt_options_are_named(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = {
        "build": ["--output", str(tmp_path / "out")],
        "train": ["--data", "s3://corpora/x", "--output", str(tmp_path / "out")],
        "evaluate": ["--data", "s3://corpora/x", "--model", "none"],
        "report": ["s3://corpora/x"],
    }
    assert main([command, *needed.get(command, []), "--s3_endpont_url=x"]) == 2
    error = capsys.readouterr().err
    assert "option --s3_endpont_url" in error
    assert "did you mean --s3_endpoint_url?" in error


@pytest.mark.parametrize(
    ("scheme", "package"), [("s3", "obstore"), ("s3", "boto3"), ("gs", "google.cloud.storage")]
)
def test_missing_package_names_its_extra(
    scheme: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    extra = {"s3": "aws", "gs": "gcp"}[scheme]
    with pytest.raises(UsageError, match=re.escape(install_command(extra))):
        list_files(f"{scheme}://corpora/tones")


def test_refused_credentials_stop_at_once(s3: S3) -> None:
    s3.fill("refused", {"a.wav": b"x"})
    s3.watch(lambda *_: 403)
    with pytest.raises(DataError, match="403 AccessDenied"):
        list_files("s3://refused")
    with pytest.raises(ExhubertError, match="403 AccessDenied"):
        storage.write_atomic("s3://refused/out", b"x")
    assert len(s3.requests) == 2


# --- fetching ahead --------------------------------------------------------------------------


def test_objects_are_fetched_ahead_in_bounded_number(
    s3: S3, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    upload(s3, "slow", make_corpus(speakers=8), "tones")
    s3.watch(delay=0.05)
    assert build(make_spec, "slow", tmp_path / "slow", s3) == 0
    assert 4 < s3.together <= 16
    assert max(times for (_, path), times in s3.tries.items() if path.endswith(".wav")) == 1


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archive_in_a_store_is_read_in_ranges(
    s3: S3, kind: str, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    facts = "id,age\n" + "".join(f"s0{n},{20 + n}\n" for n in range(4))
    archive = (zipped if kind == "zip" else tarred)(
        files_of(root) | {"facts.csv": facts.encode(), "video.avi": os.urandom(3_000_000)}
    )
    s3.fill(f"{kind}s", {f"tones/download.{kind}": archive})
    make_spec(tables=FACTS, archive=f'"*.{kind}"')
    arguments = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones=s3://{kind}s/tones"]
    s3.watch()
    assert main(["check", *arguments, "--json", *s3.arguments]) == 0
    output = ["--output", str(tmp_path / "dataset"), "--jobs", "1", "--json"]
    assert main(["build", *arguments, *output, *s3.arguments]) == 0
    written = pd.concat(map(pd.read_parquet, (tmp_path / "dataset").glob("data/*/*.parquet")))
    assert written["age"].min() == 20
    asked = s3.tries["GET", f"/{kind}s/tones/download.{kind}"]
    assert asked <= 24 + 2 + 16  # clips, the table twice, and the directory once
    assert s3.sent < 2 * len(archive)


def test_metadata_of_a_shard_is_read_without_its_audio(s3: S3) -> None:
    row = dict.fromkeys(RECORD.names) | {"id": "a", "duration": 1.0}
    rows = [row | {"audio": {"bytes": os.urandom(1_000_000), "path": "a.flac"}} for _ in range(4)]
    sink = io.BytesIO()
    write_parquet(sink, (pa.Table.from_pylist([row], RECORD) for row in rows))
    content = sink.getvalue()
    s3.fill("shards", {"dataset/data/tones/test-00000-of-00001.parquet": content})
    receipt = ShardReceipt("tones/test-00000-of-00001", "", "", 4, len(content), "", ())
    s3.watch()
    frame = read_metadata("s3://shards/dataset", [receipt])
    assert frame[["id", "duration", "shard"]].values.tolist() == [["a", 1.0, receipt.shard]] * 4
    assert 0 < s3.sent < 1_000_000


@pytest.mark.parametrize("archived", [False, True])
def test_tables_name_no_file_outside_the_root(
    s3: S3, archived: bool, make_spec: MakeSpec, tmp_path: Path
) -> None:
    tone = tmp_path / "tone.wav"
    write_tone(tone)
    rows = "".join(f"{name},ang\n" for name in ("a.wav", "../secret.wav", "s3://outside/c.wav"))
    files = {"facts.csv": f"file,label\n{rows}".encode(), "wav/a.wav": tone.read_bytes()}
    files = {"all.zip": zipped(files)} if archived else files
    bucket = f"outside-{archived}".lower()
    beside = {"secret.wav": tone.read_bytes(), "c.wav": tone.read_bytes()}
    s3.fill(bucket, {f"tones/{name}": content for name, content in files.items()} | beside)
    spec = make_spec(
        archive='"*.zip"',
        audio='"**/*.wav"',
        path=r"'(?P<file>[^/]+)$'",
        tables="{t: {file: facts.csv, match: {file: '{file}'}, take: {emotion: label}}}",
        splits="{by: utterance}",
    )
    indexed = index_corpus(spec, f"s3://{bucket}/tones", emotion_scheme())
    place = "all.zip/wav/a.wav" if archived else "wav/a.wav"
    assert [utterance.source_path for utterance in indexed.utterances] == [place]
    assert indexed.missing == {"t": ["../secret.wav", "s3://outside/c.wav"]}
