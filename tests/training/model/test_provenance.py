import pandas as pd

from training.model.provenance import TrainingSpeakers, stages

TRAINED = {"training_speakers": ["a:1", "a:2"], "training_utterances_of_unknown_speakers": 3}


def test_speakers_of_rows_are_counted_where_unknown() -> None:
    index = pd.DataFrame({"speaker": ["a:1", None, "a:1", None]})
    assert TrainingSpeakers.of_rows(index) == TrainingSpeakers(frozenset({"a:1"}), 2)


def test_what_is_saved_is_read_again() -> None:
    speakers = TrainingSpeakers(frozenset({"a:2", "a:1"}), 3)
    assert speakers.to_provenance() == TRAINED
    assert TrainingSpeakers.of_model("m", TRAINED) == speakers


def test_a_models_bases_count_too() -> None:
    tuned = {"training_speakers": ["b:1"], "base": {**TRAINED, "base": None}}
    found = TrainingSpeakers.of_model("m", tuned)
    assert found == TrainingSpeakers(frozenset({"a:1", "a:2", "b:1"}), 3)
    assert len(list(stages(tuned))) == 2


def test_models_without_provenance_are_named_once() -> None:
    found = TrainingSpeakers.of_model("m", {**TRAINED, "base": {}})
    assert found.models_without_provenance == ("m",)
    assert found.speakers == {"a:1", "a:2"}
    both = TrainingSpeakers.of_all([found, found, TrainingSpeakers.of_model("n", {})])
    assert both.models_without_provenance == ("m", "n")


def test_corpora_are_known_where_every_model_says_them() -> None:
    tuned = {**TRAINED, "dataset": {"corpora": {"b": {"train": 9}, "c": {"validation": 2}}}}
    first = {**TRAINED, "dataset": {"corpora": {"a": {"train": 5, "validation": 1}}}}
    assert TrainingSpeakers.of_model("m", tuned).corpora == {"b"}
    assert TrainingSpeakers.of_model("m", {**tuned, "base": first}).corpora == {"a", "b"}
    assert TrainingSpeakers.of_model("m", {**tuned, "base": {}}).corpora is None
    assert TrainingSpeakers.of_model("m", TRAINED).corpora is None  # of an earlier release
    index = pd.DataFrame({"speaker": [None], "corpus": ["d"]})
    both = TrainingSpeakers.of_all(
        [TrainingSpeakers.of_rows(index), TrainingSpeakers.of_model("m", tuned)]
    )
    assert both.corpora == {"b", "d"}
