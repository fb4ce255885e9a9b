"""The report and the Croissant description of a dataset."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xxhash

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.croissant.description import make_croissant
from pipeline.dataset.manifest import Gains, require_manifest
from pipeline.dataset.protocols import change_protocols
from pipeline.dataset.rejects import read_left_out, rejects_path
from pipeline.dataset.report.page import make_report, read_rows, write_report
from pipeline.dataset.run_log import read_runs, record_run
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.schema.record import RECORD
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec, write_tone


@pytest.fixture
def dataset(tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus) -> Path:
    root = make_corpus(speakers=5)
    write_tone(root / "wav" / "s00_oth_0.wav")
    write_tone(root / "wav" / "<b>stray.wav")
    write_tone(root / "wav" / "s01_ang_8.wav", hertz=900)
    write_tone(root / "wav" / "s01_ang_9.wav", hertz=900)
    corpora = {"tones": Corpus(make_spec(), str(root))}
    build_dataset(BuildConfig(corpora, emotion_scheme(), str(tmp_path / "out"), AudioOptions()))
    return tmp_path / "out"


class Page(HTMLParser):
    """Words of a page, and everything that it would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag in {"link", "img", "iframe"} or any(name == "src" for name, _ in attrs):
            self.fetched.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def test_report_needs_nothing_but_a_browser_and_escapes_names(dataset: Path) -> None:
    text = (dataset / "report.html").read_text()
    page = Page(text)
    assert page.fetched == []
    assert "url(" not in text
    assert "<b>stray" not in text
    assert "&lt;b&gt;stray" in text
    assert len(text) < 120_000  # a quarter of it sound


def test_report_shows_counts_splits_duplicates_and_what_was_left_out(dataset: Path) -> None:
    words = " ".join(Page((dataset / "report.html").read_text()).words)
    assert "utterances 32" in words
    assert "No speaker stands in two splits." in words
    assert "tones/wav/s01_ang_8 = tones/wav/s01_ang_9" in words
    assert "tones excluded other 1" in words
    assert "tones rejected unrecognised name 1" in words
    assert "16000 32" in words


def test_report_warns_of_shared_speakers_and_of_terms(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    licence = "{name: house rules, redistribute: false}"
    spec = make_spec(splits="{by: utterance}", licence=licence)
    corpora = {"tones": Corpus(spec, str(make_corpus()))}
    output = tmp_path / "dataset"
    build_dataset(BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions()))
    words = " ".join(Page((output / "report.html").read_text()).words)
    assert "Speakers stand in two splits in tones" in words
    assert "terms forbid it for tones" in words


def test_report_lists_runs_without_their_command_lines(dataset: Path) -> None:
    with record_run(
        str(dataset), ["exhubert", "build", "--output", "/home/me/secret place"]
    ) as run:
        write_report(str(dataset))
        assert "no end recorded" in (dataset / "report.html").read_text()
        run.status = 0
    write_report(str(dataset))
    text = (dataset / "report.html").read_text()
    assert '<span class="good">fine</span>' in text
    assert "secret place" not in text


def test_same_dataset_gives_the_same_report_and_croissant(dataset: Path) -> None:
    manifest = require_manifest(str(dataset))
    rows = read_rows(str(dataset), manifest, "redistributable")
    page = make_report(manifest, read_left_out(str(dataset)), read_runs(str(dataset)), rows)
    assert page == (dataset / "report.html").read_text()
    assert make_croissant(manifest) == (dataset / "croissant.json").read_text()


def test_report_of_a_folder_that_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no manifest\.json, so not a dataset"):
        write_report(str(tmp_path))


def test_damaged_rejects_are_named(dataset: Path) -> None:
    Path(rejects_path(str(dataset))).write_bytes(b"PAR1 and nothing else")
    with pytest.raises(DataError, match=r"rejects\.parquet: .*; build again"):
        write_report(str(dataset))


def test_report_of_an_empty_corpus_is_made(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    spec = make_spec(exclude="{ang: a, neu: b, hap: c}", emotions="{fea: fear}")
    corpora = {"tones": Corpus(spec, str(make_corpus()))}
    output = tmp_path / "dataset"
    build_dataset(BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions()))
    assert "utterances 0" in " ".join(Page((output / "report.html").read_text()).words)


def test_croissant_covers_every_shard_and_every_column(dataset: Path) -> None:
    croissant = json.loads((dataset / "croissant.json").read_text())
    assert croissant["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    (shards,) = croissant["distribution"]
    assert set(dataset.glob(shards["includes"])) == set(dataset.rglob("*-of-*.parquet"))
    utterances = croissant["recordSet"][-1]
    assert [field["name"].split("/")[1] for field in utterances["field"]] == RECORD.names
    ids = [item["@id"] for item in croissant["distribution"] + croissant["recordSet"]]
    assert len(ids) == len(set(ids))


def test_manifest_names_every_shard_with_its_size_and_checksum(dataset: Path) -> None:
    (corpus,) = require_manifest(str(dataset)).corpora.values()
    for shard in corpus.shards:
        content = (dataset / shard.path).read_bytes()
        assert (shard.bytes, shard.xxh3) == (len(content), xxhash.xxh3_128_hexdigest(content))
    paths = {dataset / shard.path for shard in corpus.shards}
    assert paths == set(dataset.rglob("*-of-*.parquet"))


def test_links_lead_to_the_web_and_names_hold_no_control_characters(dataset: Path) -> None:
    hostile = require_manifest(str(dataset))
    name, corpus = next(iter(hostile.corpora.items()))
    changes = {"licence_url": "javascript:alert(1)", "name": "\x1b[31m<b>"}
    hostile.corpora[name] = corpus.model_copy(update=changes)
    page = make_report(hostile, [], [])
    assert "javascript:" not in page
    assert r"\x1b[31m&lt;b&gt;" in page
    croissant = make_croissant(hostile)
    assert "javascript:" not in croissant
    assert "\x1b" not in croissant


def test_one_is_no_plural_and_nothing_is_less_than_zero(dataset: Path) -> None:
    manifest = require_manifest(str(dataset))
    gains = Gains(low=-0.04, median=-0.0, high=0.01)
    manifest.corpora["tones"] = manifest.corpora["tones"].model_copy(update={"gains": gains})
    with record_run(str(dataset), ["exhubert", "build"], jobs=1) as run:
        run.status = 0
    runs = read_runs(str(dataset))
    words = " ".join(Page(make_report(manifest, [], runs)).words)
    assert "+0.0 +0.0 … +0.0" in words
    assert "1 group of equal audio remains, each" in words
    assert "corpus 1" in words
    assert "1 corpora" not in words
    assert "local, 1 process Linux" in words.replace("Darwin", "Linux")


def test_protocols_stand_with_their_leaks(dataset: Path) -> None:
    assert 'id="protocols"' not in (dataset / "report.html").read_text()
    change_protocols(str(dataset), ["loso"])
    write_report(str(dataset))
    words = " ".join(Page((dataset / "report.html").read_text()).words)
    assert "loso Each speaker once as the test part." in words
    assert "tones 5 0 0 – 3 32 6–8" in words
    assert "s01 " in words.partition("Every fold")[2]


def test_every_chart_is_told_in_words(dataset: Path) -> None:
    charts = re.findall(r"<svg[^>]*>", (dataset / "report.html").read_text())
    assert charts
    assert all(re.search(r'role="img" aria-label="[^"]+: [\d, ]+', chart) for chart in charts)
