import pytest

from demo.standins import speak_standins
from tests.support.standins import beep


@pytest.fixture(scope="session")
def beeps(tmp_path_factory):
    """Every stand-in, laid out whole, with tones instead of voices."""
    root = tmp_path_factory.mktemp("beeps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demo.standins.speak", beep)
        return root, speak_standins(root)


@pytest.fixture
def laid_out(beeps):
    """Folder of a stand-in with tones, and its clips by path and start."""
    root, planned = beeps
    return lambda corpus: (
        root / corpus,
        {(clip.path, clip.start): clip for clip in planned[corpus]},
    )
