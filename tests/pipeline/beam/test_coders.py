import pickle
from pathlib import Path

import apache_beam as beam
from apache_beam.coders import registry
from hypothesis import given
from hypothesis import strategies as st

from pipeline.beam.coders import BatchCoder, BatchOrPlan, spill_to
from pipeline.planning.batches import ClipBatch, UtteranceBatch
from pipeline.schema.utterance import Utterance


def batch_of(names: list[str]) -> UtteranceBatch:
    return UtteranceBatch("x", 3, tuple(Utterance(n, "x", n, f"{n}.wav", 9, "") for n in names))


@given(st.lists(st.text(max_size=20), max_size=30))
def test_a_batch_arrives_as_it_was_sent(names: list[str]) -> None:
    sent = pickle.loads(pickle.dumps(BatchCoder()))
    assert sent.decode(BatchCoder().encode(batch_of(names))) == batch_of(names)


def test_workers_with_a_folder_send_offsets(tmp_path: Path) -> None:
    driver = BatchCoder(str(tmp_path))
    one, other = (pickle.loads(pickle.dumps(driver)) for _ in range(2))
    batches = [batch_of([f"clip {number}"] * number) for number in range(40)]
    sent = [(one if number % 3 else other).encode(batch) for number, batch in enumerate(batches)]
    assert max(map(len, sent)) < 64
    assert [driver.decode(offset) for offset in reversed(sent)] == batches[::-1]
    assert len(list(tmp_path.iterdir())) == 2  # a file a worker, however many batches


def test_beam_chooses_the_coder_by_type(tmp_path: Path) -> None:
    for batch in (ClipBatch, UtteranceBatch, BatchOrPlan):
        assert isinstance(registry.get_coder(batch), BatchCoder)
    with spill_to(str(tmp_path)):
        assert registry.get_coder(UtteranceBatch).folder == str(tmp_path)
    assert registry.get_coder(UtteranceBatch).folder is None


def test_shuffled_batches_are_spilled_once(tmp_path: Path) -> None:
    """Beam would encode a batch once more to know its size, and files would grow for it."""
    batches = [batch_of([f"clip {number}"]) for number in range(3)]
    with spill_to(str(tmp_path)), beam.Pipeline("FnApiRunner") as pipeline:
        _ = (
            pipeline
            | beam.Create([None])
            | beam.FlatMap(lambda _: batches).with_output_types(UtteranceBatch)
            | beam.Map(lambda batch: ("key", batch)).with_output_types(tuple[str, UtteranceBatch])
            | beam.GroupByKey()
            | beam.Map(lambda grouped: len(list(grouped[1])))
        )
    spilled = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert spilled == sum(len(BatchCoder().encode(batch)) for batch in batches)
