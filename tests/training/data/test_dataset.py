import io
import pickle
import shutil
from pathlib import Path
from random import Random

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile as sf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader
from transformers import Wav2Vec2FeatureExtractor

from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import SAMPLE_RATE
from tests.support.shards import record, tone, write_manifest, write_shards, write_tones
from training.data.clips import MIN_SAMPLES, change_speed, choose_crop, decode_clip, normalize_input
from training.data.dataset import (
    Utterances,
    collate,
    require_batch,
)
from training.data.index import clipped_durations, load_index
from training.data.parquet_audio import AudioReader, clip_locations
from training.data.row_choice import RowChoice
from training.data.sampling import Draw, Mixture, bucket, epoch_plan


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 4, "test": 2})


def test_index_holds_every_row_of_a_split_and_no_audio(dataset: Path) -> None:
    index = load_index(dataset, "train")
    assert len(index) == 2 * 4 * 6
    assert set(index["split"]) == {"train"}
    assert "audio" not in index
    assert index["group"].nunique() == 6  # 24 rows in groups of 10, in each of two corpora


def test_corpora_are_included_and_excluded(dataset: Path) -> None:
    assert set(load_index(dataset, rows=RowChoice(["alpha"]))["corpus"]) == {"alpha"}
    assert set(load_index(dataset, rows=RowChoice(exclude_corpora=["alpha"]))["corpus"]) == {"beta"}


def test_a_collection_stands_for_those_of_its_corpora_that_are_there(tmp_path: Path) -> None:
    write_shards(
        tmp_path, [record(corpus, "train", 0, 2) for corpus in ("alpha", "emovo", "savee")]
    )
    assert set(load_index(tmp_path, rows=RowChoice(["@serab"]))["corpus"]) == {"emovo", "savee"}
    assert set(load_index(tmp_path, rows=RowChoice(exclude_corpora=["@serab"]))["corpus"]) == {
        "alpha"
    }
    with pytest.raises(UsageError, match="no collection called @sarab; did you mean 'serab'"):
        load_index(tmp_path, rows=RowChoice(["@sarab"]))


def test_rows_without_a_label_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    write_shards(tmp_path, [record("alpha", "train", n, None if n == 1 else 2) for n in range(3)])
    assert load_index(tmp_path)["row"].tolist() == [0, 2]
    assert len(load_index(tmp_path, labelled=False)) == 3


def test_split_without_rows_gives_an_empty_index(dataset: Path) -> None:
    index = load_index(dataset, "validation")
    assert index.empty
    assert "group" in index


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "dev"}, "unknown split 'dev': expected one of train, validation, test"),
        ({"rows": RowChoice(["alfa"])}, "no corpus 'alfa': there are alpha, beta"),
    ],
)
def test_unknown_split_or_corpus_is_a_usage_error(dataset: Path, arguments, message) -> None:
    with pytest.raises(UsageError, match=message):
        load_index(dataset, **arguments)


def test_folder_without_shards_says_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="as `exhubert build` writes them"):
        load_index(tmp_path)


def test_file_that_is_no_shard_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "data" / "alpha" / "train-00000-of-00001.parquet"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match=r"train-00000-of-00001\.parquet: not a shard"):
        load_index(tmp_path)


def test_shard_without_a_column_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, [record("alpha", "train", 0, 1)])
    (shard,) = tmp_path.glob("data/*/*.parquet")
    pq.write_table(pq.read_table(shard).drop_columns(["audio_xxh3"]), shard)
    write_manifest(tmp_path)
    with pytest.raises(DataError, match=r"00001\.parquet: not a shard .*: no column 'audio_xxh3'"):
        load_index(tmp_path)


