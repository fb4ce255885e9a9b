"""Packaging of exhubert, and what Beam installs on remote workers (``--setup_file``)."""

from pathlib import Path

from setuptools import find_packages, setup

RUNTIME = [
    "apache-beam>=2.70",
    "pyarrow>=20",
    "pandas>=2.2",
    "openpyxl>=3.1",
    "pyyaml>=6",
    "pydantic>=2.9",
    "librosa>=0.11",
    "soundfile>=0.13",
    "soxr>=0.5",
    "pyloudnorm>=0.1.1",
    "av>=14",
    "miniaudio>=1.60; sys_platform != 'linux' or platform_machine != 'aarch64'",
    "xxhash>=3.4",
    "torch>=2.4",
    "transformers>=5.0",
    "datasets>=4.0",
    "safetensors>=0.4",
    "accelerate>=1.1",
    "scikit-learn>=1.5",
    "scipy>=1.11",
    "rich>=13",
    "jinja2>=3.1",
]
CLOUDS = {
    "gcp": ["apache-beam[gcp]"],
    "aws": ["apache-beam[aws]", "obstore>=0.9"],
    "dask": ["apache-beam[dask]", "distributed"],
}
MODELS = {
    "baseline": ["opensmile>=2.5"],
    "onnx": ["onnx>=1.17", "onnxscript>=0.3", "onnxruntime>=1.20"],
    "tensorboard": ["tensorboard>=2.18"],
}
EXTRAS = {
    **CLOUDS,
    **MODELS,
    "demo": ["espeakng-loader>=0.2"],
    "benchmarks": ["lhotse>=1.30", "torchcodec>=0.7"],
    "dev": [
        *(package for extra in (CLOUDS | MODELS).values() for package in extra),
        "pytest>=8",
        "pytest-xdist>=3",
        "hypothesis>=6",
        "moto[server]>=5",
        "gcp-storage-emulator>=2026.7",
        "import-linter>=2.1",
        "ruff>=0.8",
        "mypy>=1.13",
        "pandas-stubs",
        "types-PyYAML",
        "duckdb>=1",
        "polars>=1",
    ],
}

PACKAGES = [
    *("pipeline", "pipeline.*", "training", "training.*"),
    *("exhubert", "exhubert.*", "demo", "demo.*"),
]

setup(
    name="exhubert",
    version="0.1.0",
    description=(
        "One pipeline for 37 speech-emotion corpora, and ExHuBERT training on the result: "
        "speaker-disjoint splits, exact accounting, byte-identical Parquet shards."
    ),
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=[*find_packages(include=PACKAGES), "corpora_specs"],
    package_data={
        "corpora_specs": ["*.yaml"],
        "training.config": ["recipes/*.yaml"],
        "training.evaluation.reports": ["*.jinja", "*.css"],
        "demo": ["*.yaml", "corpora/*.yaml"],
        **{name: ["py.typed"] for name in ("pipeline", "training", "exhubert")},
        "pipeline.dataset": ["templates/*"],
    },
    install_requires=RUNTIME,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["exhubert = exhubert.__main__:start"]},
    classifiers=[
        "Programming Language :: Python :: 3.11",
        "Topic :: Multimedia :: Sound/Audio :: Speech",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
