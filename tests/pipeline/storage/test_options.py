"""Store options: one spelling, for every command, for Beam and for workers."""

import argparse
import pickle
import re
from dataclasses import fields

from apache_beam.options.pipeline_options import GoogleCloudOptions, S3Options
from hypothesis import given
from hypothesis import strategies as st

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.stores import add_store_options, read_store_options
from exhubert.cli.main import COMMANDS
from pipeline.running.beam_options import parse_options
from pipeline.storage import StoreOptions
from pipeline.storage.options import BEAM_NAMES

WORDS = st.none() | st.text("abc:/.=-", min_size=1).filter(lambda word: word[0] != "-")
OPTIONS = st.builds(
    StoreOptions,
    **{
        option.name: st.booleans() if option.type is bool else WORDS
        for option in fields(StoreOptions)
        if option.name in BEAM_NAMES
    },
)


@given(OPTIONS)
def test_what_is_written_is_read_again(options: StoreOptions) -> None:
    parser = argparse.ArgumentParser()
    add_store_options(parser)
    assert read_store_options(parser.parse_args(options.to_arguments())) == options
    assert pickle.loads(pickle.dumps(options)) == options


@given(OPTIONS)
def test_beam_understands_them(options: StoreOptions) -> None:
    parsed = parse_options(options.to_arguments())
    for name in BEAM_NAMES:
        view = S3Options if name.startswith("s3_") else GoogleCloudOptions
        given = getattr(options, name)
        assert (getattr(parsed.view_as(view), name) or None) == (given or None)


def test_patience_is_an_option_of_ours() -> None:
    parser = argparse.ArgumentParser()
    add_store_options(parser)
    assert read_store_options(parser.parse_args([])) == StoreOptions()
    assert read_store_options(parser.parse_args(["--store-patience=7"])).patience == 7


def test_keys_are_not_shown() -> None:
    shown = repr(StoreOptions(s3_secret_access_key="hidden", s3_session_token="hidden"))
    assert "hidden" not in shown


def test_every_command_that_takes_a_url_has_them() -> None:
    def takes_dataset_or_corpora(command: Command) -> bool:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return bool(re.search(r"\bDATASET\b|--data-root|\bA B\b", parser.format_usage()))

    names = {command.name for command in COMMANDS if command.uses_stores}
    assert {"build", "check", "train", "verify"} <= names
    of_this_machine = {"corpora get", "publish"}  # files are fetched to it, or uploaded from it
    wanted = {command.name for command in COMMANDS if takes_dataset_or_corpora(command)}
    assert names == wanted - of_this_machine
