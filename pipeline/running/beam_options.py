"""Beam's options, as the command line gives them: known ones only, those of Dask among them."""

from collections.abc import Sequence
from importlib.util import find_spec

from apache_beam.options.pipeline_options import (
    PipelineOptions,
    PortableOptions,
    StandardOptions,
)

from pipeline.common.errors import UnknownOptionError, UsageError
from pipeline.common.extras import install_command

DASK = "apache_beam.runners.dask.dask_runner.DaskRunner"
"""Beam's name of the Dask runner; it knows other runners by the short one."""

_PARTITIONS = 32  # default on Dask; Beam's own default is 1


def parse_options(arguments: Sequence[str]) -> PipelineOptions:
    """Beam's options, spelled as Beam spells them: ``--runner=DaskRunner``, ``--s3_…``.

    Raises:
        UsageError: Beam knows no such option, or the runner that has it is not installed.
    """
    arguments = list(arguments)
    runner = PipelineOptions(arguments).view_as(StandardOptions).runner
    known = ["DaskRunner", *StandardOptions.KNOWN_RUNNER_NAMES]
    if runner and "." not in runner and runner.lower() not in map(str.lower, known):
        raise UsageError(
            f"--runner={runner}: Beam has no such runner; expected one of {', '.join(known)}"
        )
    if runner in {"DaskRunner", DASK}:
        dask_options()  # whose import makes them known to Beam
        arguments = [f"--dask_npartitions={_PARTITIONS}", *arguments]
        runner = DASK
    options = PipelineOptions(arguments, runner=runner)
    if options.view_as(PortableOptions).job_endpoint in {None, "embed"}:
        _check_known(options)  # a job server has options of its own
    return options


def count_partitions(options: PipelineOptions) -> int:
    """Number of parts in which Dask works from the first step on; 0 for other runners."""
    if options.view_as(StandardOptions).runner != DASK:
        return 0
    return options.view_as(dask_options()).npartitions or 0


def runner_name(options: PipelineOptions) -> str | None:
    """The runner's short name; None where none is named."""
    runner: str | None = options.view_as(StandardOptions).runner
    return runner and runner.rpartition(".")[2]


def dask_options() -> type[PipelineOptions]:
    """Beam's options for Dask.

    Raises:
        UsageError: Dask is not installed.
    """
    if not find_spec("distributed"):  # which the runner imports only when it runs
        raise UsageError(f"--runner=DaskRunner needs distributed: {install_command('dask')}")
    from apache_beam.runners.dask.dask_runner import DaskOptions

    options: type[PipelineOptions] = DaskOptions
    return options


def _check_known(options: PipelineOptions) -> None:
    given = options.get_all_options(retain_unknown_options=True).keys()
    known = PipelineOptions([]).get_all_options().keys()
    if unknown := sorted(given - known):
        raise UnknownOptionError(
            f"neither exhubert nor Beam has an option --{', --'.join(unknown)}; "
            "see --help, and Beam's PipelineOptions",
            unknown,
            sorted(known),
        )
