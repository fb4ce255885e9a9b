"""What is packed. All else stands in pyproject.toml; Beam's ``--setup_file`` asks for this file."""

from setuptools import find_packages, setup

# By name and not by pattern: what else lies in a checkout stays out.
OURS = ("pipeline", "training", "exhubert", "demo")

setup(
    packages=[
        *find_packages(include=[name for ours in OURS for name in (ours, f"{ours}.*")]),
        "corpora_specs",
    ],
    package_data={
        **{name: ["py.typed"] for name in OURS},
        "corpora_specs": ["*.yaml", "protocols/*/*.yaml"],
        "demo": ["*.yaml", "corpora/*.yaml"],
        "pipeline.dataset": ["*.jinja"],
        "pipeline.pages": ["*.jinja", "*.css", "*.js"],
        "pipeline.dataset.report": ["*.jinja"],
        "training.config": ["recipes/*.yaml"],
        "training.evaluation.reports": ["*.jinja"],
    },
)
