"""Building a dataset: in this process, on workers of this machine, or on any runner of Beam's.

Beam is imported only where it is needed: a local build with several workers has a process of its
own for it.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.common.errors import DataError, StoppedError, UsageError
from pipeline.dataset.accounts import restore_receipts
from pipeline.dataset.build_state import mark_unfinished
from pipeline.dataset.finished_check import check_finished
from pipeline.dataset.manifest import Manifest, read_manifest
from pipeline.dataset.output_check import check_output
from pipeline.dataset.report.page import write_report
from pipeline.monitoring import BuildProgress, ProgressWriter, read_progress
from pipeline.planning.build_config import BuildConfig
from pipeline.running.driver_process import ERROR_FILE, DriverProcess
from pipeline.running.interrupts import INTERRUPTED, note_interrupts
from pipeline.running.scratch_folder import scratch_folder
from pipeline.sources.listing import walk_files
from pipeline.storage import configure_stores, current_options, is_remote, open_store
from pipeline.storage.folder_lock import lock_folder

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

_LOG = logging.getLogger(__name__)

_END_WITH_US = {"PrismRunner", "DaskRunner"}
"""Runners of which nothing goes on when the command is interrupted."""

OnProgress = Callable[[BuildProgress], None]
"""Called a few times a second with what a local build has done so far."""


@dataclass(frozen=True)
class CheckedBuild:
    """A build that may begin.

    Attributes:
        build: Configuration of the build.
        options: Beam's options; None for those of a local build that was given none.
        runner: Name of Beam's runner; None for this machine.
    """

    build: BuildConfig
    options: "PipelineOptions | None"
    runner: str | None


def build_dataset(
    build: BuildConfig,
    jobs: int = 1,
    beam_arguments: Sequence[str] = (),
    on_progress: OnProgress = lambda counts: None,
    on_message: Callable[[str], None] = _LOG.info,
) -> Manifest:
    """Builds a dataset, waits for it, and verifies that it is there.

    Args:
        build: Configuration of the build; corpora built there before are kept.
        jobs: Worker processes, unless the arguments name a runner.
        beam_arguments: Pipeline options as Beam spells them, ``--runner=DataflowRunner`` etc.
        on_progress: Called a few times a second with what a local build has done so far.
        on_message: Called with a line for people: what the runner has counted; logged by default.

    Returns:
        The manifest of the dataset.

    Raises:
        UsageError: The folder holds clips stored in another way, or files of others; or Beam knows
            no such option.
        DataError: A corpus or one of its tables is missing or unreadable, a worker died, or the
            runner ended without having written all that it should.
        StoppedError: Ctrl-C or SIGTERM; building again resumes.
    """
    folders = [*(corpus.root for corpus in build.corpora.values()), build.output]
    configure_stores(build.stores)
    checked = check_build(build, read_beam_options(beam_arguments, folders))
    manifest = run_build(checked, jobs, on_progress, on_message)
    write_report(build.output, manifest)
    return manifest


def read_beam_options(
    beam_arguments: Sequence[str], folders: Sequence[str]
) -> "PipelineOptions | None":
    """Reads Beam's options; Beam gets the same options of stores as this process.

    Args:
        beam_arguments: Arguments, as Beam spells them.
        folders: Folders that workers read or write, as far as they are known.

    Returns:
        The options; None if there is none, so that a local build need not import Beam here.

    Raises:
        UsageError: Beam knows no such option, its runner is not installed, or would not find what
            it needs.
    """
    if not beam_arguments:
        return None
    from pipeline.running.runners import read_options

    return read_options([*current_options().to_arguments(), *beam_arguments], folders)


def check_build(build: BuildConfig, options: "PipelineOptions | None" = None) -> CheckedBuild:
    """Checks what can be known before any corpus is read.

    Args:
        build: Configuration of the build.
        options: Beam's options, from :func:`read_beam_options`.

    Raises:
        UsageError: The folder holds clips stored in another way, or files of others; or the runner
            could not reach a corpus.
    """
    runner = _check_reachable(build, options) if options else None
    earlier = read_manifest(build.output)
    roots = {name: corpus.root for name, corpus in build.corpora.items()}
    check_output(build.output, roots, is_dataset=earlier is not None)
    _check_answering(roots.values())
    if earlier:
        _check_same_audio(build, earlier)
    return CheckedBuild(build, options, runner)


def run_build(
    checked: CheckedBuild,
    jobs: int | DriverProcess = 1,
    on_progress: OnProgress = lambda counts: None,
    on_message: Callable[[str], None] = _LOG.info,
    worker_timeout: float | None = None,
) -> Manifest:
    """Builds what has been checked; writes no report.

    Args:
        checked: Checked build from :func:`check_build`.
        jobs: Worker processes of a local build: how many, or the process that was started for it
            already and is the caller's to end.
        on_progress: Callback, as for :func:`build_dataset`.
        on_message: Callback, as for :func:`build_dataset`.
        worker_timeout: Seconds within which a worker of another runner must have begun; 0 for any
            number, None for what suits the runner.

    Raises:
        DataError, StoppedError: As :func:`build_dataset` does; or another process is writing to the
            dataset.
    """
    build = checked.build
    with note_interrupts() as received:
        try:
            with lock_folder(build.output, "exhubert build"):
                restore_receipts(build.output, read_manifest(build.output), build.corpora)
                mark_unfinished(build.output)
                on_message(_run(checked, jobs, on_progress, worker_timeout))
                return check_finished(build.output, build.corpora)
        except BaseException as error:
            if received or isinstance(error, KeyboardInterrupt):
                raise _stopped(checked, received) from None
            raise


def _run(
    checked: CheckedBuild,
    jobs: int | DriverProcess,
    on_progress: OnProgress,
    worker_timeout: float | None,
) -> str:
    """Runs a build where it is to run; gives what the runner has counted."""
    if checked.runner:
        with DriverProcess(workers=0) as driver:
            return _run_on(driver, checked, on_progress, worker_timeout)
    if isinstance(jobs, DriverProcess) or jobs > 1:
        with _driver(jobs) as driver:
            return _run_on(driver, checked, on_progress)
    return _run_in_process(checked, on_progress)


def prepare_job(build: BuildConfig, options: "PipelineOptions") -> None:
    """Has Dataflow check a job or store a template, where the options ask for no more than that.

    Raises:
        UsageError: The runner could not reach a corpus.
    """
    from pipeline.running.beam_pipeline import make_pipeline

    _check_reachable(build, options)
    make_pipeline(build, options).run()


def _check_reachable(build: BuildConfig, options: "PipelineOptions") -> str | None:
    """Checks that the runner reaches every folder; gives its name, None for this machine."""
    from pipeline.running.runners import check_runner, find_runner

    check_runner(options, [*(corpus.root for corpus in build.corpora.values()), build.output])
    return find_runner(options)


def _check_answering(roots: Iterable[str]) -> None:
    """Has each store answer: from then on it is worth waiting for, on workers as well."""
    for root in filter(is_remote, roots):
        if not open_store(root).has_answered:
            next(walk_files(root), None)


def _check_same_audio(build: BuildConfig, earlier: Manifest) -> None:
    kept = sorted(earlier.corpora.keys() - build.corpora.keys())
    if kept and earlier.audio != build.audio:
        raise UsageError(
            f"{build.output} holds {', '.join(kept)} as {earlier.audio.codec}, level "
            f"{earlier.audio.normalize}; this build wants {build.audio.codec}, level "
            f"{build.audio.normalize}: build all corpora anew, or choose another --output"
        )


def _run_on(
    driver: DriverProcess,
    checked: CheckedBuild,
    on_progress: OnProgress,
    worker_timeout: float | None = None,
) -> str:
    with _watched(driver.folder, on_progress, lambda: driver.waiting) as progress:
        build = replace(checked.build, report=_goes_on(checked))
        if driver.workers:
            build = replace(build, progress=progress)
        return driver.run(build, checked.options, worker_timeout)


def _run_in_process(checked: CheckedBuild, on_progress: OnProgress) -> str:
    from apache_beam.options.pipeline_options import PipelineOptions

    from pipeline.running.beam_pipeline import run_pipeline
    from pipeline.running.local_runner import in_process_runner
    from pipeline.running.runner_failure import describe_failure

    options = checked.options or PipelineOptions([])
    with (
        scratch_folder() as folder,
        in_process_runner(folder / "driver.log") as runner,
        _watched(folder, on_progress) as progress,
    ):
        error_file = str(folder / ERROR_FILE)
        build = replace(checked.build, progress=progress, error_file=error_file, report=False)
        try:
            return run_pipeline(build, options, runner, str(folder))
        except Exception as error:
            if isinstance(error, OSError) or str(error).startswith("OSError"):  # as Beam has it
                raise DataError(describe_failure(error, "the build")) from None
            raise


def _stopped(checked: CheckedBuild, received: Sequence[int]) -> StoppedError:
    elsewhere = f"; what {checked.runner} runs elsewhere goes on until cancelled"
    running = elsewhere if _goes_on(checked) else ""
    return StoppedError(
        f"interrupted{running}; shards that are complete stay in {checked.build.output}: building "
        "again resumes",
        received[0] if received else INTERRUPTED,
    )


def _goes_on(checked: CheckedBuild) -> bool:
    """Whether a runner works on when nobody waits for it any more."""
    return checked.runner is not None and checked.runner not in _END_WITH_US


def _driver(jobs: int | DriverProcess) -> AbstractContextManager[DriverProcess]:
    return nullcontext(jobs) if isinstance(jobs, DriverProcess) else DriverProcess(jobs)


@contextmanager
def _watched(
    folder: Path, on_progress: OnProgress, waiting: Callable[[], tuple[str, ...]] = tuple
) -> Iterator[ProgressWriter]:
    """Progress that workers on this machine write, and a thread that reads it."""
    counts = folder / "progress"
    counts.mkdir()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            counted = read_progress(str(counts))
            on_progress(replace(counted, waiting=(*waiting(), *counted.waiting)))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield ProgressWriter(str(counts))
    finally:
        ended.set()
        thread.join()
        on_progress(read_progress(str(counts)))
