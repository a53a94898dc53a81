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


def xml(root: str, inner: str) -> Response:
    """An XML answer in S3's namespace; `inner` is XML already."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{NAMESPACE}">{inner}</{root}>'
    return Response(text, media_type="application/xml")


def listing(bucket: str, objects: "Mapping[str, StoredObject]", query: Mapping[str, str]) -> Response:
    """ListObjectsV2 with prefix, start-after, max-keys and continuation-token; no delimiter."""
    if "delimiter" in query:
        raise refusal("NotImplemented", "delimiter is not implemented by this stand-in")
    token = query.get("continuation-token", "")
    after = base64.urlsafe_b64decode(token).decode() if token else query.get("start-after", "")
    keys = sorted(key for key in objects if key.startswith(query.get("prefix", "")) and key > after)
    limit = min(int(query.get("max-keys", KEYS_MAX)), KEYS_MAX)
    page, more = keys[:limit], len(keys) > limit
    more = more and bool(page)
    token = base64.urlsafe_b64encode(page[-1].encode()).decode() if more else ""
    encoded = query.get("encoding-type") == "url"
    inner = (
        f"<Name>{escape(bucket)}</Name><Prefix>{_key(query.get('prefix', ''), encoded=encoded)}</Prefix>"
        f"<KeyCount>{len(page)}</KeyCount><MaxKeys>{limit}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>"
        + ("<EncodingType>url</EncodingType>" if encoded else "")
        + (f"<NextContinuationToken>{token}</NextContinuationToken>" if more else "")
        + "".join(_contents(key, objects[key], encoded=encoded) for key in page)
    )
    return xml("ListBucketResult", inner)


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
    return body


def _parsed(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314  # loopback only: an XML bomb would hurt its own sender
    except ET.ParseError as exc:
        raise refusal("MalformedXML") from exc


def _contents(key: str, stored: "StoredObject", *, encoded: bool) -> str:
    return (
        f"<Contents><Key>{_key(key, encoded=encoded)}</Key><LastModified>{_iso(stored.stored_at)}</LastModified>"
        f"<ETag>{escape(stored.etag)}</ETag><Size>{len(stored.body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _key(key: str, *, encoded: bool) -> str:
    return escape(quote(key) if encoded else key)


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
