"""How a command reaches object stores: the same options for every command."""

import argparse
from dataclasses import fields

from exhubert.cli.arguments.number_types import duration
from pipeline.storage import StoreOptions
from pipeline.storage.options import BEAM_NAMES, PATIENCE_S

_HELP = {
    "s3_endpoint_url": ("URL", "where an s3:// store answers that is not Amazon's"),
    "s3_region_name": ("NAME", "its region"),
    "s3_access_key_id": ("ID", "name of the key; better given by AWS_ACCESS_KEY_ID"),
    "s3_secret_access_key": ("KEY", "the key; better given by AWS_SECRET_ACCESS_KEY"),
    "s3_session_token": ("TOKEN", "what temporary keys come with"),
    "s3_verify": ("FILE", "PEM file of the authority that vouches for it; false to trust any"),
    "s3_disable_ssl": (None, "speak with it unencrypted"),
    "no_auth": (None, "read from gs:// what is public, without credentials"),
    "impersonate_service_account": ("ACCOUNT", "use gs:// as this service account"),
}


def add_store_options(parser: argparse.ArgumentParser) -> None:
    """Adds ``--s3_endpoint_url`` and all other options of :class:`StoreOptions`."""
    group = parser.add_argument_group(
        "object stores (the environment gives what is left out: AWS_…, GOOGLE_…)"
    )
    for name in BEAM_NAMES:
        metavar, text = _HELP[name]
        if metavar is None:
            group.add_argument(f"--{name}", action="store_true", help=text)
        else:
            group.add_argument(f"--{name}", metavar=metavar, help=text)
    group.add_argument(
        "--store-patience",
        dest="patience",
        type=duration,
        default=PATIENCE_S,
        metavar="SECONDS",
        help="how long to wait for a store that has answered before and is in trouble "
        "(default: %(default)g)",
    )


def read_store_options(args: argparse.Namespace) -> StoreOptions:
    """The store options of a command line."""
    return StoreOptions(
        **{option.name: getattr(args, option.name) for option in fields(StoreOptions)}
    )
