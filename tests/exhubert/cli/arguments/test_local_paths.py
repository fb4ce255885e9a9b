from pathlib import Path

import pytest

from exhubert.cli.arguments.local_paths import local_path
from pipeline.common.errors import UsageError


def test_a_path_stays_as_it_is() -> None:
    assert local_path("a b/ä.wav") == Path("a b/ä.wav")


@pytest.mark.parametrize("url", ["s3://bucket/model", "https://host/clip.wav"])
def test_a_url_is_named_as_it_was_given(url: str) -> None:
    with pytest.raises(UsageError, match=f"^{url}: is a URL"):
        local_path(url)
