"""What surrounds the settings: the machine's proxies and certificates, secrets in files, misspelt names."""

import difflib
import os
import re
import ssl
from collections.abc import Collection, Mapping, MutableMapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dotenv import dotenv_values

from app.settings import urls

NEAR: Final = 0.85  # difflib's ratio; DAILY_BUDGET and DAILY_BUDGET_USD have 0.857
_NO_PROXY: Final = ("NO_PROXY", "no_proxy")
# What httpx and boto3 both accept; boto3 takes no SOCKS in HTTP_PROXY or HTTPS_PROXY, and never reads ALL_PROXY.
_PROXIES: Final[Mapping[str, Collection[str]]] = {
    "HTTP_PROXY": ("http", "https"),
    "HTTPS_PROXY": ("http", "https"),
    "ALL_PROXY": ("http", "https", "socks5", "socks5h"),
}


def problems_around(environ: Mapping[str, str]) -> list[str]:
    """Return faults of the machine's proxy and certificate variables that would fail every call, one sentence each."""
    found = [_proxy_problem(name, environ.get(name) or environ.get(name.lower()) or "") for name in _PROXIES]
    return [*filter(None, found), *_certificate_problems(environ)]


def normalize_no_proxy(environ: MutableMapping[str, str]) -> None:
    """Rewrite NO_PROXY so that the HTTP library can read it: IPv6 without brackets, no IPv6 networks, numeric ports.

    An entry that it cannot read makes every call fail. OrbStack sets an IPv6 network in every container;
    https://github.com/encode/httpx/issues/3221 (read 2026-11-27).
    """
    for name in _NO_PROXY:
        if hosts := environ.get(name):
            normalized = (_normalized(host) for host in re.split(r"[,\s]+", hosts))
            environ[name] = ",".join(filter(None, normalized))


def near_misses(names: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Return which of these names look like a misspelling of one of ours, with the one that may be meant."""
    ours = {*known, *(f"{one}_FILE" for one in known)}
    near = {
        name: difflib.get_close_matches(name.upper(), known, n=1, cutoff=NEAR)
        for name in sorted(names)
        if name.upper() not in ours
    }
    return {name: found[0] for name, found in near.items() if found}


def variables() -> dict[str, str]:
    """Return all variables, of the environment and, where it does not have them, of `.env`. Raises as that does."""
    return {**read_env_file(), **os.environ}


def read_env_file(path: Path = Path(".env")) -> dict[str, str]:
    """Return the variables of a file as pydantic-settings reads it, "" where one is set to nothing.

    Raises:
        OSError: The file is there but cannot be read.
        UnicodeDecodeError: It is not in UTF-8.
    """
    written = dotenv_values(path, encoding="utf-8") if path.is_file() else {}
    return {name: value or "" for name, value in written.items()}


def from_files(names: Collection[str], environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Read the settings whose value is in the file that NAME_FILE names, as container engines pass secrets.

    Returns:
        The values by field, and what is wrong, one sentence each.
    """
    values, problems = {}, []
    for name in names:
        path = environ.get(f"{name}_FILE")
        if not path:
            continue
        if environ.get(name):
            problems.append(f"{name} is set, and {name}_FILE, too: take one of them out")
            continue
        try:
            values[name.lower()] = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            problems.append(f"{name}_FILE names a file that cannot be read: {why}")
    return values, problems


def _normalized(host: str) -> str:
    bare = re.sub(r"^\[(.*)\](?::.*)?$", r"\1", host)
    if bare.count(":") > 1:
        return "" if "/" in bare else bare
    return re.sub(r":(?!\d+$|//).*$", "", bare)


def _proxy_problem(name: str, value: str) -> str:
    address = value if "://" in value else f"http://{value}"
    if not value:
        return ""
    if not urls.is_address(address):
        return f"{name} is no address of a proxy: write it as http://host:port, with a number as port, or take it out"
    scheme = urlsplit(address).scheme
    if scheme in _PROXIES[name]:
        return ""
    if scheme.startswith("socks5"):
        return f"{name} is a SOCKS proxy, which only ALL_PROXY may be: set ALL_PROXY, or take it out"
    return f"{name} has a proxy of a kind that is not known: {', '.join(_PROXIES[name])} are"


def _certificate_problems(environ: Mapping[str, str]) -> list[str]:
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    problems = []
    if file:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:  # SSLError is a subclass: the file is empty, or holds something else
            why = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
            problems.append(f"SSL_CERT_FILE cannot be used: {why}; name a file of certificates, or take it out")
    if folder and not Path(folder).is_dir():
        problems.append("SSL_CERT_DIR is no folder: name one with certificates, or take it out")
    return problems
