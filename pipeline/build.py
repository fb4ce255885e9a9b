"""Building a dataset: the Beam pipeline from corpora to shards, run on any runner."""

import logging
import re
import shlex
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability import local_job_service
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.fn_api_runner.fn_runner import ExtendedProvisionInfo
from apache_beam.runners.portability.portable_runner import JobServiceHandle
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from pipeline.errors import DataError, ExhubertError, UsageError
from pipeline.manifest import Manifest, read_manifest
from pipeline.progress import Counts, Progress, read_progress
from pipeline.stores import connect
from pipeline.transforms import AssignSplits, Build, IndexCorpora, WriteManifest, WriteShards


def build_dataset(
    build: Build,
    jobs: int = 1,
    beam_arguments: Sequence[str] = (),
    watch: Callable[[Counts], None] = lambda counts: None,
) -> Manifest:
    """Builds a dataset and waits for it.

    Args:
        build: What to build, and where; corpora built there before are kept.
        jobs: Worker processes, unless the arguments name a runner.
        beam_arguments: Pipeline options as Beam spells them, ``--runner=DataflowRunner`` etc.
        watch: Called a few times a second with what a local build has done so far.

    Returns:
        The manifest of the dataset.

    Raises:
        UsageError: The folder holds clips stored in another way, or Beam knows no such option.
        DataError: A corpus or one of its tables is missing or unreadable.
    """
    check_build(build, beam_arguments)
    options = PipelineOptions(list(beam_arguments))
    if find_runner(beam_arguments) is None:
        with tempfile.TemporaryDirectory(prefix="exhubert-") as folder:
            runner, options = _local_runner(jobs, beam_arguments, Path(folder, "workers.log"))
            with _watched(Path(folder), watch) as progress:
                _run(replace(build, progress=progress), options, runner)
    else:
        _run(build, options, None)
    manifest = read_manifest(build.output)
    if manifest is None:
        raise DataError(
            f"{build.output}: the pipeline ended without a manifest; see the runner's log"
        )
    return manifest


def check_build(build: Build, beam_arguments: Sequence[str] = ()) -> None:
    """Checks what can be known before anything is read.

    Raises:
        UsageError: The folder holds clips stored in another way, or Beam knows no such option.
    """
    connect(beam_arguments)
    _check_same_audio(build)


def find_runner(beam_arguments: Sequence[str]) -> str | None:
    """The runner that the arguments name; None for Beam's own on this machine."""
    runner = PipelineOptions(list(beam_arguments)).view_as(StandardOptions).runner
    return None if runner == "DirectRunner" else runner


def assemble(pipeline: beam.Pipeline, build: Build) -> None:
    """Lays out the whole flow: index → labels → splits → audio → shards → manifest."""
    _ = (
        pipeline
        | "Index" >> IndexCorpora(build)
        | "Split" >> AssignSplits(build)
        | "Write" >> WriteShards(build)
        | "Finish" >> WriteManifest(build)
    )


def _run(build: Build, options: PipelineOptions, runner: PipelineRunner | None) -> None:
    pipeline = beam.Pipeline(runner=runner, options=options)
    assemble(pipeline, build)
    try:
        pipeline.run().wait_until_finish()
    except (RuntimeError, ExhubertError) as error:  # workers hand on their errors as text
        raise _as_data_error(error) or error from None


def _local_runner(
    jobs: int, beam_arguments: Sequence[str], log: Path
) -> tuple[PipelineRunner, PipelineOptions]:
    """Beam's local runner with so many processes; their chatter goes to a file.

    It is named outright, since the default one first tries to download another.
    """
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    logging.getLogger(local_job_service.__name__).setLevel(logging.CRITICAL)  # raised here, too
    options = PipelineOptions([*beam_arguments, f"--direct_num_workers={jobs}"])
    if jobs == 1:
        return FnApiRunner(), options
    worker = f"{shlex.quote(sys.executable)} -m apache_beam.runners.worker.sdk_worker_main"
    environment = SubprocessSDKEnvironment.from_command_string(
        f"{worker} >>{shlex.quote(str(log))} 2>&1"
    )
    given = JobServiceHandle.encode_pipeline_options(options.get_all_options(drop_default=True))
    provision = ExtendedProvisionInfo(beam_provision_api_pb2.ProvisionInfo(pipeline_options=given))
    return FnApiRunner(default_environment=environment, provision_info=provision), options


@contextmanager
def _watched(folder: Path, watch: Callable[[Counts], None]) -> Iterator[Progress]:
    """Progress that workers on this machine write and ``watch`` is told of."""
    counts = folder / "progress"
    counts.mkdir()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            watch(read_progress(str(counts)))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield Progress(str(counts))
    finally:
        over.set()
        thread.join()
        watch(read_progress(str(counts)))


def _check_same_audio(build: Build) -> None:
    earlier = read_manifest(build.output)
    kept = sorted(earlier.corpora.keys() - build.corpora.keys()) if earlier else []
    if earlier and kept and earlier.audio.options != build.audio:
        raise UsageError(
            f"{build.output} holds {', '.join(kept)} as {earlier.audio.codec}, level "
            f"{earlier.audio.normalize}; this build wants {build.audio.codec}, level "
            f"{build.audio.normalize}: build all corpora anew, or choose another --output"
        )


def _as_data_error(error: Exception) -> DataError | None:
    """The data error that a worker ran into, if that is what stopped the pipeline."""
    found = re.findall(r"errors\.(?:Data|Usage)Error: (.*?)(?: \[while running|\n|$)", str(error))
    if not found and isinstance(error, ExhubertError):
        found = [str(error).split(" [while running")[0]]
    return DataError(found[-1]) if found else None
