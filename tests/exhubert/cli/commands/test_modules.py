"""Every command is in the module of its name, light to import and ready to be listed."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

from exhubert.cli import commands
from exhubert.cli.arguments.command import Command
from exhubert.cli.commands import check, corpora, export
from exhubert.cli.main import COMMANDS

MODULES = [module.name for module in pkgutil.iter_modules(commands.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_commands_of_a_module_are_listed(name: str) -> None:
    module = importlib.import_module(f"{commands.__name__}.{name}")
    assert module.COMMANDS
    assert all(isinstance(command, Command) for command in module.COMMANDS)
    assert {command.name for command in module.COMMANDS} <= {c.name for c in COMMANDS}


def test_no_command_is_listed_twice() -> None:
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)


def test_listing_commands_loads_nothing_heavy() -> None:
    code = (
        "import sys, exhubert.cli.main\n"
        "heavy = {'apache_beam', 'torch', 'transformers', 'pandas', 'pyarrow.parquet', 'duckdb'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_only_commands_that_read_stores_pass_options_on() -> None:
    passing = {command.name for command in COMMANDS if command.passes_unknown}
    of_datasets = {"diff", "duplicates", "protocols", "relabel", "report", "shortcuts", "show"}
    assert passing == {"build", "check", "verify", *of_datasets}
    (one,) = check.COMMANDS
    assert one.passes_unknown
    assert not any(command.passes_unknown for command in [*corpora.COMMANDS, *export.COMMANDS])
