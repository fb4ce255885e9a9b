"""A file of a store as a stream."""

import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.storage.range_reader import open_stream

MOVES = st.tuples(st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]), st.integers(-9, 99))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=64),
    st.integers(1, 16),
    st.lists(st.tuples(MOVES, st.integers(-1, 20)), max_size=6),
)
def test_it_reads_as_a_file_does(
    tmp_path: Path, content: bytes, buffer: int, moves: list[tuple[tuple[int, int], int]]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with open_stream(f"fsspec+file://{path}", len(content), buffer) as stream:
        here = io.BytesIO(content)
        for (whence, offset), size in moves:
            base = {io.SEEK_SET: 0, io.SEEK_CUR: here.tell(), io.SEEK_END: len(content)}[whence]
            place = max(0, base + offset)
            assert stream.seek(place) == here.seek(place)
            assert stream.read(size) == here.read(size)