def damage(what: str, folder: Path) -> None:
    shards = sorted(folder.glob("data/*/*.parquet"))
    if what == "missing":
        shards[0].unlink()
    elif what == "cut":
        shards[0].write_bytes(shards[0].read_bytes()[:-9])
    elif what == "more":
        shutil.copy(shards[0], shards[0].with_name("train-00001-of-00002.parquet"))
    else:
        (folder / "manifest.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("missing", "lists 2 shards, .* 1 missing, data/alpha/train-00000-of-00001.parquet first"),
        ("cut", "1 not of the size there, data/alpha/train-00000-of-00001.parquet first"),
        ("more", "1 not listed, data/alpha/train-00001-of-00002.parquet first"),
        ("manifest", "manifest.json: no manifest as `exhubert build` writes it"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "fsspec+file://"])
def test_dataset_other_than_its_manifest_is_not_read(
    tmp_path: Path, prefix: str, what: str, said: str
) -> None:
    write_tones(tmp_path, {"train": 1})
    assert len(load_index(f"{prefix}{tmp_path}")) == 12
    damage(what, tmp_path)
    with pytest.raises(DataError, match=said):
        load_index(f"{prefix}{tmp_path}")


def test_row_gives_its_own_audio_whatever_the_order(dataset: Path) -> None:
    index = load_index(dataset, "train")
    utterances = Utterances(index)
    for row in (37, 0, 23, 24):
        number = int(index["id"][row][-3:])
        whole = tone(number % 6, 0.4 + 0.05 * (number % 5), seed=number)
        np.testing.assert_allclose(
            utterances[row]["input_values"], normalize_input(whole), atol=2e-3
        )
        assert utterances[row]["label"] == number % 6


def test_training_crop_depends_on_seed_epoch_and_copy_only(dataset: Path) -> None:
    index = load_index(dataset, "train")
    one, two = (Utterances(index, window=0.2, speed=0.1) for _ in range(2))
    two[Draw(3, 9)]  # whatever was read before
    np.testing.assert_array_equal(one[Draw(5, 1)]["input_values"], two[Draw(5, 1)]["input_values"])
    others = [Draw(5, 2), Draw(5, 1, copy=1)]
    for draw in others:
        assert not np.array_equal(one[Draw(5, 1)]["input_values"], one[draw]["input_values"])


def test_worker_processes_give_the_same_batches(dataset: Path) -> None:
    utterances = Utterances(load_index(dataset, "train"), window=0.2)
    utterances[0]  # a file is open when the workers are forked
    plan = [[Draw(row), Draw(row + 1)] for row in range(0, 12, 2)]
    alone, shared = (
        list(DataLoader(utterances, batch_sampler=plan, collate_fn=collate, num_workers=workers))
        for workers in (0, 2)
    )
    for one, other in zip(alone, shared, strict=True):
        torch.testing.assert_close(one, other)


def test_reader_keeps_to_its_budget_and_travels_without_its_cache(dataset: Path) -> None:
    index = load_index(dataset)
    reader = AudioReader(budget=1)
    for location in clip_locations(index):
        reader.read(location)
        assert len(reader._groups) == 1
    assert not pickle.loads(pickle.dumps(reader))._groups


