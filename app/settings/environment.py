"""What surrounds the settings: proxies and certificates of the machine, secrets in files, names nearly ours."""

import difflib
import os
import re
import ssl
from collections.abc import Collection, Mapping, MutableMapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

NEAR: Final = 0.85  # DAILY_BUDGET is as near to DAILY_BUDGET_USD
_NAME: Final = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=", re.MULTILINE)
_NO_PROXY: Final = ("NO_PROXY", "no_proxy")
# Of httpx, and of urllib3 below boto3, which takes no SOCKS for a scheme of its own and never reads ALL_PROXY.
_PROXIES: Final[Mapping[str, Collection[str]]] = {
    "HTTP_PROXY": ("http", "https"),
    "HTTPS_PROXY": ("http", "https"),
    "ALL_PROXY": ("http", "https", "socks5", "socks5h"),
}


def problems_around(environ: Mapping[str, str]) -> list[str]:
    """Say which variables of the machine would end every call, one sentence each."""
    found = [_proxy_problem(name, environ.get(name) or environ.get(name.lower()) or "") for name in _PROXIES]
    return [*filter(None, found), *_certificate_problems(environ)]


def mend_no_proxy(environ: MutableMapping[str, str]) -> None:
    """Write IPv6 in NO_PROXY as the HTTP library reads it: without brackets, and no networks, which it cannot read.

    OrbStack sets such a network in every container; https://github.com/encode/httpx/issues/3221 (read 2026-11-27).
    """
    for name in _NO_PROXY:
        if "::" in environ.get(name, ""):
            hosts = (host.strip() for host in environ[name].split(","))
            environ[name] = ",".join(_bare(host) for host in hosts if not ("::" in host and "/" in host))


def near_misses(names: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Return which of these names look like one of ours that is spelt wrong, with the one that may be meant."""
    ours = {*known, *(f"{one}_FILE" for one in known)}
    near = {
        name: difflib.get_close_matches(name.upper(), known, n=1, cutoff=NEAR)
        for name in sorted(names)
        if name.upper() not in ours
    }
    return {name: found[0] for name, found in near.items() if found}


def names_set(env_file: Path = Path(".env")) -> set[str]:
    """Return the names of all variables, of the environment and of the file."""
    try:
        return {*os.environ, *_NAME.findall(env_file.read_text(encoding="utf-8"))}
    except (OSError, UnicodeDecodeError):
        return set(os.environ)


def from_files(names: Collection[str], environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Read the settings whose value is in the file that NAME_FILE names, as container engines hand secrets over.

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


def _bare(host: str) -> str:
    return host.strip("[]") if host.startswith("[") and host.endswith("]") else host


def _proxy_problem(name: str, value: str) -> str:
    scheme = urlsplit(value).scheme if "://" in value else "http"
    if not value or scheme in _PROXIES[name]:
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
        except OSError as error:  # an SSLError is one, too: an empty file, or one that holds something else
            why = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
            problems.append(f"SSL_CERT_FILE cannot be used: {why}; name a file of certificates, or take it out")
    if folder and not Path(folder).is_dir():
        problems.append("SSL_CERT_DIR is no folder: name one with certificates, or take it out")
    return problems
