"""Finds the Beam runner of a build, and checks what it needs."""

import re
from collections.abc import Iterable, Sequence

from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    PipelineOptions,
    StandardOptions,
    TestOptions,
)

from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from pipeline.running.beam_options import parse_options, runner_name
from pipeline.storage import is_remote

_LOCAL = {None, "DirectRunner", "FnApiRunner"}
_BUCKET = r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/.*)?"
_PROJECT = r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"
_REGION = r"[a-z]+-[a-z]+\d+"


def read_options(arguments: Sequence[str], folders: Iterable[str]) -> PipelineOptions:
    """Beam's options, checked as far as that needs no network.

    Args:
        arguments: Arguments, as Beam spells them, ``--runner=DaskRunner`` etc.
        folders: Every folder that workers read or write.

    Raises:
        UsageError: Beam knows no such option, the runner is not installed, or it would not find
            what it needs. (Given a malformed project or bucket, Dataflow's client tries for
            minutes before it says so.)
    """
    options = parse_options(arguments)
    check_runner(options, folders)
    return options


def check_runner(options: PipelineOptions, folders: Iterable[str]) -> None:
    """Checks that the runner has what it needs, and reaches every folder.

    Raises:
        UsageError: It has not, or does not.
    """
    if options.view_as(StandardOptions).runner == "DataflowRunner":
        _check_dataflow(options.view_as(GoogleCloudOptions), folders)


def find_runner(options: PipelineOptions) -> str | None:
    """Name of the runner; None for Beam's own on this machine."""
    runner = runner_name(options)
    return None if runner in _LOCAL else runner


def describe_preparation(options: PipelineOptions) -> str | None:
    """What is prepared instead of run, if Dataflow is asked only to prepare."""
    if options.view_as(StandardOptions).runner != "DataflowRunner":
        return None
    if options.view_as(TestOptions).dry_run:
        return "dry run: the job graph is complete; nothing was sent to Dataflow"
    if template := options.view_as(GoogleCloudOptions).template_location:
        return f"template: {template}; the dataset is built when a job is started from it"
    return None


def _check_dataflow(options: GoogleCloudOptions, folders: Iterable[str]) -> None:
    try:
        import google.cloud.dataflow  # noqa: F401
    except ImportError as error:
        raise UsageError(f"--runner=DataflowRunner: {error}: {install_command('gcp')}") from None
    _check_form("project", options.project, _PROJECT, "my-project")
    _check_form("region", options.region, _REGION, "europe-west4")
    _check_form("temp_location", options.temp_location, _BUCKET, "gs://my-bucket/tmp")
    for name in ("staging_location", "template_location"):
        if (value := getattr(options, name)) is not None:
            _check_form(name, value, _BUCKET, f"gs://my-bucket/{name.split('_')[0]}")
    for folder in folders:
        if not is_remote(folder):
            raise UsageError(
                f"{folder}: Dataflow's workers do not see this machine's files; put corpora and "
                "dataset into a bucket, as in --data-root gs://my-bucket/corpora"
            )
        if folder.startswith("gs://"):
            _check_form(None, folder, _BUCKET, "gs://my-bucket/corpora")


def _check_form(option: str | None, value: str | None, form: str, example: str) -> None:
    if value is None:
        raise UsageError(f"--runner=DataflowRunner needs --{option}, as in --{option}={example}")
    if not re.fullmatch(form, value):
        given = f"--{option}={value}" if option else value
        raise UsageError(
            f"{given}: not a name that Google Cloud would give; expected, for example, {example}"
        )
