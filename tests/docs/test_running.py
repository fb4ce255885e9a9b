"""Lines and snippets of the documentation, run page by page in a folder that has all they name.

What is not run stands in ``OTHER_PAGES``, ``NOT_RUN`` and :data:`tests.support.fenced.OTHERS`, with
the reason.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from demo.standins import speak_standins
from exhubert.cli.main import main
from tests.conftest import tone, write_tone
from tests.support.fenced import PAGES, Block, blocks, words
from tests.support.standins import beep

OTHER_PAGES = {
    "tutorial.md": "tests/docs/test_tutorial.py runs it",
    "numbers.md": "tells of runs on real corpora, and of the demonstration's voices",
}
"""Page → why none of its lines is run here."""

NOT_RUN = {
    "…": "leaves something out",
    r"\b(s3|gs)://": "needs a store: tests/pipeline/storage runs such lines on servers",
    r"--runner=": "needs a runner: tests/pipeline/running has tests of those that it can start",
    r"corpora get ": "downloads",
    r"publish (?!.*--dry-run)": "sends to the hub: tests/exhubert/cli/commands/test_publish.py",
    r"--add loso 5-fold session": "needs a corpus with sessions",
    r"--play": "needs a loudspeaker",
    r"facebook/|microsoft/|amiriparian/": "downloads a model",
    r"train (?!.*--dry-run).*exhubert_large": "downloads a base, and takes a GPU hours",
    r"evaluate .*\bemoset\b": "the model of a GPU's hours",
    r"mlcroissant": "an environment of its own: tests/pipeline/dataset/test_croissant.py",
}
"""What a line or snippet holds → why it is not run."""

FEWER = {
    "build": ["--allow-partial", "--max-reject-rate", "0.5", "--jobs", "1"],
    "check": ["--allow-partial", "--max-reject-rate", "0.5"],
    "train": ["optimizer.epochs=1", "sampling.epoch_size=16"],
    "matrix": ["--set", "optimizer.epochs=1", "--set", "sampling.epoch_size=16"],
    "benchmark": ["--set", "optimizer.epochs=1", "--set", "sampling.epoch_size=16"],
}
"""Command → what lets it be done with parts of corpora, in seconds."""

MADE_ANEW = {"train", "export", "matrix", "benchmark", "convert"}
"""Commands whose --output must not be there."""

ENDS = {
    "show": {0, 1},  # 1: no row of so small a dataset
    "publish": {0, 2},  # 2: TESS may not be passed on
}
"""Command → statuses with which it may end; 0, else."""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Corpora, a dataset, a model, scores and recordings under the names that the pages use."""
    place = tmp_path_factory.mktemp("workplace")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr("demo.standins.speak", beep)
        speak_standins("corpora", ["emo_db", "tess"], 28)
        run("exhubert build --data-root corpora --output dataset")
        run("exhubert train --data dataset --output model --config tiny heads.emotion=0.5")
        run("exhubert evaluate --model model --data dataset --output scores/tiny.json")
        run("exhubert baseline --data dataset --kind majority --output scores/majority.json")
        for suffix in (".json", ".parquet"):
            shutil.copy(f"scores/majority{suffix}", f"scores/egemaps{suffix}")
    shutil.copytree(place / "dataset", place / "other")
    shutil.copytree(place / "corpora/emo_db", place / "emodb")
    for number in range(3):
        shutil.copytree(place / "model", place / f"seed{number}")
    for person in ("p01", "p02", "p03", "p04"):
        for number, emotion in enumerate(("boos", "blij", "neutraal")):
            clip = place / f"recordings/{person}/{emotion}_01.wav"
            write_tone(clip, hertz=100 * int(person[1:]) + 20 * number, seconds=0.5)
    for place_in_list, person in enumerate(("anna", "bram", "cas", "dirk")):
        clip = place / f"dutch/session1/{person}_boos_1.wav"
        write_tone(clip, hertz=500 + 20 * place_in_list, seconds=0.5)
    table = "id,sex,age\nanna,v,34\nbram,m,35\ncas,m,36\ndirk,m,37\n"
    (place / "dutch/speakers.csv").write_text(table)
    labels = "{anger: negative, sadness: negative, happiness: positive, neutral: positive}"
    (place / "valence.yaml").write_text(labels)
    for name in ("recording.wav", "speech.wav"):
        write_tone(place / name, seconds=1.0)
    soundfile.write(place / "interview.mp3", tone(seconds=7.0), 16_000)
    write_video(place / "video.mp4")
    return place


def write_video(path: Path) -> None:
    """A second of sound in a video's container."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        samples = tone(seconds=1.0).astype(np.float32)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
        frame.sample_rate = 16_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


def run(line: str) -> None:
    """Runs a line in this process, with what lets it be done in seconds."""
    command, *given = words(line)
    if command in MADE_ANEW and "--output" in given and "--dry-run" not in given:
        shutil.rmtree(given[given.index("--output") + 1], ignore_errors=True)
    trains = command == "train" or "--config" in given or "tiny" in line
    fewer = FEWER.get(command, []) if trains or command in {"build", "check"} else []
    assert main([command, *given, *fewer]) in ENDS.get(command, {0})


def why_not(text: str) -> str | None:
    return next((why for sign, why in NOT_RUN.items() if re.search(sign, text)), None)


def test_every_reason_is_needed() -> None:
    texts = [
        text
        for page in PAGES
        for block in blocks(page)
        for text in (block.lines() if block.is_shell else [block.text])
    ]
    for sign in NOT_RUN:
        assert any(re.search(sign, text) for text in texts), sign


def run_block(block: Block, names: dict[str, Any]) -> Iterator[str]:
    """Runs a block; gives what went wrong."""
    if block.language == "yaml" and block.text.startswith("id: my_corpus"):
        Path("my_corpus.yaml").write_text(block.text)
    elif block.language == "python" and not why_not(block.text):
        yield from _fault(block.text, lambda: exec(compile(block.text, block.page, "exec"), names))
    for line in block.lines() if block.is_shell else ():
        if line.startswith("exhubert ") and not why_not(line):
            yield from _fault(line, partial(run, line))


def _fault(text: str, work: Callable[[], object]) -> Iterator[str]:
    try:
        work()
    except (Exception, SystemExit) as error:
        yield f"{text}\n    {type(error).__name__}: {error}"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in OTHER_PAGES], ids=lambda page: page.name
)
def test_lines_and_snippets_run(
    page: Path, workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install '.[train]'")
    if not any(block.is_shell or block.language == "python" for block in blocks(page)):
        pytest.skip("nothing to run on this page")
    shutil.copytree(workplace, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    names: dict[str, Any] = {
        "samples": tone(seconds=1.0, rate=44_100),
        "paths": ["speech.wav", "video.mp4"],
    }
    specs = [block for block in blocks(page) if block.text.startswith("id: my_corpus")]
    order = [*specs[-1:], *(block for block in blocks(page) if block not in specs)]
    faults = [fault for block in order for fault in run_block(block, names)]
    assert not faults, "\n".join(faults)
