"""Beam's options, as the command line gives them: known ones only, those of Dask among them."""

from collections.abc import Sequence

from apache_beam.options.pipeline_options import (
    PipelineOptions,
    PortableOptions,
    StandardOptions,
)

from pipeline.common.errors import UnknownOptionError, UsageError
from pipeline.common.extras import install_command

_DASK = "apache_beam.runners.dask.dask_runner"
DASK = f"{_DASK}.DaskRunner"
"""Beam's name of the Dask runner; it knows other runners by the short one."""

_PARTITIONS = 32  # of a build on Dask, unless told; left to itself it would work in a single one


def parse_options(arguments: Sequence[str]) -> PipelineOptions:
    """Beam's options, spelled as Beam spells them: ``--runner=DaskRunner``, ``--s3_…``.

    Raises:
        UsageError: Beam knows no such option, or the runner that has it is not installed.
    """
    arguments = list(arguments)
    runner = PipelineOptions(arguments).view_as(StandardOptions).runner
    if runner in {"DaskRunner", DASK}:
        _import_dask()  # which makes its options known to Beam
        arguments = [f"--dask_npartitions={_PARTITIONS}", *arguments]
        runner = DASK
    options = PipelineOptions(arguments, runner=runner)
    if options.view_as(PortableOptions).job_endpoint in {None, "embed"}:
        _check_known(options)  # a job server has options of its own
    return options


def _import_dask() -> None:
    try:
        __import__(_DASK)
        __import__("distributed")
    except ImportError as error:
        raise UsageError(f"--runner=DaskRunner: {error}: {install_command('dask')}") from None


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
