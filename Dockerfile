# One image for Dataflow: its workers run in it, and its flex template is launched from it.
# Other runners' workers (--environment_type=DOCKER) can use it, too. docs/runners.md has the
# commands.
#
#   docker build --tag REGION-docker.pkg.dev/PROJECT/REPOSITORY/exhubert .

# Beam's version stands here and in requirements/constraints.txt; a test compares the two. Workers
# must run the same one, and the same minor version of Python, as the machine that submits a job.
FROM apache/beam_python3.11_sdk:2.77.0 AS beam
FROM gcr.io/dataflow-templates-base/python311-template-launcher-base:20230622_RC00 AS launcher

# Not Beam's own image, which brings a gigabyte of packages in versions other than ours.
FROM python:3.11-slim

# What makes an image a worker: the program that a runner starts in it.
COPY --from=beam /opt/apache/beam /opt/apache/beam

# What makes it a template: the program that turns parameters into a job.
COPY --from=launcher /opt/google/dataflow/python_template_launcher \
    /opt/google/dataflow/python_template_launcher

WORKDIR /exhubert

# Before the code, so that a change of the code leaves this layer alone. Only what a build imports:
# librosa and what it brings stay out. The wheels of soundfile and av bring libsndfile and FFmpeg
# with them, so there is nothing for apt to install.
COPY requirements/constraints.txt requirements/
RUN pip install --no-cache-dir --constraint requirements/constraints.txt \
    "apache-beam[gcp]" argcomplete av jinja2 miniaudio numpy openpyxl pandas pyarrow pydantic \
    pyloudnorm pyyaml regex rich soundfile soxr xxhash

COPY setup.py pyproject.toml README.md LICENSE ./
COPY corpora_specs corpora_specs
COPY pipeline pipeline
COPY training training
COPY exhubert exhubert
COPY demo demo
COPY dataflow dataflow
# --no-deps: all that a build needs is there. The second command fails where a build would.
RUN pip install --no-cache-dir --no-deps . \
    && python -c "import pipeline.running.build" && exhubert corpora list

# What the launcher runs.
ENV FLEX_TEMPLATE_PYTHON_PY_FILE=/exhubert/dataflow/launch.py

ENTRYPOINT ["/opt/apache/beam/boot"]
