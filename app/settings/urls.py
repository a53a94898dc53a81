"""What is wrong with an address, judged by what it will be used for. No I/O. Each raises ValueError in words."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final
from urllib.parse import urlsplit

ACCOUNT_ID: Final = re.compile(r"[0-9a-f]{32}")
S3_HOST: Final = ".r2.cloudflarestorage.com"
# This machine and private networks: https://www.rfc-editor.org/rfc/rfc1918, https://www.rfc-editor.org/rfc/rfc4193
PRIVATE: Final = ("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def secure(value: str) -> str:
    """Return an address without a slash at its end. Plain http is for stand-ins on this machine: LINE shows none."""
    if not re.match(r"https://[^/\s]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", value):
        raise ValueError("must be an address that starts with https:// and has no spaces")
    return value.rstrip("/")


def endpoint(value: str | None, *, account_id: str | None) -> str | None:
    """Return the S3 address; None: it is made from the account id. The dashboard shows it with the bucket in it."""
    if value is None and account_id is not None and not ACCOUNT_ID.fullmatch(account_id):
        raise ValueError("R2_ACCOUNT_ID must be 32 hex digits: Cloudflare dashboard > R2 > Account details")
    if value and urlsplit(value).path:
        raise ValueError("must end after the host: take the bucket and every other path out; R2_BUCKET names it")
    return value


def public(value: str, *, bucket: str | None) -> str:
    """Return the address that shows the bucket's pictures to everybody."""
    parts = urlsplit(value)
    if (parts.hostname or "").endswith(S3_HOST):
        raise ValueError("is the address of the S3 API, which shows nobody a picture: take the custom domain's")
    if bucket and parts.path.rpartition("/")[2] == bucket:
        raise ValueError("must not end with the bucket: its domain shows what is in it without its name")
    return value


def collector(value: str) -> str:
    """Return the address of a collector of traces."""
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("must be an address such as http://collector:4318")
    return value


def database(value: str) -> str:
    """Return the address of the database as SQLAlchemy reads it."""
    if re.match(r"sqlite:///.+", value) and ":memory:" not in value:
        return value
    if match := re.match(r"postgres(?:ql)?(?:\+psycopg)?://(.+)", value):
        return _readable(f"postgresql+psycopg://{match[1]}")
    raise ValueError("must be sqlite:///path/to/easel.db or postgresql://user:password@host/database")


def networks(values: Iterable[str]) -> tuple[str, ...]:
    """Return addresses and networks as networks, those of IPv4 also as a socket of IPv6 sees them; "*" is everybody."""
    if [*values] == ["*"]:
        return ("*",)
    try:
        found = [ip_network(one, strict=False) for one in values]
    except ValueError as error:
        raise ValueError("each is an address, or a network such as 10.0.0.0/8, separated by commas") from error
    return tuple(str(one) for network in found for one in (network, _mapped(network)) if one)


def _mapped(network: IPv4Network | IPv6Network) -> IPv6Network | None:
    if isinstance(network, IPv6Network):
        return None
    return IPv6Network(f"::ffff:{network.network_address}/{96 + network.prefixlen}")


def _readable(url: str) -> str:
    from sqlalchemy import make_url  # noqa: PLC0415 - heavy, and not needed for SQLite

    try:
        host = make_url(url).host or ""
    except ValueError as error:
        raise ValueError("must be postgresql://user:password@host:5432/database, with a number as port") from error
    if "@" in host:
        raise ValueError("has an @ in its password: write %40 in its place")
    return url
