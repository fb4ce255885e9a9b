"""The pipeline on real files of eight corpora, with every oddity that their README tells of."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from pipeline.audio.options import AudioOptions
from pipeline.dataset.manifest import Manifest, read_manifest
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs

pytestmark = pytest.mark.xdist_group("real_audio")

FOUND = {
    "crema_d": 13,
    "emo_db": 123,
    "emovo": 32,
    "nemo": 53,
    "ravdess": 26,
    "tess": 89,
    "turev": 68,
    "urdu": 53,
}
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 72862\n"


@pytest.fixture(scope="module")
def dataset(real_audio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpora = {spec.id: Corpus(spec, str(real_audio / spec.id)) for spec in load_specs(list(FOUND))}
    output = tmp_path_factory.mktemp("real") / "dataset"
    build_dataset(BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions()))
    return output


@pytest.fixture(scope="module")
def manifest(dataset: Path) -> Manifest:
    manifest = read_manifest(str(dataset))
    assert manifest
    return manifest


@pytest.fixture(scope="module")
def rows(dataset: Path) -> pd.DataFrame:
    shards = sorted(dataset.glob("data/*/*.parquet"))
    return pd.concat(pd.read_parquet(shard) for shard in shards).set_index("id")


def samples(row: pd.Series) -> np.ndarray:
    decoded, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="int16")
    assert rate == 16_000
    return decoded


def test_all_files_are_written(manifest: Manifest) -> None:
    assert {name: corpus.found for name, corpus in manifest.corpora.items()} == FOUND
    assert {name: corpus.written for name, corpus in manifest.corpora.items()} == FOUND
    assert all(corpus.adds_up for corpus in manifest.corpora.values())


def test_no_speaker_is_tested_that_was_trained_on(rows: pd.DataFrame) -> None:
    tested = set(rows[rows["split"] == "test"]["speaker"])
    assert tested.isdisjoint(rows[rows["split"] != "test"]["speaker"])


def test_length_is_exact_whatever_the_rate(rows: pd.DataFrame, real_audio: Path) -> None:
    listed = pd.read_csv(real_audio / "MANIFEST.tsv", sep="\t").dropna(subset="frames")
    listed = listed[listed["corpus"].isin(FOUND) & ~listed["format"].str.startswith("MP3")]
    exact = np.ceil(listed["frames"] * 16_000 / listed["rate"])
    written = rows.set_index(["corpus", "source_path"])["duration"]
    found = [round(written[c, p] * 16_000) for c, p in zip(listed["corpus"], listed["path"])]  # noqa: B905
    np.testing.assert_array_equal(found, exact)
    assert {24_414, 96_000, 48_000, 44_100, 16_000} <= set(rows["source_sample_rate"])


def test_aiff_named_wav_is_decoded(rows: pd.DataFrame) -> None:
    aiff = rows[rows["source_codec"] == "AIFF/PCM_16"]
    assert sorted(Path(path).name for path in aiff["source_path"]) == [
        "YAF_germ_angry.wav",
        "YAF_neat_fear.wav",
    ]


def test_misspelt_speaker_is_known(rows: pd.DataFrame) -> None:
    assert rows.loc["tess/OA_bite_neutral"]["speaker"] == "tess:OAF"


def test_identical_pair_is_reported_within_one_split(
    manifest: Manifest, rows: pd.DataFrame
) -> None:
    pair = [f"ravdess/Actor_07/03-01-03-01-0{n}-0{m}-07" for n, m in ((2, 1), (2, 2))]
    assert pair in manifest.duplicates
    assert rows.loc[pair]["split"].nunique() == 1
    assert rows.groupby("audio_xxh3")["split"].nunique().max() == 1


def test_quiet_clip_is_kept_and_not_blown_up(rows: pd.DataFrame) -> None:
    quiet = rows.loc["ravdess/Actor_20/03-01-02-02-01-01-20"]
    assert list(quiet["flags"]) == ["quiet"]
    assert quiet["gain_db"] == 0.0
    assert np.abs(samples(quiet)).max() < 0.01 * 32768


def test_chunks_before_the_samples_are_not_heard(rows: pd.DataFrame) -> None:
    for _, row in rows[rows["corpus"] == "ravdess"].iterrows():
        heard = samples(row).astype(float)
        assert np.abs(heard[:400]).max() < 0.2 * np.abs(heard).max()  # speech starts after silence


def test_offsets_that_tell_the_class_are_gone(rows: pd.DataFrame) -> None:
    urdu = rows[rows["corpus"] == "urdu"]
    assert urdu["flags"].map(lambda flags: "dc_offset" in flags).any()
    assert max(abs(samples(row).astype(float).mean()) for _, row in urdu.iterrows()) < 32768 * 2e-4


def test_stereo_is_mixed_and_mp3_read(rows: pd.DataFrame) -> None:
    emovo = rows[rows["corpus"] == "emovo"]
    assert set(emovo["source_channels"]) == {1, 2}
    mp3 = rows[rows["source_codec"] == "MP3/MPEG_LAYER_III"]
    assert len(mp3) == 6
    assert set(mp3["speaker"]) == {"crema_d:1002"}


def test_git_lfs_pointers_are_named_as_such(tmp_path: Path) -> None:
    audio = tmp_path / "crema_d" / "AudioWAV"
    audio.mkdir(parents=True)
    (audio / "1001_DFA_ANG_XX.wav").write_bytes(LFS_POINTER)
    (spec,) = load_specs(["crema_d"])
    corpora = {"crema_d": Corpus(spec, str(audio.parent))}
    output = tmp_path / "dataset"
    manifest = build_dataset(BuildConfig(corpora, emotion_scheme(), str(output), AudioOptions()))
    assert manifest.corpora["crema_d"].rejected == {"git_lfs_pointer": 1}
    assert "git lfs pull" in pd.read_parquet(output / "rejects.parquet")["detail"].iloc[0]
