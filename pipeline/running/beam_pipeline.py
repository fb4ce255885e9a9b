"""The Beam pipeline of a build: laid out, run, and waited for."""

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineRunner

from pipeline.beam.coders import spill_to
from pipeline.beam.metrics import describe_counts
from pipeline.beam.transforms import AssignSplits, IndexCorpora, WriteManifest, WriteShards
from pipeline.common.errors import error_from_json
from pipeline.planning.build_config import BuildConfig
from pipeline.running.beam_internals import close_client
from pipeline.storage import files as storage


def make_pipeline(
    build: BuildConfig, options: PipelineOptions, runner: PipelineRunner | None = None
) -> beam.Pipeline:
    """Lays out the whole flow: index → labels → splits → audio → shards → manifest.

    Args:
        build: Configuration of the build.
        options: For Beam.
        runner: The runner, unless the options name it.
    """
    pipeline = beam.Pipeline(runner=runner, options=options)
    batches = pipeline | "Index" >> IndexCorpora(build)
    receipts = batches | "Split" >> AssignSplits(build) | "Write" >> WriteShards(build)
    _ = (batches, receipts) | "Finish" >> WriteManifest(build)
    return pipeline


def run_pipeline(
    build: BuildConfig,
    options: PipelineOptions,
    runner: PipelineRunner | None = None,
    spill_folder: str | None = None,
) -> str:
    """Runs the pipeline to its end.

    Args:
        build: Configuration of the build.
        options: For Beam.
        runner: The runner, unless the options name it.
        spill_folder: Folder for batches between steps, which all workers see. Without
            one, the runner keeps them.

    Returns:
        What the runner has counted, in a line for people.

    Raises:
        ExhubertError: A worker met it, and wrote it to the build's error file.
    """
    try:
        with spill_to(spill_folder):
            result = make_pipeline(build, options, runner).run()
        result.wait_until_finish()
    except Exception:
        if build.error_file and (written := storage.read(build.error_file)):
            storage.delete(build.error_file)
            raise error_from_json(written) from None
        raise
    counts = describe_counts(result)
    close_client(result)
    return counts
