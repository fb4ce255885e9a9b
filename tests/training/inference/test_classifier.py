import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from exhubert.cli.arguments.recordings import check_list, find_audio, read_list
from exhubert.cli.output import console
from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES
from tests.support.shards import LEARNING, run_command, tone, write_tones
from training.config.recipe import load_recipe
from training.finetuning.train import train
from training.inference import classifier as predict
from training.inference.classifier import Classifier, batches
from training.inference.results import Prediction, PredictionFailure, marginals


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


def write_aac(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
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
    path = write_aac(tmp_path / "clip.mp4", tone(2, 5.0))
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


def test_files_that_share_batches_get_what_each_gets_alone(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = [0.3, 7.0, 1.0, 2.0, 0.3, 4.5]
    files = [
        write_wav(tmp_path / f"{number}.wav", tone(number % 6, seconds))
        for number, seconds in enumerate(lengths)
    ]
    alone = [classifier.predict(file) for file in files]
    sizes: list[int] = []
    for pool_seconds in (3.0, 320.0):
        monkeypatch.setattr(classifier, "pool_seconds", pool_seconds)
        together = list(classifier.predict_each(files, sizes.append))
        assert [one.path for one in together] == [str(file) for file in files]
        for one, other in zip(alone, together, strict=True):
            assert one.duration == other.duration
            assert one.probabilities == pytest.approx(other.probabilities, abs=2e-4)
            assert [w.start for w in one.windows] == [w.start for w in other.windows]
    assert max(sizes) > 6


def test_windows_are_reported_as_they_are_classified(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "pool_seconds", 8.0)
    reported: list[int] = []
    path = write_wav(tmp_path / "long.wav", tone(1, 60.0))
    (outcome,) = classifier.predict_each([path], reported.append)
    assert isinstance(outcome, Prediction)
    assert len(reported) > 1
    assert sum(reported) == len(outcome.windows)


def test_bad_recordings_take_their_place_among_the_others(
    classifier: Classifier, tmp_path: Path
) -> None:
    good = write_wav(tmp_path / "good.wav", tone(1))
    still = write_wav(tmp_path / "still.wav", np.zeros(16_000))
    files = [tmp_path / "gone.wav", good, still, good]
    outcomes = list(classifier.predict_each(files))
    assert [type(one) for one in outcomes] == [
        PredictionFailure,
        Prediction,
        PredictionFailure,
        Prediction,
    ]
    assert [one.path for one in outcomes] == [
        str(tmp_path / "gone.wav"),
        *map(str, (good, still, good)),
    ]


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_samples_are_classified_like_the_file_that_holds_them(
    classifier: Classifier, tmp_path: Path, rate: int
) -> None:
    wide = np.stack([tone(3, 3.0, rate=rate)] * 2, axis=1)
    path = write_wav(tmp_path / "a.wav", wide, rate)
    expected = classifier.predict(path)
    for samples in (wide, (wide * 32767).astype(np.int16), wide[:, 0].astype(np.float64)):
        found = classifier.predict((samples, rate))
        assert found.path is None
        assert found.duration == expected.duration
        assert found.probabilities == pytest.approx(expected.probabilities, abs=2e-3)


@settings(deadline=None)
@given(st.lists(st.integers(400, 30 * 16_000), max_size=60).map(sorted), st.booleans())
def test_batches_hold_every_clip_once_and_keep_to_their_size(lengths: list[int], pad: bool) -> None:
    parts = [lengths[part] for part in batches(lengths, pad)]
    assert [length for part in parts for length in part] == lengths
    for part in parts:
        assert part
        assert len(part) == 1 or len(part) * part[-1] <= predict.BATCH_SECONDS * 16_000
        assert pad or len(set(part)) == 1


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


@pytest.mark.parametrize("window", [0.01, -1.0, float("nan"), float("inf")])
def test_windows_too_short_or_endless_are_refused(classifier: Classifier, window: float) -> None:
    with pytest.raises(UsageError, match=r"expected at least 0\.1 s"):
        Classifier(classifier.trained, window=window)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ((np.zeros((2, 8_000)), 16_000), r"shape \(2, 8000\): .* \(frames, channels\)"),
        ((np.zeros((1, 2, 3)), 16_000), r"shape \(1, 2, 3\)"),
        ((np.zeros(8_000, np.uint8), 16_000), "type uint8: expected floats or signed integers"),
        ((np.zeros(8_000), 16_000.5), "rate of 16000.5: expected a whole number of Hz"),
        ((np.zeros(8_000), 0), "rate of 0"),
        (np.zeros(8_000), "ndarray: expected a path, or"),
        (Path(), "a folder: expected a file"),
    ],
)
def test_what_is_no_recording_is_refused_with_what_would_be(
    classifier: Classifier, source: Any, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        classifier.predict(source)


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
    known = "path duration label probabilities arousal valence windows"
    assert list(lines[1]) == known.split()  # no field of a head that is not there
    assert list(lines[1]["windows"][0]) == ["start", "end", *known.split()[2:-1]]


def test_command_reads_lists_and_writes_csv(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_wav(tmp_path / name, tone(2, 3.0)) for name in ("a b.wav", "ü.wav")]
    listed = "\0".join(map(str, [*paths, tmp_path / "gone.wav"])).encode()
    for arguments, rows in ([], 2), (["--windows"], 2 * 2):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(listed)))
        assert run_command("predict", "--model", str(model), "-", "--csv", *arguments) == 1
        printed = capsys.readouterr()
        table = pd.read_csv(io.StringIO(printed.out))
        assert len(table) == rows
        assert table.columns[-1] == "valence_positive"  # no column of a head that is not there
        assert set(table["path"]) == set(map(str, paths))
        np.testing.assert_allclose(table[list(CLASSES)].sum(axis=1), 1, atol=1e-3)
        assert "gone.wav: No such file" in printed.err
    assert read_list(b"a.wav\n\nb c.wav\n") == [Path("a.wav"), Path("b c.wav")]
    with pytest.raises(UsageError, match="no paths on stdin"):
        read_list(b"\n")


