"""Kaldi data directories: sorted as Kaldi checks it, and read by lhotse's own reader of them."""

import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.exports.formats import export_dataset


def _table(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_directories_hold_together(export: Callable[..., Path], samples: dict) -> None:
    folder = export("kaldi")
    heard = 0
    for split in ("train", "validation", "test"):
        place = folder / split
        wav, speakers = _table(place / "wav.scp"), _table(place / "utt2spk")
        assert wav.keys() == speakers.keys() == _table(place / "utt2emo").keys()
        for file in place.iterdir():
            lines = file.read_bytes().splitlines()
            assert lines == sorted(lines)
        # sorted by utterance, speakers are sorted, too: Kaldi's validate_data_dir.sh asks for it
        assert list(speakers.values()) == sorted(speakers.values())
        back = {k: s for s, keys in _table(place / "spk2utt").items() for k in keys.split()}
        assert back == speakers
        assert all(g == s.split(":")[1][0] for s, g in _table(place / "spk2gender").items())
        assert not (place / "text").exists()  # since some are unknown
        assert all(Path(path).is_file() for path in wav.values())
        heard += len(wav)
    assert heard == len(samples)


def test_texts_and_genders_are_of_all_or_not_there(export: Callable[..., Path]) -> None:
    folder = export("kaldi", where="text is not null")
    assert set(_table(folder / "train/text").values()) == {"Ach ja, so"}


def test_lhotse_reads_them(export: Callable[..., Path], samples: dict[str, np.ndarray]) -> None:
    pytest.importorskip("lhotse", reason="lhotse is not installed: pip install '.[exports]'")
    from lhotse.kaldi import load_kaldi_data_dir

    recordings, supervisions, _ = load_kaldi_data_dir(export("kaldi") / "train", 16_000)
    assert len(recordings) == len(supervisions) > 0
    lengths = sorted(len(clip) for clip in samples.values())
    assert {recording.num_samples for recording in recordings} <= set(lengths)


def test_flac_is_read_through_a_pipe(export: Callable[..., Path]) -> None:
    wav = _table(export("kaldi", codec="flac") / "train/wav.scp")
    assert all(c.startswith("flac -c -d -s '") and c.endswith(".flac' |") for c in wav.values())


def test_a_shell_reads_a_name_as_it_is(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "it's $(touch broken)"
    export_dataset(str(dataset), folder, "kaldi", codec="flac")
    for command in _table(folder / "train/wav.scp").values():
        *_, file, pipe = shlex.split(command)
        assert Path(file).is_file()
        assert pipe == "|"
