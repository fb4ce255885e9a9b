"""Building a dataset: the Beam pipeline from corpora to shards, run on any runner."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineResult, PipelineRunner

from pipeline.beam.exchange import Exchange
from pipeline.beam.metrics import describe_counts
from pipeline.beam.transforms import AssignSplits, IndexCorpora, WriteManifest, WriteShards
from pipeline.common.errors import DataError, ExhubertError, StoppedError, UsageError
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.manifest import Manifest, read_manifest
from pipeline.dataset.output_check import check_output
from pipeline.dataset.verify import verify_finished
from pipeline.monitoring.progress import Counts, Progress, read_progress
from pipeline.planning.build_config import Build
from pipeline.running.local_runner import local_runner
from pipeline.running.runners import (
    count_partitions,
    find_runner,
    leave,
    read_options,
)
from pipeline.running.worker_pool import WorkerPool
from pipeline.storage import configure


def build_dataset(
    build: Build,
    jobs: int | WorkerPool = 1,
    beam_arguments: Sequence[str] = (),
    watch: Callable[[Counts], None] = lambda counts: None,
    tell: Callable[[str], None] = lambda line: None,
) -> Manifest:
    """Builds a dataset, waits for it, and verifies that it is there.

    Args:
        build: What to build, and where; corpora built there before are kept.
        jobs: Worker processes, unless the arguments name a runner: how many, or those that were
            called already and are the caller's to end.
        beam_arguments: Pipeline options as Beam spells them, ``--runner=DataflowRunner`` etc.
        watch: Called a few times a second with what a local build has done so far.
        tell: Called with a line for people: what the runner has counted.

    Returns:
        The manifest of the dataset.

    Raises:
        UsageError: The folder holds clips stored in another way, or files of others; or Beam knows
            no such option.
        DataError: A corpus or one of its tables is missing or unreadable, a worker died, or the
            runner ended without having written all that it should.
        StoppedError: Ctrl-C; building again resumes.
    """
    options = check_build(build, beam_arguments)
    mark_unfinished(build.output)
    try:
        if find_runner(options) is None:
            with _pool(jobs) as pool:
                result = _run_here(build, options, pool, watch)
        else:
            result = _run(replace(build, partitions=count_partitions(options)), options)
    except KeyboardInterrupt:
        elsewhere = find_runner(options)
        running = f"; what {elsewhere} runs elsewhere goes on until cancelled" if elsewhere else ""
        raise StoppedError(
            f"interrupted{running}; shards that are complete stay in {build.output}: building "
            "again resumes"
        ) from None
    tell(describe_counts(result))
    leave(result)
    return verify_finished(build.output, build.corpora)


def prepare_job(build: Build, beam_arguments: Sequence[str]) -> None:
    """Has Dataflow check a job or store a template, where the arguments ask for no more than that.

    Raises:
        UsageError: Beam knows no such option, or it would not do.
    """
    make_pipeline(build, _read_options(build, beam_arguments)).run()


def check_build(build: Build, beam_arguments: Sequence[str] = ()) -> PipelineOptions:
    """Checks what can be known before anything is read; returns Beam's options.

    Raises:
        UsageError: The folder holds clips stored in another way, or files of others; or Beam knows
            no such option.
    """
    options = _read_options(build, beam_arguments)
    configure(build.stores)
    earlier = read_manifest(build.output)
    roots = {name: corpus.root for name, corpus in build.corpora.items()}
    check_output(build.output, roots, is_dataset=earlier is not None)
    if earlier:
        _check_same_audio(build, earlier)
    return options


def _read_options(build: Build, beam_arguments: Sequence[str]) -> PipelineOptions:
    roots = [corpus.root for corpus in build.corpora.values()]
    # Beam reads and writes files of its own, and is told of the same stores.
    arguments = [*build.stores.to_arguments(), *beam_arguments]
    return read_options(arguments, [*roots, build.output])


def make_pipeline(
    build: Build,
    options: PipelineOptions,
    runner: PipelineRunner | None = None,
    exchange: Exchange | None = None,
) -> beam.Pipeline:
    """Lays out the whole flow: index → labels → splits → audio → shards → manifest.

    Args:
        build: What to build.
        options: For Beam.
        runner: The runner, unless the options name it.
        exchange: How batches get from one step to another; None to send them themselves.
    """
    exchange = exchange or Exchange()
    pipeline = beam.Pipeline(runner=runner, options=options)
    _ = (
        pipeline
        | "Index" >> IndexCorpora(build, exchange)
        | "Split" >> AssignSplits(build, exchange)
        | "Write" >> WriteShards(build, exchange)
        | "Finish" >> WriteManifest(build)
    )
    return pipeline


def _run(
    build: Build,
    options: PipelineOptions,
    runner: PipelineRunner | None = None,
    exchange: Exchange | None = None,
) -> PipelineResult:
    try:
        result = make_pipeline(build, options, runner, exchange).run()
        result.wait_until_finish()
    except (RuntimeError, ExhubertError) as error:  # workers hand on their errors as text
        raise _as_data_error(error) or error from None
    return result


def _pool(jobs: int | WorkerPool) -> AbstractContextManager[WorkerPool]:
    return nullcontext(jobs) if isinstance(jobs, WorkerPool) else WorkerPool(jobs)


def _run_here(
    build: Build, options: PipelineOptions, pool: WorkerPool, watch: Callable[[Counts], None]
) -> PipelineResult:
    with local_runner(pool, options) as runner, _watched(pool.folder, watch) as progress:
        exchange = Exchange(str(pool.folder))
        return _run(replace(build, progress=progress), options, runner, exchange)


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


def _check_same_audio(build: Build, earlier: Manifest) -> None:
    kept = sorted(earlier.corpora.keys() - build.corpora.keys())
    if kept and earlier.audio != build.audio:
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
