import pytest

from pipeline.sources.folder_description import describe_files
from pipeline.sources.listing import SourceFile


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["a.zip", "b.zip"], "found there: a.zip, b.zip (zip archive: unpack it, or name it under"),
        (["x/A.RAR"], "found there: x/A.RAR (RAR archive"),
        (
            ["data/train-00000.parquet"],
            "Parquet file: if clips are inside, name it under `parquet`",
        ),
        ([f"{n}.7z" for n in range(5)], "0.7z, 1.7z, 2.7z and 2 more (7z archive"),
        (["a.txt", "b.txt", "README"], "2 .txt, such as a.txt, b.txt; 1 without a suffix"),
    ],
)
def test_what_lies_there_is_named(paths: list[str], words: str) -> None:
    assert words in describe_files([SourceFile(path, 5_000, "") for path in paths])


def test_pointers_are_told_from_clips() -> None:
    files = [SourceFile(f"{n}.flac", 130, "") for n in range(2)]
    assert "2 .flac, each under 200 bytes" in describe_files(files)
