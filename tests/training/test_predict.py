import itertools
import json
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, UsageError
from pipeline.schema import CLASSES
from tests.training.shards import LEARNING, run_command, tone, write_tones
from training.predict import Classifier, find_audio, marginals, window_bounds
from training.recipe import load_recipe
from training.train import train


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("predict")
    data = write_tones(folder / "data", {"train": 8, "validation": 2}, corpora=("alpha",))
    train(load_recipe("tiny", [*LEARNING, "data.longest=2.0"]), data, folder / "model")
    return folder / "model"


@pytest.fixture(scope="module")
def classifier(model: Path) -> Classifier:
    return Classifier.from_pretrained(model)


def write_wav(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    sf.write(path, samples, rate)
    return path


def test_probabilities_and_marginals_sum_to_one(classifier: Classifier, tmp_path: Path) -> None:
    result = classifier.predict(write_wav(tmp_path / "a.wav", tone(3, 1.0)))
    assert tuple(result.probabilities) == CLASSES
    for part in (result.probabilities, result.arousal, result.valence):
        assert sum(part.values()) == pytest.approx(1, abs=1e-3)
    assert result.label == max(result.probabilities, key=lambda name: result.probabilities[name])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_marginals_add_up_the_classes_they_name(values: list[float]) -> None:
    arousal, valence = marginals(np.array(values), CLASSES)
    for name, value in (arousal | valence).items():
        named = [p for label, p in zip(CLASSES, values, strict=True) if name in label.split("_")]
        assert value == pytest.approx(sum(named), abs=1e-4)


def test_other_classes_have_no_marginals() -> None:
    assert marginals(np.array([0.4, 0.6]), ["calm", "tense"]) == ({}, {})


def test_rate_channels_and_container_hardly_matter(classifier: Classifier, tmp_path: Path) -> None:
    wide = tone(4, 1.0, rate=48_000)
    plain = classifier.predict(write_wav(tmp_path / "a.wav", tone(4, 1.0)))
    stereo = classifier.predict(write_wav(tmp_path / "b.flac", np.stack([wide, wide], 1), 48_000))
    assert stereo.label == plain.label
    assert stereo.duration == plain.duration == 1.0


def test_video_is_read_through_ffmpeg(classifier: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        samples = tone(2, 5.0)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    result = classifier.predict(path)
    assert result.duration == pytest.approx(5.0, abs=0.2)
    assert len(result.windows) == 5  # 2 s each, overlapping by half


@pytest.mark.parametrize("seconds", [0.01, 0.1, 1.0])
def test_short_clips_are_classified(classifier: Classifier, tmp_path: Path, seconds: float) -> None:
    result = classifier.predict(write_wav(tmp_path / "a.wav", tone(1, seconds)))
    assert len(result.windows) == 1
    assert np.isfinite(list(result.probabilities.values())).all()


def test_long_recording_is_cut_into_windows_that_tell_its_parts(
    model: Path, tmp_path: Path
) -> None:
    parts = np.concatenate([tone(0, 30.0), np.zeros(16_000 * 5, np.float32), tone(5, 30.0)])
    path = write_wav(tmp_path / "long.wav", parts)
    result = Classifier.from_pretrained(model, window=2.0).predict(path)
    assert result.duration == 65.0
    starts = {window.start for window in result.windows}
    assert not starts & {30.0, 31.0, 32.0, 33.0}  # digital silence says nothing
    first = [window.label for window in result.windows if window.end <= 30]
    last = [window.label for window in result.windows if window.start >= 35]
    assert max(set(first), key=first.count) != max(set(last), key=last.count)


@settings(deadline=None)
@given(st.floats(0.01, 400), st.floats(0.5, 30))
def test_windows_cover_a_file_and_are_equally_long(duration: float, window: float) -> None:
    bounds = window_bounds(duration, window)
    assert bounds[0][0] == 0
    assert bounds[-1][1] == pytest.approx(duration)
    assert all(end - start == pytest.approx(min(window, duration)) for start, end in bounds)
    assert all(later[0] <= earlier[1] + 1e-9 for earlier, later in itertools.pairwise(bounds))


def test_silence_and_text_are_data_errors_and_absence_a_usage_error(
    classifier: Classifier, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"still\.wav: silent"):
        classifier.predict(write_wav(tmp_path / "still.wav", np.zeros(16_000)))
    (tmp_path / "notes.wav").write_text("no audio at all", encoding="utf-8")
    with pytest.raises(DataError, match=r"notes\.wav: undecodable"):
        classifier.predict(tmp_path / "notes.wav")
    with pytest.raises(UsageError, match=r"gone\.wav: no such file"):
        classifier.predict(tmp_path / "gone.wav")
    with pytest.raises(UsageError, match="expected at least"):
        Classifier(classifier.trained, window=0.01)


def test_folders_are_searched_for_audio(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    sound = write_wav(tmp_path / "deep" / "a.wav", tone(0))
    (tmp_path / "deep" / "readme.txt").write_text("text", encoding="utf-8")
    assert find_audio([tmp_path, sound]) == [sound, sound]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no audio files"):
        find_audio([tmp_path / "empty"])
    with pytest.raises(UsageError, match="no such file or folder"):
        find_audio([tmp_path / "gone"])


def test_command_goes_on_after_a_bad_file_and_exits_with_one(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wav(tmp_path / "good.wav", tone(2))
    (tmp_path / "bad.wav").write_bytes(b"")
    status = run_command("predict", "--model", str(model), str(tmp_path), "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == 1
    assert [Path(line["path"]).name for line in lines] == ["bad.wav", "good.wav"]
    assert "error" in lines[0]
    assert lines[1]["label"] in CLASSES


def test_command_prints_a_table(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_wav(tmp_path / "good.wav", tone(2))
    assert run_command("predict", "--model", str(model), str(path)) == 0
    assert "aroused" in capsys.readouterr().out
