import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from exhubert.cli.main import main
from pipeline.common.errors import DataError, UsageError
from tests.support.pages import Strict
from tests.support.pairs import note_pairs
from tests.support.shards import NANO, record, write_shards, write_tones
from training.config.recipe import load_recipe
from training.data.dataset_files import identity
from training.data.manifest import earlier_checksums
from training.evaluation.baselines.run import Baseline
from training.evaluation.cross_corpus import row_key, run_cross_corpus
from training.evaluation.cross_corpus_rows import plan_rows
from training.evaluation.reports.cross_corpus import cross_corpus_page

LEFT_OUT, A_TO_B = "leave-one-corpus-out", "train-on-a-test-on-b"
THREE = ("alpha", "beta", "gamma")


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tones")
    return write_tones(folder, {"train": 2, "validation": 1, "test": 1}, THREE)


def test_each_corpus_is_left_out_once_and_scored_whole(tones: Path, tmp_path: Path) -> None:
    matrix = run_cross_corpus({"majority": Baseline("majority")}, tones, tmp_path, LEFT_OUT)
    assert [(row.train, row.test) for row in matrix.rows] == [
        (("beta", "gamma"), ("alpha",)),
        (("alpha", "gamma"), ("beta",)),
        (("alpha", "beta"), ("gamma",)),
    ]
    for row, evaluation in zip(matrix.rows, matrix.systems["majority"], strict=True):
        assert evaluation.not_trained_on == [row.name]
        assert evaluation.overall.utterances == 24  # train, validation and test
        assert evaluation.speakers.seen == 0


def test_each_corpus_is_trained_on_and_each_tested(tones: Path, tmp_path: Path) -> None:
    matrix = run_cross_corpus({"egemaps": Baseline("egemaps")}, tones, tmp_path, A_TO_B)
    assert [row.train for row in matrix.rows] == [("alpha",), ("beta",), ("gamma",)]
    for evaluation in matrix.systems["egemaps"]:
        assert set(evaluation.corpora) == set(THREE)
        assert evaluation.overall.utterances == 18  # the test splits


def test_rows_that_are_done_are_not_done_again(tones: Path, tmp_path: Path) -> None:
    systems = {"majority": Baseline("majority"), "tiny": load_recipe("tiny", _FAST)}
    lines: list[str] = []
    first = run_cross_corpus(systems, tones, tmp_path, LEFT_OUT, THREE[:2], on_message=lines.append)
    assert [line for line in lines if "done before" in line] == []
    score_files = sorted(tmp_path.glob("*/scores.json"))
    times = [file.stat().st_mtime_ns for file in score_files]
    assert len(score_files) == 4
    lines.clear()
    second = run_cross_corpus(
        systems, tones, tmp_path, LEFT_OUT, THREE[:2], on_message=lines.append
    )
    assert len([line for line in lines if "done before" in line]) == 4
    assert [file.stat().st_mtime_ns for file in score_files] == times
    assert second.to_dict() == first.to_dict()


_FAST = [*NANO, "optimizer.epochs=1", "run.evaluate_every=1"]


def test_rows_are_done_anew_when_what_decides_them_changes(tones: Path, tmp_path: Path) -> None:
    (row, other, _) = plan_rows(tones, LEFT_OUT, (), "test")
    recipe = load_recipe("tiny", _FAST)
    key = row_key(recipe, row, identity(tones), "test")
    changed = write_tones(tmp_path, {"train": 1, "test": 1}, THREE)
    others = [
        row_key(load_recipe("tiny", [*_FAST, "run.seed=1"]), row, identity(tones), "test"),
        row_key(Baseline("majority"), row, identity(tones), "test"),
        row_key(recipe, other, identity(tones), "test"),
        row_key(recipe, row, identity(tones), "all"),
        row_key(recipe, row, identity(changed), "test"),
    ]
    assert len({key, *others}) == 6
    assert row_key(load_recipe("tiny", _FAST), row, identity(tones), "test") == key


