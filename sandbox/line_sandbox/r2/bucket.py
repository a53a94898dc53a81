"""What R2 answers about the bucket as a whole: listing, deleting many, lifecycle. No I/O."""

import base64
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from starlette.responses import Response

from line_sandbox.r2.rules import refusal

if TYPE_CHECKING:
    from line_sandbox.r2.app import StoredObject

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
KEYS_MAX = 1000
_COUNTS = ("Days", "DaysAfterInitiation")


def xml(root: str, inner: str) -> Response:
    """An XML answer in S3's namespace; `inner` is XML already."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{NAMESPACE}">{inner}</{root}>'
    return Response(text, media_type="application/xml")


def listing(bucket: str, objects: "Mapping[str, StoredObject]", query: Mapping[str, str]) -> Response:
    """ListObjects and ListObjectsV2: keys by prefix, those behind a delimiter as one, some at a time."""
    is_v2 = query.get("list-type") == "2"
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    encoded = query.get("encoding-type") == "url"
    token = query.get("continuation-token", "") if is_v2 else ""
    after = _decoded(token) if token else query.get("start-after" if is_v2 else "marker", "")
    names = sorted({_folded(key, prefix, delimiter) for key in objects if key.startswith(prefix)})
    names = [name for name in names if name > after]
    limit = _limit(query.get("max-keys", str(KEYS_MAX)))
    page, more = names[:limit], 0 < limit < len(names)
    last = base64.urlsafe_b64encode(page[-1].encode()).decode() if more and is_v2 else page[-1] if more else ""
    further = "NextContinuationToken" if is_v2 else "NextMarker"
    inner = (
        f"<Name>{escape(bucket)}</Name><Prefix>{_key(prefix, encoded=encoded)}</Prefix>"
        f"<MaxKeys>{limit}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>"
        + (f"<KeyCount>{len(page)}</KeyCount>" if is_v2 else "")
        + (f"<Delimiter>{_key(delimiter, encoded=encoded)}</Delimiter>" if delimiter else "")
        + ("<EncodingType>url</EncodingType>" if encoded else "")
        + (f"<{further}>{_key(last, encoded=encoded)}</{further}>" if more else "")
        + "".join(_entry(name, objects, encoded=encoded) for name in page)
    )
    return xml("ListBucketResult", inner)


def buckets(bucket: str, made_at: float) -> Response:
    """ListBuckets: the one that there is."""
    one = f"<Bucket><Name>{escape(bucket)}</Name><CreationDate>{_iso(made_at)}</CreationDate></Bucket>"
    return xml("ListAllMyBucketsResult", f"<Buckets>{one}</Buckets>")


def copied(stored: "StoredObject") -> Response:
    """CopyObject: what was made."""
    inner = f"<ETag>{escape(stored.etag)}</ETag><LastModified>{_iso(stored.stored_at)}</LastModified>"
    return xml("CopyObjectResult", inner)


def delete_objects(objects: "MutableMapping[str, StoredObject]", body: bytes) -> Response:
    """DeleteObjects: keys that do not exist count as deleted."""
    root = _parsed(body)
    keys = [node.text or "" for node in root.iterfind(".//{*}Key")]
    if not 1 <= len(keys) <= KEYS_MAX:
        raise refusal("MalformedXML")
    for key in keys:
        objects.pop(key, None)
    quiet = (root.findtext("{*}Quiet") or "false") == "true"
    deleted = "" if quiet else "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
    return xml("DeleteResult", deleted)


def checked_lifecycle(body: bytes) -> bytes:
    """The same lifecycle configuration, if it has between 1 and 1000 rules that do something."""
    rules = _parsed(body).findall("{*}Rule")
    acts = ("{*}Expiration", "{*}Transition", "{*}AbortIncompleteMultipartUpload")
    if not 1 <= len(rules) <= KEYS_MAX or not all(any(r.find(a) is not None for a in acts) for r in rules):
        raise refusal("MalformedXML")
    if not all(rule.findtext("{*}Status") in {"Enabled", "Disabled"} for rule in rules):
        raise refusal("MalformedXML")
    counts = [count for rule in rules for name in _COUNTS for count in rule.iterfind(f".//{{*}}{name}")]
    if not all((count.text or "").isdecimal() and int(count.text or "0") > 0 for count in counts):
        raise refusal("InvalidArgument", "'Days' must be a positive integer")
    return body


def _parsed(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314  # loopback only: an XML bomb would hurt its own sender
    except ET.ParseError as exc:
        raise refusal("MalformedXML") from exc


def _folded(key: str, prefix: str, delimiter: str) -> str:
    """The key, or what it has in common with all others up to the first delimiter behind the prefix."""
    start, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
    return f"{prefix}{start}{found}" if found else key


def _entry(name: str, objects: "Mapping[str, StoredObject]", *, encoded: bool) -> str:
    if name in objects:
        return _contents(name, objects[name], encoded=encoded)
    return f"<CommonPrefixes><Prefix>{_key(name, encoded=encoded)}</Prefix></CommonPrefixes>"


def _limit(text: str) -> int:
    if not text.isdecimal():
        raise refusal("InvalidArgument", "max-keys must be a number")
    return min(int(text), KEYS_MAX)


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError as exc:
        raise refusal("InvalidArgument", "The continuation token provided is incorrect") from exc


def _contents(key: str, stored: "StoredObject", *, encoded: bool) -> str:
    return (
        f"<Contents><Key>{_key(key, encoded=encoded)}</Key><LastModified>{_iso(stored.stored_at)}</LastModified>"
        f"<ETag>{escape(stored.etag)}</ETag><Size>{len(stored.body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _key(key: str, *, encoded: bool) -> str:
    return escape(quote(key) if encoded else key)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
