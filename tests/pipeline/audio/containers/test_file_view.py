import io

from pipeline.audio.containers.file_view import FileView
from pipeline.audio.containers.layout import Layout


def test_a_header_of_ours_stands_in_place_of_the_files_own() -> None:
    view = FileView(io.BytesIO(b"oldSOUND"), Layout(b"newer", 3))
    assert view.read() == b"newerSOUND"
    assert view.seek(-2, io.SEEK_END) == 8
    assert view.read(9) == b"ND"
    assert view.seek(-99) == 0
    assert view.read(2) == b"ne"
    assert view.tell() == 2
    assert view.readable()
    assert view.seekable()
