"""Where files may be downloaded from."""

import pytest
from pydantic import ValidationError

from pipeline.common.urls import check_download_url
from pipeline.specs.access_file import AccessFile

ALLOWED = [
    "https://example.org/a.zip",
    "http://127.8.0.1:80/a",
    "http://[::1]/a",
    "http://localhost/a",
]
REFUSED = [
    *("http://example.org/a", "ftp://example.org/a", "file:///a", "https:///a", "http://[::1/a"),
    *("https://me:secret@example.org/a", "http://127.0.0.1.example.org/a", "http://10.0.0.1/a"),
]


@pytest.mark.parametrize("url", ALLOWED)
def test_https_and_this_machine_are_asked(url: str) -> None:
    assert check_download_url(url) == url
    assert AccessFile(url=url).url == url


@pytest.mark.parametrize("url", REFUSED)
def test_others_are_refused_by_specs_and_downloads_alike(url: str) -> None:
    with pytest.raises(ValueError, match=r"https|not a URL|password"):
        check_download_url(url)
    with pytest.raises(ValidationError):
        AccessFile(url=url)
