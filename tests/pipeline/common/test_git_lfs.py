"""Git LFS pointers are known by their first bytes, and by what they are not longer than."""

from pipeline.common.git_lfs import POINTER_LIMIT, is_pointer

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 1234567890123\n"
)


def test_pointers_are_told_from_files() -> None:
    assert is_pointer(POINTER)
    assert len(POINTER) < POINTER_LIMIT
    assert not is_pointer(b"RIFF")
    assert not is_pointer(b"")
