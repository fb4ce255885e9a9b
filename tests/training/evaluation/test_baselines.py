import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch

from exhubert.cli.main import main
from pipeline.common.errors import DataError, UsageError
from pipeline.common.extras import install_command
from pipeline.shards.metadata_reader import read_shard_metadata
from tests.support.models import SMALL
from tests.support.shards import record, write_shards, write_tones
from training.data.dataset import Utterances
from training.data.index import load_index
from training.data.parquet_audio import ClipLocation
from training.data.row_choice import RowChoice
from training.evaluation.baselines import egemaps as egemaps_module
from training.evaluation.baselines.clip_states import pooled_states
from training.evaluation.baselines.egemaps import extract_features, functionals
from training.evaluation.baselines.feature_cache import Features
from training.evaluation.baselines.linear import GRID, UNCHOSEN, Part, choose, make_svm
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.score_file import read_scores
from training.model.build import build_model


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tones")
    return write_tones(folder, {"train": 3, "validation": 1, "test": 2})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    build_model(None, config=SMALL).save_pretrained(folder)
    return folder


def test_the_metadata_of_each_shard_is_read_once(
    tones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(shard: str, *rest: Any, **options: Any) -> pd.DataFrame:
        read.append(shard)
        return read_shard_metadata(shard, *rest, **options)

    monkeypatch.setattr("training.data.index.read_shard_metadata", note)
    run_baseline(Baseline("majority"), tones, task="categories")
    assert sorted(read) == sorted(map(str, tones.glob("data/*/*.parquet")))


def test_clips_of_classes_that_training_lacks_are_counted(tmp_path: Path) -> None:
    rows = [
        record(corpus, split, number, 0, emotion=emotion)
        for corpus, emotions in (("alpha", ["anger", "calm"]), ("beta", ["anger", "calm", "fear"]))
        for split in ("train", "test")
        for number, emotion in enumerate(emotions)
    ]
    write_shards(tmp_path, rows)
    fitted, scored = RowChoice(["alpha"]), RowChoice(["beta"])
    result = run_baseline(
        Baseline("majority"), tmp_path, rows=scored, fit_on=fitted, task="categories"
    )
    assert result.overall.utterances == 2
    assert result.notes == [
        "1 of 3 clips of beta are not scored: training lacks their classes (fear)"
    ]


def test_majority_scores_chance_and_says_how_sure_it_is(tmp_path: Path) -> None:
    rows = [record("alpha", "train", n, label) for n, label in enumerate([0, 1, 3, 3])]
    rows += [record("alpha", "test", n, n % 4) for n in range(8)]
    write_shards(tmp_path, rows)
    result = run_baseline(Baseline("majority"), tmp_path)
    assert result.overall.uar == pytest.approx(result.overall.chance) == pytest.approx(1 / 4)
    assert set(result.predictions.predicted[0]) == {3}
    assert result.calibration is not None
    assert result.calibration.confidence == pytest.approx(0.5)


def test_egemaps_tells_tones_of_new_speakers_apart(tones: Path) -> None:
    result = run_baseline(Baseline("egemaps"), tones)
    assert result.overall.uar > 0.5
    assert result.calibration is None
    assert result.speakers.seen == 0
    assert "C = " in result.notes[0]


def test_egemaps_features_are_kept_by_the_samples_they_are_of(tmp_path: Path) -> None:
    rows = [record("alpha", "train", n, n % 6, audio_xxh3=f"sum{n}") for n in range(3)]
    write_shards(tmp_path, [*rows, record("alpha", "train", 3, 3, audio_xxh3=None)])
    index, kept = load_index(tmp_path, "train"), tmp_path / "kept"
    counts: list[int] = []
    totals: list[int] = []

    def note(more: int, total: int) -> None:
        counts.append(more)
        totals.append(total)

    first = extract_features(index, kept, note)
    assert first.shape == (4, 88)
    assert np.isfinite(first).all()
    assert sum(counts) == 4
    assert set(totals) == {4}
    (file,) = kept.rglob("*.parquet")
    assert pq.read_table(file).column("audio_xxh3").to_pylist() == ["sum0", "sum1", "sum2"]
    changed = index.assign(shard="gone")[:3]  # could not be read again
    np.testing.assert_array_equal(extract_features(changed[::-1], kept), first[2::-1])


def test_runs_side_by_side_keep_the_features_of_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [record("alpha", "train", n, n % 6, audio_xxh3=f"sum{n}") for n in range(2)]
    write_shards(tmp_path, rows)
    index, kept = load_index(tmp_path, "train"), tmp_path / "kept"
    extract = egemaps_module._extract_group

    def extract_beside_another(places: list[ClipLocation]) -> list[Features]:
        monkeypatch.setattr(egemaps_module, "_extract_group", extract)
        extract_features(index[1:], kept)  # while the first run has read what is kept
        return extract(places)

    monkeypatch.setattr(egemaps_module, "_extract_group", extract_beside_another)
    first = extract_features(index[:1], kept)
    gone = index.assign(shard="gone")  # could not be read again
    np.testing.assert_array_equal(extract_features(gone, kept)[:1], first)


def test_egemaps_features_that_cannot_be_kept_are_used_all_the_same(tmp_path: Path) -> None:
    write_shards(tmp_path, [record("alpha", "train", 0, 0)])
    nowhere = tmp_path / "manifest.json" / "kept"  # below a file
    with pytest.warns(
        UserWarning, match=r"opensmile-.*\.parquet: features are not kept: Not a dir"
    ):
        features = extract_features(load_index(tmp_path, "train"), nowhere)
    assert features.shape == (1, 88)


def test_clips_at_a_url_have_features_and_no_folder_is_named_after_it(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here, there = (
        run_baseline(Baseline("egemaps"), dataset) for dataset in (tones, f"fsspec+file://{tones}")
    )
    assert there.overall == here.overall
    assert not list(tmp_path.iterdir())


def test_clips_too_short_for_functionals_are_padded() -> None:
    assert np.isfinite(functionals(np.ones(10, np.float32))).all()


def test_without_opensmile_the_extra_is_named(
    tones: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "opensmile":
            raise ImportError(name)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["baseline", "--data", str(tones), "--kind", "egemaps"]) == 2
    assert install_command("baseline") in capsys.readouterr().err


def test_c_is_chosen_on_validation_and_not_without_it() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    features = rng.normal(size=(60, 5)) + labels[:, None]
    part = Part(features, labels)
    fit = choose(make_svm, part, part)
    assert fit.c in GRID
    assert fit.uar is not None
    nothing = Part(features[:0], labels[:0])
    assert choose(make_svm, part, nothing).c == UNCHOSEN
    with pytest.raises(DataError, match="fewer than two classes"):
        choose(make_svm, Part(features, labels * 0), part)


def test_probe_hears_the_mean_over_the_frames_of_the_clip_alone(tones: Path, base: Path) -> None:
    index = load_index(tones, "test")
    model = build_model(str(base))
    states = pooled_states(model, index, batch_size=5)
    assert states.shape == (len(index), 3, 16)
    clip = Utterances(index)[4]["input_values"]
    alone = model.hubert(torch.from_numpy(clip)[None], output_hidden_states=True).hidden_states
    expected = np.stack([state.mean(dim=1)[0].detach().numpy() for state in alone])
    np.testing.assert_allclose(states[4], expected, atol=1e-4)


def test_probe_chooses_a_layer_and_gives_probabilities(
    tones: Path, base: Path, tmp_path: Path
) -> None:
    output = tmp_path / "probe.json"
    arguments = ["baseline", "--data", str(tones), "--kind", "probe", "--base", str(base)]
    assert main([*arguments, "--output", str(output)]) == 0
    result = read_scores(output)
    assert result.calibration is not None
    assert "probe of layer" in result.notes[0]
    assert main([*arguments, "--layer", "9"]) == 2


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        (Baseline("probe"), "needs --base"),
        (Baseline("majority", base="x"), "majority has neither"),
    ],
)
def test_options_that_do_not_fit_are_refused(baseline: Baseline, message: str, tones: Path) -> None:
    with pytest.raises(UsageError, match=message):
        run_baseline(baseline, tones)