def test_an_epoch_reads_each_row_group_once(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = load_index(dataset, "train")
    draws = epoch_plan(index, Mixture(), 0, 0)
    groups, sizes = index["group"].to_numpy(), index["group_bytes"].to_numpy()
    pool = 2 * int(sizes.max())
    batches = bucket(draws, clipped_durations(index, 3.0), groups, sizes, 4, 0, pool_bytes=pool)
    read: list[int] = []
    whole = pq.ParquetFile.read_row_group
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_group",
        lambda file, group, **how: (read.append(group), whole(file, group, **how))[1],
    )
    reader = AudioReader(budget=pool * 3 // 2)
    locations = clip_locations(index)
    for draw in (draw for batch in batches for draw in batch):
        reader.read(locations[draw.row])
    assert len(read) == index["group"].nunique() == 6


def test_whole_clips_end_at_the_longest(dataset: Path) -> None:
    utterances = Utterances(load_index(dataset, "test"), longest=0.25)
    assert len(utterances[0]["input_values"]) == SAMPLE_RATE // 4


def test_undecodable_audio_names_shard_and_utterance(tmp_path: Path) -> None:
    broken = record("alpha", "train", 0, 1, audio={"bytes": b"noise", "path": "x.flac"})
    write_shards(tmp_path, [broken])
    with pytest.raises(DataError, match="cannot decode 'alpha/train_000'"):
        Utterances(load_index(tmp_path))[0]


@pytest.mark.parametrize("workers", [0, 1])
def test_errors_of_workers_read_as_if_there_were_none(tmp_path: Path, workers: int) -> None:
    broken = record("alpha", "train", 0, 1, audio={"bytes": b"noise", "path": "x.flac"})
    write_shards(tmp_path, [broken])
    loader = DataLoader(Utterances(load_index(tmp_path)), collate_fn=collate, num_workers=workers)
    with pytest.raises(DataError) as raised:
        list(map(require_batch, loader))
    (shard,) = tmp_path.glob("data/*/*.parquet")
    assert str(raised.value).startswith(f"{shard}: cannot decode 'alpha/train_000': undecodable")
    assert "Traceback" not in str(raised.value)


def test_audio_at_another_rate_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    sf.write(buffer, tone(1, rate=8000), 8000, format="WAV")
    audio = {"bytes": buffer.getvalue(), "path": "x.wav"}
    write_shards(tmp_path, [record("alpha", "train", 0, 1, audio=audio)])
    with pytest.raises(DataError, match="1 channels at 8000 Hz: expected mono at 16000 Hz"):
        Utterances(load_index(tmp_path))[0]


lengths = st.integers(1, 50_000)


@settings(deadline=None)
@given(lengths, st.integers(1, 40_000), st.floats(0, 0.4), st.integers())
def test_crop_lies_in_the_clip_and_lasts_a_window(
    frames: int, width: int, spread: float, seed: int
) -> None:
    first, last, speed = choose_crop(frames, width, Random(seed), spread)
    assert 0 <= first <= last <= frames
    assert 1 - spread <= speed <= 1 + spread
    assert last - first == min(frames, round(width * speed))
    played = change_speed(np.ones(last - first, np.float32), speed, width)
    assert len(played) <= width
    if frames >= 2 * width:
        assert len(played) >= width - 1


def test_crops_reach_both_ends_of_a_clip() -> None:
    assert {choose_crop(10, 4, Random(seed)).first for seed in range(100)} == set(range(7))


@settings(deadline=None, max_examples=40)
@given(lengths, st.integers(1, 40_000), st.integers(0, 2**32), st.sampled_from(["FLAC", "WAV"]))
def test_crop_is_what_stands_there_in_the_whole_clip(
    frames: int, width: int, seed: int, container: str
) -> None:
    samples = np.random.default_rng(seed).integers(-9_000, 9_000, frames).astype(np.int16)
    buffer = io.BytesIO()
    sf.write(buffer, samples, SAMPLE_RATE, format=container, subtype="PCM_16")
    first, last, _ = choose_crop(frames, width, Random(seed))
    clip = decode_clip(buffer.getvalue(), "shard", "clip", first, last)
    np.testing.assert_array_equal(clip * 32768, samples[first:last])


def test_scaling_equals_the_feature_extractor_of_transformers() -> None:
    extractor = Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)
    clips = [tone(1, 0.3), tone(4, 0.5) + 0.2]
    theirs = extractor(clips, sampling_rate=SAMPLE_RATE, padding=True, return_tensors="pt")
    ours = collate([{"input_values": normalize_input(clip), "label": 0} for clip in clips])
    torch.testing.assert_close(ours["input_values"], theirs["input_values"], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(ours["attention_mask"], theirs["attention_mask"], check_dtype=False)


@pytest.mark.parametrize("clip", [np.zeros(3000), np.full(1, 0.5), np.zeros(0)])
def test_silent_tiny_and_empty_clips_stay_finite(clip: np.ndarray) -> None:
    scaled = normalize_input(clip.astype(np.float32))
    assert np.isfinite(scaled).all()
    assert len(scaled) >= MIN_SAMPLES
