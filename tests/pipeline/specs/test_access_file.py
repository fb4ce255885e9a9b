import pytest
from pydantic import ValidationError

from pipeline.specs.access_file import AccessFile

URL = "https://example.org/files/Corp%C3%BAs%20v1.zip?download=1"


def test_a_file_is_called_like_the_end_of_its_url() -> None:
    assert AccessFile(url=URL).file_name == "Corpús v1.zip"
    assert AccessFile(url=URL, name="b.zip").file_name == "b.zip"
    assert AccessFile(url="https://example.org/a%2F..%2Fb").file_name == "b"


@pytest.mark.parametrize(
    "keys",
    [
        {"url": "http://example.org/a.zip"},
        {"url": "file:///etc/passwd"},
        {"url": "https:///a.zip"},
        {"url": "https://example.org/"},
        {"url": "https://example.org/%2e%2e"},
        {"url": "https://example.org/a%0Ab"},
        {"url": URL, "name": "../a.zip"},
        {"url": URL, "name": "C:a.zip"},
        {"url": URL, "name": ".hidden"},
        {"url": URL, "name": "a" * 300},
        {"url": URL, "checksum": "md5:abc"},
        {"url": URL, "checksum": "crc32:01234567"},
        {"url": URL, "size": -1},
    ],
)
def test_what_may_lead_elsewhere_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AccessFile.model_validate(keys)
