"""Reads what R2 answers under a cap: botocore itself reads every answer but an object's to its end. Slow to import."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSResponse
from botocore.exceptions import HTTPClientError
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.httpsession import URLLib3Session
    from urllib3 import HTTPResponse

# Without an object: an error, a confirmation, the lifecycle, at most 1,000 rules;
# https://developers.cloudflare.com/r2/platform/limits/ (read 2026-11-27)
ANSWER_BYTES_MAX: Final = 1_000_000
ANSWER_S: Final = 30.0  # for all of it, however often another byte comes
CHUNK_BYTES: Final = 65_536
REFUSED: Final = 300  # from here on the status says enough


class Bounded:
    """Stands before botocore's own session; objects pass through as they come, and are capped where they are read."""

    def __init__(self, session: "URLLib3Session") -> None:
        self._session = session

    def send(self, request: "AWSPreparedRequest") -> AWSResponse:
        """Send it, and read what comes back unless it is an object.

        Raises:
            HTTPClientError: What was asked for is too large, or did not come whole.
        """
        is_object, request.stream_output = request.stream_output, True  # of the session only the head is wanted
        answer = self._session.send(request)
        if is_object and answer.status_code < REFUSED:
            return answer
        try:
            body = _read(answer.raw)
        except (HTTPError, OSError, _TooMuchError) as error:
            answer.raw.close()
            if answer.status_code < REFUSED:  # no answer of R2's: whoever it is, asking again is safe
                raise HTTPClientError(error=error) from error
            body = b""
        headers: Any = answer.headers  # the stub knows only one of the kinds that are taken
        return AWSResponse(answer.url, answer.status_code, headers, _Body(body))

    def close(self) -> None:
        """Close every connection."""
        self._session.close()


class _TooMuchError(Exception):
    """More than anybody needs to know."""


class _Body:
    """A body that was read, as botocore reads one."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> Iterator[bytes]:
        yield self._data


def _read(raw: "HTTPResponse") -> bytes:
    until, chunks, size = time.monotonic() + ANSWER_S, [], 0
    while chunk := raw.read1(CHUNK_BYTES):
        size += len(chunk)
        if size > ANSWER_BYTES_MAX or time.monotonic() > until:
            raise _TooMuchError(f"more than {ANSWER_BYTES_MAX} bytes or {ANSWER_S:g} s")
        chunks.append(chunk)
    raw.release_conn()
    return b"".join(chunks)