def test_rows_that_an_earlier_release_has_done_are_read(tones: Path, tmp_path: Path) -> None:
    """It counted the version of a dataset among what tells it from others."""
    dataset, systems = tmp_path / "data", {"most common": Baseline("majority")}
    shutil.copytree(tones, dataset)
    manifest = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    text = json.dumps(manifest | {"version": "0.1.0"})
    (dataset / "manifest.json").write_text(text, encoding="utf-8")
    run_cross_corpus(systems, dataset, tmp_path / "out", LEFT_OUT)
    earlier = earlier_checksums(dataset) - {identity(dataset)}
    for row, one in zip(
        plan_rows(dataset, LEFT_OUT, (), "all"), [*earlier, *earlier], strict=False
    ):
        key = row_key(systems["most common"], row, one, "all")
        (done,) = (tmp_path / "out").glob(f"most_common-*-{row.name}-*")
        done.rename(tmp_path / "out" / f"most common-{row.name}-{key[:8]}")
    lines: list[str] = []
    run_cross_corpus(systems, dataset, tmp_path / "out", LEFT_OUT, on_message=lines.append)
    assert len([line for line in lines if "done before" in line]) == 3


def test_rows_are_done_anew_for_another_dataset_wherever_it_lies(
    tones: Path, tmp_path: Path
) -> None:
    (row, *_) = plan_rows(tones, LEFT_OUT, (), "test")
    built = write_tones(tmp_path / "built", {"train": 1, "test": 1}, THREE)
    bare = [tmp_path / "bare", tmp_path / "bare again"]
    for folder in bare:
        shutil.copytree(built, folder, ignore=shutil.ignore_patterns("manifest.json"))
    datasets = [tones, built, *bare]
    on_disk, at_urls = (
        [row_key(Baseline("majority"), row, identity(dataset), "test") for dataset in locations]
        for locations in (datasets, [f"fsspec+file://{dataset}" for dataset in datasets])
    )
    assert len(set(on_disk)) == len(set(at_urls)) == 4
    assert at_urls[:2] == on_disk[:2]  # a manifest says which dataset it is