def test_a_recording_on_stdin_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="stdin: found data, expected paths of files"):
        check_list(read_list(write_wav(tmp_path / "a.wav", tone(0)).read_bytes()))
    with pytest.raises(UsageError, match=r"none of the files named is there \(a\.wav, …\)"):
        check_list(read_list(b"a.wav\nb.wav\n"))
    check_list([tmp_path / "gone.wav", tmp_path / "a.wav"])  # what is missing fails by itself


def test_command_classifies_a_recording_that_comes_by_stdin(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_wav(tmp_path / "a.wav", tone(2))
    assert run_command("predict", "--model", str(model), str(file), "--json") == 0
    by_name = json.loads(capsys.readouterr().out)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert run_command("predict", "--model", str(model), "-", "--json") == 0
    by_stdin = json.loads(capsys.readouterr().out)
    assert by_stdin.pop("path") == "-"
    assert by_name.pop("path") == str(file)
    assert by_stdin == by_name


# VmHWM, as ru_maxrss counts what the process that started this one held.
PEAK_OF_A_RUN = """
import re, sys
from pathlib import Path
from training.inference.classifier import Classifier
windows = Classifier.from_pretrained(sys.argv[1]).predict(sys.argv[2]).windows
status = Path("/proc/self/status").read_text()
print(len(windows), re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".wav", ".m4a"])
def test_memory_does_not_grow_with_a_file(model: Path, tmp_path: Path, suffix: str) -> None:
    peaks = []
    for minutes in (6, 20):  # both fill the pool of windows
        samples = np.tile(tone(2, 10.0, rate=48_000), 6 * minutes)
        path = tmp_path / f"{minutes}{suffix}"
        (write_wav if suffix == ".wav" else write_aac)(path, samples, 48_000)
        done = subprocess.run(
            [sys.executable, "-c", PEAK_OF_A_RUN, str(model), str(path)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        windows, peak = map(int, done.stdout.split())
        assert windows >= 60 * minutes - 1
        peaks.append(peak / 1024)
    assert peaks[1] - peaks[0] < 40  # MiB; 14 minutes decoded are 154


def test_command_prints_a_table(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_wav(tmp_path / "good.wav", tone(2))
    assert run_command("predict", "--model", str(model), str(path)) == 0
    assert "aroused" in capsys.readouterr().out


def test_command_prints_whole_file_names_at_80_columns(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "OUT", Console(width=80, markup=False, highlight=False))
    path = write_wav(tmp_path / "good [1].wav", tone(2))
    assert run_command("predict", "--model", str(model), str(path)) == 0
    heading, line, _ = capsys.readouterr().out.splitlines()
    assert line.startswith("good [1].wav ")
    assert heading.split()[-2:] == ["neutral", "positive"]
    assert len(heading) <= 80
