"""URLs that files are downloaded from."""

import ipaddress
from urllib.parse import urlsplit

_SHOWN = 160  # characters of a URL in a message


def check_download_url(url: str) -> str:
    """A URL as it is, if it is https, or http with this machine itself, and holds no password.

    Raises:
        ValueError: It is none of these.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from None
    if parts.username or parts.password:
        raise ValueError("holds a user or a password; expected a URL without")
    if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))):
        return url
    raise ValueError(f"expected https://…, found {url[:_SHOWN]!r}")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
