from pipeline.index.passed_over import find_passed_over
from pipeline.sources.listing import SourceFile
from tests.conftest import MakeSpec


def test_audio_that_no_glob_names_is_told_of(make_spec: MakeSpec) -> None:
    spec = make_spec(ignore="'*_x.wav'")
    paths = ["wav/s01_ang_0.wav", "wav/s01_ang_1.WAV", "songs/a.wav", "wav/a.mp3", "wav/b_x.wav",
             "README.txt"]  # fmt: skip
    found = find_passed_over(spec, [SourceFile(path, 1, "") for path in paths])
    assert list(found.values()) == [["wav/s01_ang_1.WAV"], ["wav/a.mp3"], ["songs/a.wav"]]
    assert "`ignore_case: true` takes them" in next(iter(found))


def test_nothing_is_told_where_case_does_not_count(make_spec: MakeSpec) -> None:
    spec = make_spec(ignore_case="true")
    assert find_passed_over(spec, [SourceFile("WAV/s01_ang_1.WAV", 1, "")]) == {}
