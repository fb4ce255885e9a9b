"""What a dry run says is what a build then does."""

from dataclasses import replace
from pathlib import Path

from pipeline.audio.options import AudioOptions
from pipeline.checks.build_preview import ShardCounts, preview_build
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec, write_tone


def plan(output: Path, *corpora: tuple[CorpusSpec, Path]) -> BuildConfig:
    by_id = {spec.id: Corpus(spec, str(root)) for spec, root in corpora}
    return BuildConfig(by_id, emotion_scheme(), str(output), AudioOptions())


def test_a_preview_counts_what_the_build_then_writes(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus(speakers=5)
    write_tone(root / "wav" / "s00_oth_0.wav")
    write_tone(root / "wav" / "stray.wav")
    write_tone(root / "again" / "wav" / "s00_ang_0.wav")
    build = plan(tmp_path / "out", (make_spec(), root))
    (before,) = preview_build(build).corpora
    assert not (tmp_path / "out").exists()
    written = build_dataset(build).corpora["tones"]
    assert (before.found, before.to_write) == (written.found, written.written) == (33, 30)
    assert before.excluded == written.excluded == {"copy": 1, "other": 1}
    assert before.rejected == written.rejected == {"unrecognised_name": 1}
    for split, counts in written.splits.items():
        assert before.splits[split].utterances == counts.utterances
        assert before.splits[split].speakers == counts.speakers
    assert before.decoded == ShardCounts(len(written.shards), 30)
    wavs = [file for file in root.glob("wav/s0*.wav") if "oth" not in file.name]
    assert before.bytes_to_read == sum(file.stat().st_size for file in wavs)
    (after,) = preview_build(build).corpora
    assert (after.reused, after.decoded, after.bytes_to_read) == (before.decoded, ShardCounts(), 0)


def test_a_preview_tells_labels_from_audio(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    build = plan(tmp_path / "out", (make_spec(), root))
    build_dataset(build)
    relabelled = make_spec(emotions="{ang: irritation, neu: neutral, hap: happiness}")
    (preview,) = preview_build(plan(tmp_path / "out", (relabelled, root))).corpora
    assert (preview.relabelled, preview.bytes_to_read) == (ShardCounts(3, 24), 0)
    write_tone(root / "wav" / "s00_ang_0.wav", hertz=900, seconds=0.5)
    (preview,) = preview_build(build).corpora
    assert (preview.decoded.shards, preview.reused.shards) == (1, 2)
    assert preview.decoded.utterances + preview.reused.utterances == 24
    other = replace(build, audio=AudioOptions(codec="wav"))
    assert preview_build(other).corpora[0].decoded == ShardCounts(3, 24)


def test_a_preview_names_what_stays_and_what_goes(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    tones, bells = ((make_spec(name), make_corpus(name)) for name in ("tones", "bells"))
    build_dataset(plan(tmp_path / "out", tones, bells))
    for file in tones[1].rglob("s0[123]*.wav"):
        file.unlink()
    preview = preview_build(plan(tmp_path / "out", tones))
    assert preview.kept == ["bells"]
    assert preview.corpora[0].stale == 2


def test_what_an_earlier_build_could_not_write_is_not_announced_again(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root = make_corpus()
    (root / "wav" / "s00_ang_0.wav").write_bytes(b"no audio")
    build = plan(tmp_path / "out", (make_spec(), root))
    written = build_dataset(build).corpora["tones"]
    (after,) = preview_build(build).corpora
    assert (after.to_write, after.reused.utterances) == (written.written, written.written)
    assert after.rejected == written.rejected == {"undecodable": 1}
    (relabelled,) = preview_build(
        plan(tmp_path / "out", (make_spec(emotions="{ang: fear, neu: neutral, hap: anger}"), root))
    ).corpora
    assert relabelled.relabelled.utterances == written.written
