"""Audio files that a spec does not name: told of, so that nothing is left out in silence."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from pipeline.common.globs import glob_matcher
from pipeline.common.spelling import compose
from pipeline.sources.listing import SourceFile
from pipeline.specs.corpus_spec import CorpusSpec


def find_passed_over(spec: CorpusSpec, files: Iterable[SourceFile]) -> dict[str, list[str]]:
    """Audio files that neither ``audio`` nor ``ignore`` names.

    Returns:
        Why → paths; files that only their case keeps out come first, the others by suffix.
    """
    from pipeline.audio.decoder import suffixes  # brings libraries that other commands don't need

    endings = tuple(suffixes())
    wanted = glob_matcher(spec.audio, spec.ignore_case)
    ignored = glob_matcher(spec.ignore, spec.ignore_case)
    but_for_case = glob_matcher(spec.audio, ignore_case=True)
    case: list[str] = []
    others: dict[str, list[str]] = {}
    for file in files:
        path = compose(file.path)
        if not path.lower().endswith(endings) or wanted(path) or ignored(path):
            continue
        if but_for_case(path):
            case.append(path)
        else:
            others.setdefault(f"no glob of `audio` names {_suffix(path)} there", []).append(path)
    by_case = {"their case differs from `audio`; `ignore_case: true` takes them": case}
    return (by_case if case else {}) | dict(sorted(others.items()))


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix
