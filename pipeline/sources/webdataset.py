"""WebDataset: tar files in which the members of a sample have one name, up to its first dot.

Source: https://github.com/webdataset/webdataset, where ``dir/000.seg.json`` is the member
``seg.json`` of the sample ``dir/000``.
"""

import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.common.errors import DataError
from pipeline.common.nested_values import flatten, load_texts
from pipeline.common.patterns import row_filter
from pipeline.common.spelling import compose
from pipeline.sources.archive_members import Member
from pipeline.sources.archives import DAMAGED, Archive, check_plain, explain
from pipeline.sources.blocks import block_name
from pipeline.sources.byte_ranges import RangedFile
from pipeline.sources.clip_rows import check_version, file_columns, name_cells
from pipeline.sources.listing import SourceFile, is_ignored_name
from pipeline.sources.tar_members import walk_tar
from pipeline.specs.source_spec import CLIP_NAME, WebDatasetSpec

_LARGEST_LABEL = 1 << 20
"""Bytes of a member that says something of a clip."""

_LARGEST_LABELS = 1 << 28
"""Bytes of all those of one tar."""

_SAMPLES_TOGETHER = 500
"""Samples that go into one shard of a dataset, so that a shard is read from few tars."""

_MEMBER = re.compile(r"((?:.*/)?[^/.]+)\.([^/]+)")


@dataclass
class _Sample:
    """Members of one sample: clips, and what stands in the others by their suffix."""

    clips: list[Member] = field(default_factory=list)
    labels: dict[str, bytes] = field(default_factory=dict)


class WebDatasetClips:
    """The clips of one tar file, with the columns of their samples."""

    def __init__(
        self,
        path: str,
        file: RangedFile,
        spec: WebDatasetSpec,
        ignore_case: bool,
        directory: Callable[[], Archive],
    ) -> None:
        """Reads nothing yet.

        Args:
            path: Path of the tar, below the corpus root.
            file: Content of the file.
            spec: Columns to read.
            ignore_case: Whether patterns are blind to case.
            directory: Gives its members for reading.
        """
        self.path = path
        self._file = file
        self._spec = spec
        self._of_file = file_columns(path, spec, ignore_case)
        self._counts = row_filter(spec.where, ignore_case)
        self._directory = directory

    def read(self, name: str) -> bytes:
        """Content of a member.

        Raises:
            OSError: There is no such member, or it can't be read.
        """
        return self._directory().read(name)

    def read_row(self, listed: SourceFile) -> bytes:
        """Content of a clip as it was listed, in one range: no header of the tar is read.

        Raises:
            OSError: It can't be read, or the tar has changed.
        """
        check_version(listed, self._file.version)
        return self._file.read_range(listed.row, listed.row + listed.size)

    def clips(self) -> Iterator[SourceFile]:
        """The clips of samples that ``where`` takes, in the order of the tar, which is read once.

        Raises:
            DataError: It is no tar, is damaged, or no sample has a wanted column.
        """
        samples = self._samples()
        found: set[str] = set()
        for number, (name, sample) in enumerate(samples.items()):
            columns, problem = self._columns(name, sample)
            found |= columns.keys()
            if not self._counts(columns):
                continue
            record = {
                column: columns.get(column, "")
                for column in self._wanted
                if column in columns or column not in self._spec.cells  # else an element gives it
            }
            if not sample.clips:
                problem = f"its sample has no audio, only {', '.join(sample.labels) or 'nothing'}"
                sample.clips.append(Member(name, 0, "", problem, 0, 0))
            for clip in sample.clips:
                yield SourceFile(
                    f"{self.path}/{clip.path}",
                    clip.size,
                    f"{self._file.version} {clip.start}",
                    clip.problem or problem,
                    record,
                    block_name(self.path, number // _SAMPLES_TOGETHER),
                    clip.start,
                    "webdataset",
                )
        needed = [column for column, must in self._spec.columns.items() if must]
        if samples and (missing := [column for column in needed if column not in found]):
            raise DataError(
                f"{self._file.location}: no sample has {', '.join(map(repr, missing))}; found "
                f"{', '.join(map(repr, sorted(found)))}"
            )

    def rows(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Path of every clip, and all columns of its sample.

        Raises:
            DataError: It is no tar, or damaged.
        """
        for name, sample in self._samples().items():
            columns, _ = self._columns(name, sample)
            yield from ((f"{self.path}/{clip.path}", columns) for clip in sample.clips)

    @property
    def _wanted(self) -> list[str]:
        return [*self._spec.columns, *self._of_file, CLIP_NAME]

    def _columns(self, name: str, sample: _Sample) -> tuple[dict[str, str], str | None]:
        """Columns of a sample, and why they can't be read: JSON's keys, others by suffix."""
        columns: dict[str, str] = {}
        problem: str | None = None
        for suffix, content in sample.labels.items():
            text = compose(content.decode("utf-8-sig", "replace").strip())
            start, _, kind = suffix.rpartition(".")
            value = None
            try:
                value = load_texts(text) if kind == "json" else None
            except (ValueError, RecursionError) as error:
                problem = f"its .{suffix} is not JSON: {error}"
            if isinstance(value, Mapping):
                columns |= flatten(value, start, self._spec.cells)
            columns[f".{suffix}"] = text
        columns |= self._of_file | {CLIP_NAME: name}
        for column, names in self._spec.names.items():
            if cell := columns.get(column):
                where = self._file.location
                [columns[column]] = name_cells([cell], names, column, where, "webdataset")
        self._check_labels(columns)
        return columns, problem

    def _check_labels(self, columns: Mapping[str, str]) -> None:
        labels = self._spec.labels
        if labels == ".cls" and labels not in self._spec.names and columns.get(labels):
            raise DataError(
                f"{self._file.location}: '.cls' numbers the labels, such as {columns[labels]!r}, "
                "and nothing names them; say `names: {.cls: [first, …]}` below `webdataset`"
            )

    def _samples(self) -> dict[str, _Sample]:
        from pipeline.audio.decoder import suffixes  # brings libraries that others don't need

        endings = tuple(suffixes())
        samples: dict[str, _Sample] = {}
        size = 0
        start = b""
        try:
            with self._file.stream() as stream:
                start = stream.read(64)
                check_plain(self._file.location, start)
                stream.seek(0)
                for member, read in walk_tar(stream):
                    sample = _MEMBER.fullmatch(member.path)
                    if sample is None or is_ignored_name(member.path):
                        continue
                    found = samples.setdefault(sample[1], _Sample())
                    if member.path.lower().endswith(endings):
                        found.clips.append(member)
                    elif not member.problem and member.size <= _LARGEST_LABEL:
                        found.labels[sample[2]] = read()
                        size += member.size
                    if size > _LARGEST_LABELS:
                        raise DataError(
                            f"{self._file.location}: labels of more than {_LARGEST_LABELS:,} bytes"
                        )
        except (*DAMAGED, tarfile.TarError) as error:
            raise DataError(f"{self._file.location}: {explain(start, error)}") from None
        return samples
