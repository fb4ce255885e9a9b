"""Dataflow as far as it goes without Google: options, job graph, image, template, package."""

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import get_type_hints

import pytest
from apache_beam.options.pipeline_options import DebugOptions, SetupOptions, WorkerOptions
from apache_beam.portability.api import beam_runner_api_pb2

from dataflow.launch import to_command
from exhubert.cli.main import build_parser, main
from pipeline.audio.options import AudioOptions
from pipeline.beam.transforms import UtteranceBatch
from pipeline.common.errors import UsageError
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.beam_pipeline import make_pipeline
from pipeline.running.runners import read_options
from pipeline.schema.utterance import Utterance
from pipeline.specs.collections import load_collections
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_ids
from tests.conftest import MakeSpec, write_tone
from tests.support.commands import run_pip

HOME = Path(__file__).parents[3]

pytestmark = pytest.mark.xdist_group("dataflow")  # packs the checkout, once for all tests

DATAFLOW = {
    "runner": "DataflowRunner",
    "project": "my-project",
    "region": "europe-west4",
    "temp_location": "gs://my-bucket/tmp",
}


@pytest.mark.parametrize(
    ("changed", "place", "words"),
    [
        ({"project": None}, "gs://b0b/in", "needs --project, as in --project=my-project"),
        ({"project": "My_Project"}, "gs://b0b/in", "--project=My_Project: not a name"),
        ({"region": "Europe"}, "gs://b0b/in", "--region=Europe: not a name"),
        ({"temp_location": "/tmp/x"}, "gs://b0b/in", "--temp_location=/tmp/x: not a name"),
        ({"staging_location": "gs://No"}, "gs://b0b/in", "--staging_location=gs://No: not a name"),
        ({}, "/data/corpora", "/data/corpora: Dataflow's workers do not see"),
        ({}, "gs://B/x", "gs://B/x: not a name"),
    ],
)
def test_dataflow_options_are_checked_before_google_is_asked(
    changed: dict[str, str | None], place: str, words: str
) -> None:
    arguments = [f"--{name}={value}" for name, value in (DATAFLOW | changed).items() if value]
    with pytest.raises(UsageError) as error:
        read_options(arguments, [place])
    assert words in str(error.value)


@pytest.fixture(scope="module")
def job():
    """What Dataflow would be sent."""
    corpora = {
        spec.id: Corpus(spec, f"gs://my-bucket/{spec.id}") for spec in load_specs(["emo_db"])
    }
    build = BuildConfig(corpora, emotion_scheme(), "gs://my-bucket/dataset", AudioOptions())
    given = DATAFLOW | {
        "dry_run": "True",
        "sdk_container_image": "europe-docker.pkg.dev/my-project/images/exhubert",
        "setup_file": str(HOME / "setup.py"),
        "worker_machine_type": "n2-standard-4",
    }
    arguments = [*(f"--{name}={value}" for name, value in given.items()), "--no_auth"]
    return make_pipeline(build, read_options(arguments, [])).run().job


def coder_name(spec: beam_runner_api_pb2.FunctionSpec) -> str:
    """Of a coder of ours its class, of a coder of Beam's its kind."""
    return "BatchCoder" if b"BatchCoder$" in spec.payload else spec.urn.split(":")[2]


def test_job_graph_holds_our_steps_and_shuffles_no_audio(job) -> None:
    components = job.proto_pipeline.components
    steps = {step.unique_name: step for step in components.transforms.values()}
    assert {"Index", "Split", "Write", "Finish"} <= steps.keys()
    shuffled = {
        step.unique_name: [
            coder_name(components.coders[part].spec)
            for part in components.coders[
                components.pcollections[next(iter(step.inputs.values()))].coder_id
            ].component_coder_ids
        ]
        for step in steps.values()
        if step.spec.urn == "beam:transform:group_by_key:v1"
    }
    assert shuffled == {
        "Index/SpreadClips/ReshufflePerKey/GroupByKey": ["varint", "tuple"],  # files, not read
        "Split/GroupCountsByCorpus": ["string_utf8", "pickled_python"],  # utterances a group
        "Split/JoinPlans": ["kv", "BatchCoder"],  # utterances, or their plan
        "Write/GroupByShard": ["string_utf8", "BatchCoder"],  # utterances; audio comes next
        "Finish/GroupDataset": [
            "string_utf8",
            "pickled_python",
        ],  # names of shards, numbers of clips
    }
    assert get_type_hints(UtteranceBatch)["utterances"] == tuple[Utterance, ...]
    assert bytes not in get_type_hints(Utterance).values()