def test_features_of_clips_at_a_url_are_kept_with_the_rows(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    systems = {"egemaps": Baseline("egemaps")}
    here, there = tmp_path / "here", tmp_path / "there"
    at_url = run_cross_corpus(systems, f"fsspec+file://{tones}", there, A_TO_B, THREE[:2])
    assert list(tmp_path.iterdir()) == [there]
    assert len(list((there / ".features").iterdir())) == 1
    on_disk = run_cross_corpus(systems, tones, here, A_TO_B, THREE[:2])
    assert on_disk.to_dict()["systems"] == at_url.to_dict()["systems"]
    assert not (here / ".features").exists()


def shared_speakers(folder: Path, unclassed: str = "") -> Path:
    """Two corpora of the same actors, of whom one is tested in one and trained on in the other."""
    rows = [
        record(
            corpus,
            split,
            number,
            None if (split, who) == ("train", unclassed) else number % 6,
            speaker=f"studio:{who}",
        )
        for corpus, split, who in [
            ("alpha", "train", "anna"),
            ("alpha", "train", "ben"),
            ("alpha", "test", "cleo"),
            ("beta", "train", "cleo"),
            ("beta", "train", "dora"),
            ("beta", "test", "eve"),
        ]
        for number in range(6)
    ]
    for place, row in enumerate(rows):
        row["id"] = f"{row['corpus']}/{place}"
    write_shards(folder, rows)
    return folder


@pytest.mark.parametrize("mode", [LEFT_OUT, A_TO_B])
def test_actors_of_two_corpora_are_not_trained_on_where_they_are_tested(
    mode: str, tmp_path: Path
) -> None:
    dataset = shared_speakers(tmp_path / "data")
    rows = {row.name: row for row in plan_rows(dataset, mode, (), "test")}  # type: ignore[arg-type]
    trained_on_beta = rows["alpha" if mode == LEFT_OUT else "beta"]
    assert trained_on_beta.exclude_speakers == ("studio:cleo",)
    systems = {"majority": Baseline("majority"), "tiny": load_recipe("tiny", _FAST)}
    matrix = run_cross_corpus(systems, dataset, tmp_path / "out", mode, split="test")  # type: ignore[arg-type]
    for evaluations in matrix.systems.values():
        assert [evaluation.speakers.seen for evaluation in evaluations] == [0, 0]
        assert any("left out of training: studio:cleo" in note
                   for evaluation in evaluations for note in evaluation.notes)  # fmt: skip


def test_actors_whose_training_rows_have_no_class_are_left_out_too(tmp_path: Path) -> None:
    dataset = shared_speakers(tmp_path, unclassed="cleo")
    rows = {row.name: row for row in plan_rows(dataset, A_TO_B, (), "test")}
    assert rows["beta"].exclude_speakers == ("studio:cleo",)


def test_what_a_recipe_leaves_out_stays_out(tmp_path: Path) -> None:
    dataset = shared_speakers(tmp_path / "data")
    own = ["data.exclude_speakers=[studio:anna]", "data.exclude_audio_of=[alpha/test]"]
    systems = {"tiny": load_recipe("tiny", [*_FAST, *own])}
    run_cross_corpus(systems, dataset, tmp_path / "out", A_TO_B, split="test")
    (used,) = (tmp_path / "out").glob("tiny-alpha-*/model/training_config.yaml")
    data = load_recipe(used).data
    assert (data.exclude_speakers, data.exclude_audio_of) == (
        ("studio:anna",),
        ("alpha/test", "beta/test"),
    )


def clips(corpus: str, split: str, sums: Sequence[str | None]) -> list[dict[str, Any]]:
    """Rows of a corpus, the checksum of each one's audio given; None for unknown."""
    return [
        record(corpus, split, number, number % 6, audio_xxh3=audio)
        for number, audio in enumerate(sums)
    ]


def twin_corpora(folder: Path) -> Path:
    """A corpus and most of it once more under other ids, and a third of unknown checksums."""
    train, test = [f"train {n}" for n in range(12)], [f"test {n}" for n in range(6)]
    own = [f"own {n}" for n in range(6)]
    rows = [
        *(row for corpus in THREE[:2] for row in clips(corpus, "test", test)),
        *clips("alpha", "train", train),
        *clips("beta", "train", [*train, *own]),
        *clips("beta", "validation", [*train[:2], *own[:4]]),
        *(row for split in ("train", "test") for row in clips("gamma", split, [None] * 6)),
    ]
    write_shards(folder, rows)
    return folder


def test_audio_that_is_scored_is_not_trained_on_under_another_id(tmp_path: Path) -> None:
    dataset = twin_corpora(tmp_path / "data")
    rows = {row.name: row for row in plan_rows(dataset, LEFT_OUT, (), "all")}
    assert rows["alpha"].exclude_audio_of == ("alpha",)
    assert [rows[name].equal_audio for name in THREE] == [14, 12, 0]
    systems = {"majority": Baseline("majority"), "tiny": load_recipe("tiny", _FAST)}
    matrix = run_cross_corpus(systems, dataset, tmp_path / "out", LEFT_OUT)
    left_out = "utterances left out of training, as their audio is scored"
    for evaluations in matrix.systems.values():
        notes = [" ".join(evaluation.notes) for evaluation in evaluations]
        assert [f"{left_out}: 14" in notes[0], f"{left_out}: 12" in notes[1]] == [True, True]
        assert left_out not in notes[2]
        assert "WAS in training" not in "".join(notes)
    stated = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in (tmp_path / "out").glob("*/model/provenance.json")
    ]
    trained_on = {
        model["recipe"]["data"]["exclude_audio_of"][0]: model["dataset"]["utterances"]
        for model in stated
    }
    assert trained_on == {
        "alpha": {"train": 12, "validation": 4},
        "beta": {"train": 6},
        "gamma": {"train": 30, "validation": 6},
    }
    assert "audio is scored: 14." in cross_corpus_page(matrix, "twins")


def test_only_audio_of_the_split_that_is_scored_is_left_out(tmp_path: Path) -> None:
    rows = plan_rows(twin_corpora(tmp_path), A_TO_B, (), "test")
    assert rows[0].exclude_audio_of == ("beta/test", "gamma/test")
    assert [row.equal_audio for row in rows] == [0, 0, 0]


