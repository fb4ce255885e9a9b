import pickle
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.beam.exchange import Exchange
from pipeline.planning.batches import UtteranceBatch
from pipeline.schema.utterance import Utterance


def batch_of(names: list[str]) -> UtteranceBatch:
    return UtteranceBatch("x", 3, tuple(Utterance(n, "x", n, f"{n}.wav", 9, "") for n in names))


@given(st.lists(st.text(max_size=20), max_size=30))
def test_a_batch_arrives_as_it_was_packed(names: list[str]) -> None:
    sent = pickle.loads(pickle.dumps(Exchange()))
    assert sent.unpack(Exchange().pack(batch_of(names))) == batch_of(names)


def test_workers_with_a_folder_send_places(tmp_path: Path) -> None:
    driver = Exchange(str(tmp_path))
    one, other = (pickle.loads(pickle.dumps(driver)) for _ in range(2))
    batches = [batch_of([f"clip {number}"] * number) for number in range(40)]
    packed = [(one if number % 3 else other).pack(batch) for number, batch in enumerate(batches)]
    assert max(map(len, packed)) < 64
    assert [driver.unpack(place) for place in reversed(packed)] == batches[::-1]
    assert len(list(tmp_path.iterdir())) == 2  # a file a worker, however many batches
