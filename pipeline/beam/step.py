"""Steps of the pipeline: functions whose errors reach the driver.

Runners hand on no more than an error's text, in a form of their own. So an error that is meant for
the user goes through a file; so does the news that a first worker has begun.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, get_args, get_type_hints

import apache_beam as beam

from pipeline.common.errors import ExhubertError, error_to_json
from pipeline.planning.build_config import BuildConfig
from pipeline.storage import configure_stores
from pipeline.storage import files as storage


def step(
    function: Callable[..., Iterator[Any]], build: BuildConfig, *others: Any
) -> beam.PTransform:
    """A transform of a function that gives elements, whose errors for the user reach the driver.

    Args:
        function: Called with an element, the build and the other arguments. Its annotations tell
            Beam the type of what it gives.
        build: Build that the pipeline belongs to.
        others: For the function.
    """
    (element_type,) = get_args(get_type_hints(function)["return"])
    return beam.ParDo(_Step(function, build, others)).with_output_types(element_type)


class _Step(beam.DoFn):
    def __init__(
        self, function: Callable[..., Iterator[Any]], build: BuildConfig, others: tuple[Any, ...]
    ) -> None:
        super().__init__()
        self.function = function
        self.build = build
        self.others = others

    def setup(self) -> None:
        configure_stores(self.build.stores, have_answered=True, on_wait=self.build.progress.waiting)

    def process(self, element: Any) -> Iterator[Any]:
        if self.build.begun_file:
            _note_begin(self.build.begun_file)
        try:
            yield from self.function(element, self.build, *self.others)
        except ExhubertError as error:
            if self.build.error_file:
                with suppress(
                    OSError, ExhubertError
                ):  # what can't be written: this error says more
                    storage.write_atomic(self.build.error_file, error_to_json(error).encode())
            raise


@cache
def _note_begin(file: str) -> None:
    """Writes a file, once a process."""
    with suppress(OSError, ExhubertError):  # a step that needs the store will say so
        storage.write_atomic(file, b"")
