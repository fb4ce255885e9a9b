"""Amazon S3 and compatible stores (MinIO, Ceph, R2, …): their endpoints and credentials."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import S3Store

from pipeline.common.errors import UsageError
from pipeline.storage import store
from pipeline.storage.object_store import ObjectStore
from pipeline.storage.options import StoreOptions

if TYPE_CHECKING:  # which have no names at run time
    from obstore.store import ClientConfig, S3Config


def open_s3(options: StoreOptions) -> ObjectStore:
    """The store at ``s3://``; what the options leave open, AWS' own environment and files say.

    Raises:
        UsageError: There are no credentials, or the options are none.
    """
    try:
        session = boto3.session.Session()
        answers_at = session.client(
            "s3",
            region_name=options.s3_region_name,
            endpoint_url=options.s3_endpoint_url,
            use_ssl=not options.s3_disable_ssl,
        ).meta
        keys = _keys(options, session)
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"s3://: {error}; see --s3_endpoint_url and its like") from None
    region = answers_at.region_name
    config: S3Config = {
        "endpoint": answers_at.endpoint_url,
        "region": "us-east-1" if region == "aws-global" else region,
        "disable_bulk_delete": True,
    }
    client = _client(options)

    def open_bucket(name: str) -> S3Store:
        return S3Store(
            name,
            config=config,
            client_options=client,
            retry_config={"max_retries": 0},  # RetryingStore tries again
            **keys,
        )

    return ObjectStore(open_bucket)


def _keys(options: StoreOptions, session: boto3.session.Session) -> dict[str, Any]:
    """Credentials that requests are signed with."""
    if options.no_auth:
        return {"skip_signature": True}
    if options.s3_access_key_id and options.s3_secret_access_key:
        return {
            "access_key_id": options.s3_access_key_id,
            "secret_access_key": options.s3_secret_access_key,
            **({"session_token": options.s3_session_token} if options.s3_session_token else {}),
        }
    if options.s3_access_key_id or session.get_credentials() is None:
        raise UsageError(
            "s3://: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or "
            "AWS_PROFILE, give --s3_access_key_id and --s3_secret_access_key, or --no_auth for "
            "what all may read"
        )
    # boto3 renews keys ten minutes before they expire; none may be kept for longer than that.
    return {"credential_provider": Boto3CredentialProvider(session, ttl=timedelta(minutes=10))}


def _client(options: StoreOptions) -> "ClientConfig":
    client: ClientConfig = {
        "allow_http": True,
        "connect_timeout": f"{store.CONNECT_TIMEOUT_S}s",
        "read_timeout": f"{store.READ_TIMEOUT_S}s",
        "timeout": "10m",
    }
    trusted = options.s3_verify or os.environ.get("AWS_CA_BUNDLE")
    if trusted == "false":
        client["allow_invalid_certificates"] = True
    elif trusted:
        try:
            client["root_certificate"] = Path(trusted).read_bytes()
        except OSError as error:
            raise UsageError(f"--s3_verify={trusted}: can't be read: {error.strerror}") from None
    return client
