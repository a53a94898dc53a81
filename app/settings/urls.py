"""Checks addresses by what they are used for; raises ValueError with what is wrong, in words. No I/O."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

ACCOUNT_ID: Final = re.compile(r"[0-9a-f]{32}")
_HOST: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_THIS_MACHINE: Final = {"127.0.0.1", "localhost", "::1"}
_POSTGRES: Final = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://(.+)")
S3_HOST: Final = ".r2.cloudflarestorage.com"
# This machine and private networks: https://www.rfc-editor.org/rfc/rfc1918, https://www.rfc-editor.org/rfc/rfc4193
PRIVATE: Final = ("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def secure(value: str) -> str:
    """Return an address without its trailing slash. Plain http is for stand-ins on this machine: LINE wants https."""
    parts = _parts(value)
    if parts is None or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)):
        raise ValueError("must be an address that starts with https://, in ASCII, without spaces, its port a number")
    if parts.username is not None:
        raise ValueError("has a user in it, before the @: take it out")
    if parts.query or parts.fragment:
        raise ValueError("has a ? or a # in it, which would stand in the middle of longer addresses: take it out")
    return value.rstrip("/")


def endpoint(value: str | None, *, account_id: str | None) -> str | None:
    """Return the S3 address; None: it is made from the account id. Cloudflare shows it with the bucket at its end."""
    if value is None and account_id is not None and not ACCOUNT_ID.fullmatch(account_id):
        raise ValueError("R2_ACCOUNT_ID must be 32 hex digits: Cloudflare dashboard > R2 > Account details")
    if value and urlsplit(value).path:
        raise ValueError("must end after the host: take the bucket and every other path out; R2_BUCKET names it")
    return value


def public(value: str, *, bucket: str | None) -> str:
    """Return the public address of the bucket's pictures."""
    parts = urlsplit(value)
    if (parts.hostname or "").endswith(S3_HOST):
        raise ValueError("is the address of the S3 API, which shows nobody a picture: take the custom domain's")
    if bucket and parts.path.rpartition("/")[2] == bucket:
        raise ValueError("must not end with the bucket: its domain shows what is in it without its name")
    return value


def collector(value: str) -> str:
    """Return the address of a trace collector."""
    parts = _parts(value)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise ValueError("must be an address such as http://collector:4318")
    return value


def hosts(values: Iterable[str]) -> tuple[str, ...]:
    """Return hosts in lower case, with a port only where it is not 443."""
    named = tuple(one.lower().removesuffix(":443") for one in values)
    for one in named:
        parts = _parts(f"https://{one}")
        if parts is None or one != parts.netloc or parts.username is not None:
            raise ValueError("each is a host, or host:port, without https:// and without a path, separated by commas")
    return named


def is_address(value: str) -> bool:
    """Whether every HTTP library can call this: it has a scheme, a valid host and, if any, a valid port."""
    return _parts(value) is not None


def database(value: str) -> str:
    """Return the address of the database in the form that SQLAlchemy reads."""
    if re.match(r"sqlite:///.+", value) and ":memory:" not in value:
        return value
    if not _POSTGRES.match(value):
        raise ValueError("must be sqlite:///path/to/easel.db or postgresql://user:password@host/database")
    return postgres(value)


def postgres(value: str) -> str:
    """Return the address of a Postgres in the form that SQLAlchemy reads."""
    if match := _POSTGRES.match(value):
        return _readable(f"postgresql+psycopg://{match[1]}")
    raise ValueError("must be postgresql://user:password@host/database")


def networks(values: Iterable[str]) -> tuple[str, ...]:
    """Return addresses and networks as networks, IPv4 ones also as an IPv6 socket sees them; "*" means everybody."""
    if [*values] == ["*"]:
        return ("*",)
    try:
        found = [ip_network(one, strict=False) for one in values]
    except ValueError as error:
        raise ValueError("each is an address, or a network such as 10.0.0.0/8, separated by commas") from error
    return tuple(str(one) for network in found for one in (network, _mapped(network)) if one)


def _parts(value: str) -> SplitResult | None:
    """Split an address into its parts. None: not every HTTP library could call it."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port  # raises where the port is no number
        if not _HOST.fullmatch(host):
            ip_address(host)
    except ValueError:
        return None
    return parts if re.fullmatch(r"[!-~]+", value) else None  # LINE accepts only ASCII in an address


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
