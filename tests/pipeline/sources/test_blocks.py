import pytest

from pipeline.sources.blocks import block_name, holder_of, part_of_run


@pytest.mark.parametrize("path", ["a.parquet", "data/a#1.parquet", "a.b/c.tar"])
def test_a_name_tells_its_file_run_and_part(path: str) -> None:
    block = block_name(path, 3, 12)
    assert holder_of(block) == path
    assert part_of_run(block) == (f"{path}#3", 12)
    whole = block_name(path, 3)
    assert holder_of(whole) == path
    assert part_of_run(whole) is None


def test_a_file_of_its_own_has_no_block() -> None:
    assert holder_of("") == ""
    assert part_of_run("") is None