def test_image_and_package_reach_the_job(job) -> None:
    (environment,) = job.proto_pipeline.components.environments.values()
    docker = beam_runner_api_pb2.DockerPayload.FromString(environment.payload)
    assert docker.container_image == "europe-docker.pkg.dev/my-project/images/exhubert"
    assert any(b"workflow.tar.gz" in part.role_payload for part in environment.dependencies)
    assert job.options.view_as(SetupOptions).setup_file == str(HOME / "setup.py")
    assert job.options.view_as(WorkerOptions).machine_type == "n2-standard-4"
    assert "use_runner_v2" in job.options.view_as(DebugOptions).experiments


def test_dry_run_says_that_nothing_was_sent(
    make_spec: MakeSpec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_spec()
    command = ["build", "--spec", str(tmp_path / "tones.yaml"), "--root", "tones=gs://b0b/tones"]
    options = [*(f"--{name}={value}" for name, value in DATAFLOW.items()), "--no_auth"]
    output = ["--output", "gs://b0b/dataset"]
    assert main([*command, *output, *options, "--dry_run=True"]) == 0
    assert "nothing was sent to Dataflow" in capsys.readouterr().out


def test_template_asks_for_what_the_command_line_knows() -> None:
    metadata = json.loads((HOME / "dataflow" / "metadata.json").read_text())
    examples = {
        "data_root": "gs://my-bucket/corpora",
        "output": "gs://my-bucket/dataset",
        "corpora": "emo_db,tess",
        "codec": "wav",
        "normalize": "none",
    }
    parameters = {parameter["name"]: parameter for parameter in metadata["parameters"]}
    assert parameters.keys() == examples.keys()
    for name, parameter in parameters.items():
        assert parameter["label"]
        assert parameter["helpText"]
        (form,) = parameter["regexes"]
        assert re.fullmatch(form, examples[name])
        assert not re.fullmatch(form, "No such thing!")
    given = [*(f"--{name}={value}" for name, value in examples.items()), "--region=us-east1"]
    args, unknown = build_parser().parse_known_args(to_command(given))
    assert unknown == ["--region=us-east1"]
    assert args.corpora == ["emo_db", "tess"]
    assert (args.data_root, args.output) == ([examples["data_root"]], examples["output"])
    assert (args.codec, args.normalize) == ("wav", "none")


def test_template_takes_the_corpora_that_the_command_line_takes() -> None:
    metadata = json.loads((HOME / "dataflow" / "metadata.json").read_text())
    parameters = {parameter["name"]: parameter for parameter in metadata["parameters"]}
    (form,) = parameters["corpora"]["regexes"]
    names = [*builtin_ids(), *(f"@{name}" for name in load_collections())]
    for value in (*names, ",".join(names)):
        assert re.fullmatch(form, value)
    required = ["--data_root=gs://my-bucket/corpora", "--output=gs://my-bucket/dataset"]
    for name, parameter in parameters.items():  # what may be left out there may be left out here
        given = [option for option in required if not option.startswith(f"--{name}=")]
        assert to_command(given) == to_command([*given, f"--{name}="])
        assert parameter.get("isOptional", False) == (len(given) == len(required))
    args = build_parser().parse_args(to_command([*required, "--corpora=tess,@emobox"]))
    assert args.corpora == ["tess", "@emobox"]
    assert build_parser().parse_args(to_command(required)).corpora == []


def test_image_holds_what_a_build_imports_in_the_versions_tested() -> None:
    image = (HOME / "Dockerfile").read_text()
    constraints = (HOME / "requirements" / "constraints.txt").read_text()
    (version,) = re.findall(r"^FROM apache/beam_python3\.11_sdk:(\S+) AS beam$", image, re.M)
    assert f"apache-beam=={version}" in constraints.splitlines()
    (listed,) = re.findall(r"constraints\.txt \\\n((?:.*\\\n)*.*)", image)
    packages = set(re.sub(r"\[.*?\]|[\"\\]", "", listed).split())
    modules = {
        "apache_beam": "apache-beam",
        "markupsafe": "jinja2",
        "pydantic_core": "pydantic",
        "yaml": "pyyaml",
    }
    # Clients of stores come with Beam's extras, and are imported for URLs of theirs alone.
    clients = {"object_store.py", "s3.py", "gcs.py"}
    # Commands on a finished dataset import these; a build never does, as the image itself checks.
    later = {
        *("row_filter.py", "subfingerprints.py"),
        *("audformat_database.py", "hub.py", "lhotse_cuts.py"),
    }
    sources = [
        file for file in (HOME / "pipeline").rglob("*.py") if file.name not in clients | later
    ]
    sources.append(HOME / "exhubert" / "cli" / "commands" / "build.py")
    lines = re.findall(
        r"^ *(?:import|from) (\w+)", "\n".join(file.read_text() for file in sources), re.M
    )
    # The command line is loaded whole, but for what its commands import when they run.
    loaded = [file.read_text() for file in (HOME / "exhubert" / "cli").rglob("*.py")]
    lines += re.findall(r"^(?:import|from) (\w+)", "\n".join(loaded), re.M)
    ours = {"pipeline", "training", "exhubert", "demo"}
    with_beam = {"google", "grpc"}  # come as dependencies of Beam
    others = set(lines) - ours - with_beam - sys.stdlib_module_names
    imported = {modules.get(name, name) for name in others}
    assert imported <= packages
    for line in re.findall(r"^COPY (?!--)(.+) \S+$", image, re.M):
        assert all((HOME / name).exists() for name in line.split())


@pytest.mark.slow
def test_package_that_workers_install_is_complete(make_spec: MakeSpec, tmp_path: Path) -> None:
    """Packs as Beam's ``--setup_file`` does, and builds with nothing of the checkout at hand."""
    packed = tmp_path / "packed"
    setup = [sys.executable, "setup.py", "sdist", "--dist-dir", str(packed)]
    subprocess.run(setup, cwd=HOME, check=True, capture_output=True)
    (archive,) = packed.glob("*.tar.gz")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    # Dependencies come from where they are installed; a .pth there, as of a checkout, does not.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    how = ["--no-deps", "--no-build-isolation", "--ignore-installed"]
    run_pip("--python", venv / "bin" / "python", "install", *how, archive)
    make_spec()
    for number in range(6):
        path = tmp_path / "tones" / "wav" / f"s{number:02d}_ang_0.wav"
        write_tone(path, hertz=300 + 9 * number)

    def run(program: str, *arguments: str) -> str:
        return subprocess.run(
            [venv / "bin" / program, *arguments],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ).stdout

    assert str(venv) in run("python", "-c", "import pipeline; print(pipeline.__file__)")
    assert "emo_db" in run("exhubert", "corpora", "list")
    build = ["build", "--spec", "tones.yaml", "--root", "tones=tones", "--output", "dataset"]
    assert "6 utterances" in run("exhubert", *build, "--jobs", "2")
    assert (tmp_path / "dataset" / "README.md").is_file()  # from a template
    train = ["train", "--data", "dataset", "--config", "no_such", "--output", "model"]
    assert "exhubert_large" in run("exhubert", *train)  # the recipes are there to choose from