def test_a_recording_that_is_scored_is_not_trained_on_in_another_form(tmp_path: Path) -> None:
    rows = [
        *clips("alpha", "train", [f"first {n}" for n in range(12)]),
        *clips("beta", "train", [f"second {n}" for n in range(12)]),
    ]
    write_shards(tmp_path / "data", rows)
    note_pairs(tmp_path / "data", [(f"first {n}", f"second {n}") for n in range(4)])
    row, _ = plan_rows(tmp_path / "data", LEFT_OUT, (), "all")
    assert (row.equal_audio, row.fitted_clips["train"]) == (4, 8)
    systems = {"majority": Baseline("majority")}
    matrix = run_cross_corpus(systems, tmp_path / "data", tmp_path / "out", LEFT_OUT)
    notes = "".join(matrix.systems["majority"][0].notes)
    assert "left out of training, as their audio is scored: 4" in notes
    assert "WAS in training" not in notes


def test_row_whose_training_is_all_scored_is_refused_before_any_is_run(tmp_path: Path) -> None:
    sums = [f"sum {n}" for n in range(6)]
    write_shards(tmp_path, [row for corpus in THREE[:2] for row in clips(corpus, "train", sums)])
    with pytest.raises(
        DataError, match=r"row alpha: nothing is left .* clip of beta is in .* alpha, too"
    ):
        plan_rows(tmp_path, LEFT_OUT, (), "all")


def test_row_with_one_class_left_is_refused_before_any_is_run(tmp_path: Path) -> None:
    rows = [
        record(corpus, split, n, n % 2, speaker="shared" if n in shared else f"{corpus}:own")
        for corpus, shared in (("alpha", (1, 3, 5)), ("beta", (0,)))
        for split in ("train", "test")
        for n in range(6)
    ]
    write_shards(tmp_path, rows)
    with pytest.raises(
        DataError, match=r"row beta: one class is left to train on: .* of beta, too"
    ):
        plan_rows(tmp_path, LEFT_OUT, (), "all")


def test_cells_without_common_classes_stay_empty_and_are_told(tmp_path: Path) -> None:
    emotions = {"alpha": ("anger", "calm"), "beta": ("fear", "calm")}
    rows = [
        record(corpus, split, n, n % 2, emotion=named[n % 2])
        for corpus, named in emotions.items()
        for split in ("train", "validation", "test")
        for n in range(6)
    ]
    write_shards(tmp_path / "data", rows)
    lines: list[str] = []
    matrix = run_cross_corpus(
        {"majority": Baseline("majority")},
        *(tmp_path / "data", tmp_path / "out", A_TO_B),
        on_message=lines.append,
        label_set="categories",
    )
    cells = {one.name: one.test for one in matrix.rows}
    assert cells == {"alpha": ("alpha",), "beta": ("beta",)}
    assert lines[0].startswith("trained on alpha: beta is not scored: of its classes")


@pytest.mark.parametrize("mode", [LEFT_OUT, A_TO_B])
def test_command_prints_writes_and_draws(
    mode: str, tones: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["matrix", "--data", str(tones), "--output", str(tmp_path), "--mode", mode]
    table, figure = tmp_path / "paper.md", tmp_path / "paper.svg"
    files = ["--table", str(table), "--figure", str(figure)]
    assert main([*arguments, "--baseline", "majority,egemaps", *files]) == 0
    assert figure.is_file()
    assert "| egemaps |" in table.read_text(encoding="utf-8")
    printed = capsys.readouterr().out
    assert "6 of 6: egemaps" in printed
    assert "nobody had to be left out" in printed
    saved = json.loads((tmp_path / "matrix.json").read_text(encoding="utf-8"))
    cells = saved["systems"]["majority"]["alpha"]
    assert list(cells) == (["alpha"] if mode == LEFT_OUT else list(THREE))
    page = Strict((tmp_path / "matrix.html").read_text(encoding="utf-8"))
    assert "gamma" in page.text


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--baseline", "probe"],
        ["--baseline", "majority", "--set", "run.seed=1"],
        ["--baseline", "majority", "--corpora", "alpha"],
        ["--baseline", "majority", "--corpora", "alpha", "delta"],
        ["--config", "tiny", "--corpora", "alpha", "beta", "--set", "data.exclude_corpora=[beta]"],
        ["--config", "tiny", "--corpora", "alpha", "beta", "--set", "data.corpora=[alpha]"],
        ["--config", "tiny", "--set", "name=majority", "--baseline", "majority"],
        ["--config", "tiny", "--set", "data.where='age < 9'", "--baseline", "majority"],
    ],
)
def test_questions_without_an_answer_are_refused(
    arguments: list[str], tones: Path, tmp_path: Path
) -> None:
    assert main(["matrix", "--data", str(tones), "--output", str(tmp_path), *arguments]) == 2