def test_speakers_left_out_are_not_heard(tones: Path) -> None:
    everyone = run_baseline(Baseline("majority"), tones, "train")
    assert everyone.speakers.seen == 6
    spared = run_baseline(
        Baseline("majority"),
        tones,
        "train",
        fit_on=RowChoice(exclude_speakers=["alpha:train0", "beta:train1"]),
    )
    assert spared.speakers.seen == 4


def test_clips_heard_in_training_are_counted_in_the_notes(tmp_path: Path) -> None:
    rows = [record("alpha", "train", n, n % 6, audio_xxh3=f"sum{n}") for n in range(8)]
    rows += [record("beta", "test", n, n % 6, audio_xxh3=f"sum{n}") for n in range(3)]
    rows += [record("beta", "test", n, n % 6, audio_xxh3=None) for n in range(3, 6)]
    write_shards(tmp_path, rows)
    heard = run_baseline(Baseline("majority"), tmp_path)
    assert heard.notes == ["the audio of 3 of 6 utterances WAS in training"]
    fit_on = RowChoice(exclude_audio_of=["beta/test"])
    assert run_baseline(Baseline("majority"), tmp_path, fit_on=fit_on).notes == []


@pytest.mark.slow
def test_egemaps_beats_chance_on_real_speech(real_audio: Path, tmp_path: Path) -> None:
    build = ["build", "--data-root", str(real_audio), "--output", str(tmp_path), "--jobs", "2"]
    assert main([*build, "--corpora", "emo_db"]) in (0, 1)
    result = run_baseline(Baseline("egemaps"), tmp_path)
    assert result.overall.uar_low > result.overall.chance
    kept = pd.read_parquet(next((tmp_path / ".features").rglob("*.parquet")))
    assert len(kept) == 123
