"""Options of stores: endpoint, region, credentials; spelled alike for every command."""

from dataclasses import dataclass, field, fields

PATIENCE_S = 120.0
"""Default of :attr:`StoreOptions.patience`, in s."""


@dataclass(frozen=True)
class StoreOptions:
    """Options of stores; those that are not given come from the environment.

    All but the patience is spelled as Beam spells it, so that a runner understands it, too:
    ``--s3_endpoint_url=https://minio.example.org``.

    Attributes:
        s3_endpoint_url: Endpoint of a store that is compatible with Amazon's.
        s3_region_name: Region of the bucket.
        s3_access_key_id: Name of the key.
        s3_secret_access_key: The key.
        s3_session_token: Token that belongs to temporary keys.
        s3_verify: PEM file of the authority that vouches for the server; ``false`` to trust any.
        s3_disable_ssl: Whether to connect without encryption.
        no_auth: Whether to read from Google's store without credentials.
        impersonate_service_account: The service account in whose name Google's store is asked;
            several, comma-separated, are asked one for the next.
        patience: Longest wait, in s, for a store that has answered before and fails now.
    """

    s3_endpoint_url: str | None = None
    s3_region_name: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: str | None = field(default=None, repr=False)
    s3_session_token: str | None = field(default=None, repr=False)
    s3_verify: str | None = None
    s3_disable_ssl: bool = False
    no_auth: bool = False
    impersonate_service_account: str | None = None
    patience: float = PATIENCE_S

    def to_arguments(self) -> list[str]:
        """The options that Beam knows, as on a command line.

        >>> StoreOptions(s3_region_name="eu-1", no_auth=True).to_arguments()
        ['--s3_region_name=eu-1', '--no_auth']
        """
        given = [(name, getattr(self, name)) for name in BEAM_NAMES]
        return [
            f"--{name}" if value is True else f"--{name}={value}" for name, value in given if value
        ]


BEAM_NAMES = tuple(option.name for option in fields(StoreOptions) if option.name != "patience")
"""The options that are spelled as Beam spells them."""