def test_a_recipe_that_chooses_other_corpora_is_refused(tones: Path, tmp_path: Path) -> None:
    recipe = load_recipe("tiny", [*_FAST, "data.corpora=[alpha, beta]"])
    for corpora in ((), THREE):
        with pytest.raises(UsageError, match="choose other corpora than are asked for"):
            run_cross_corpus({"tiny": recipe}, tones, tmp_path, LEFT_OUT, corpora)


def test_the_corpora_of_a_recipe_are_those_of_the_matrix(tones: Path, tmp_path: Path) -> None:
    line = ["matrix", "--data", str(tones), "--output", str(tmp_path), "--config", "tiny"]
    own = [*_FAST, "data.exclude_corpora=[beta]", "name=../../elsewhere"]
    assert main([*line, "--set", *own]) == 0
    saved = json.loads((tmp_path / "matrix.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in saved["rows"]] == ["alpha", "gamma"]
    assert len(list(tmp_path.glob("*/scores.json"))) == 2  # below the output, whatever the name


def test_a_collection_stands_for_those_that_have_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        record(
            corpus, split, n, None, emotion=("anger", "fear")[n % 2] if corpus != "tess" else None
        )
        for corpus in ("crema_d", "ravdess", "tess", "other")
        for split in ("train", "validation", "test")
        for n in range(4)
    ]
    write_shards(tmp_path / "data", rows)
    line = ["matrix", "--data", str(tmp_path / "data"), "--baseline", "majority", "--json"]
    named = ["--output", str(tmp_path / "out"), "--labels", "categories", "--corpora", "@emobox"]
    assert main([*line, *named]) == 0
    captured = capsys.readouterr()
    assert [row["name"] for row in json.loads(captured.out)["rows"]] == ["crema_d", "ravdess"]
    assert "passed over: tess: fewer than two classes" in " ".join(captured.err.split())
    assert main([*line, *named, "tess"]) == 2


def test_corpora_without_anything_to_score_are_left_out_or_named(tmp_path: Path) -> None:
    rows = [record(corpus, "train", n, n % 6) for corpus in THREE for n in range(6)]
    rows += [record(corpus, "test", n, n % 6) for corpus in THREE[:2] for n in range(6)]
    rows += [record("gamma", "test", n, 3) for n in range(6)]
    write_shards(tmp_path, rows)
    assert [row.name for row in plan_rows(tmp_path, A_TO_B, (), "test")] == ["alpha", "beta"]
    with pytest.raises(UsageError, match="gamma: fewer than two classes"):
        plan_rows(tmp_path, A_TO_B, THREE, "test")


def test_models_and_baselines_are_scored_in_the_same_classes(tmp_path: Path) -> None:
    rows = [
        record(corpus, split, number, number % 6, emotion=("anger", "calm", "fear")[number % 3])
        for corpus in THREE[:2]
        for split in ("train", "validation", "test")
        for number in range(9)
    ]
    write_shards(tmp_path / "data", rows)
    systems = {"majority": Baseline("majority"), "tiny": load_recipe("tiny", _FAST)}
    matrix = run_cross_corpus(
        systems, tmp_path / "data", tmp_path / "out", LEFT_OUT, label_set="categories"
    )
    for evaluations in matrix.systems.values():
        for evaluation in evaluations:
            assert evaluation.classes == ["anger", "calm", "fear"]
            assert evaluation.overall.utterances == 27
    mapping = tmp_path / "map.yaml"
    mapping.write_text("anger: loud\ncalm: quiet\n")
    line = ["matrix", "--data", str(tmp_path / "data"), "--baseline", "majority", "--json"]
    assert main([*line, "--labels", str(mapping), "--output", str(tmp_path / "mapped")]) == 0
    assert main([*line, "--labels", "native", "--output", str(tmp_path / "native")]) == 2
