"""What is asked of the hub; whole uploads stand with the command."""

from pipeline.dataset.publication import PublishedFile
from pipeline.exports.hub import find_outdated


def test_only_files_of_the_dataset_s_own_folders_are_outdated() -> None:
    present = ["data/a/1.parquet", "data/a/2.parquet", "specs/b.yaml", "LICENSE", ".gitattributes"]
    files = [PublishedFile("data/a/1.parquet", 1), PublishedFile("README.md", 1)]
    assert find_outdated(present, files) == ["data/a/2.parquet", "specs/b.yaml"]
