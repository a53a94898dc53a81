"""Reads R2's answers within limits of bytes and of time, neither of which botocore has. Slow to import."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSResponse
from botocore.exceptions import HTTPClientError, ReadTimeoutError
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.httpsession import URLLib3Session
    from urllib3 import HTTPResponse

# Of an answer that is not an object: an error, a confirmation, a lifecycle of at most 1,000 rules;
# https://developers.cloudflare.com/r2/platform/limits/ (read 2026-11-27)
ANSWER_BYTES_MAX: Final = 1_000_000
CHUNK_BYTES: Final = 65_536
REFUSED: Final = 300  # from here on the status alone says enough


class BoundedSession:
    """Wraps botocore's HTTP session. Objects are streamed, and `Bucket.get` counts their bytes."""

    def __init__(self, session: "URLLib3Session", *, answer_s: float) -> None:
        """`answer_s`: how long the whole body of an answer, or an object, may take, however steadily bytes arrive."""
        self._session = session
        self._answer_s = answer_s

    def send(self, request: "AWSPreparedRequest") -> AWSResponse:
        """Send a request, and read the whole answer unless it is an object.

        Raises:
            HTTPClientError: The answer is too large, or did not arrive whole in time.
        """
        is_object, request.stream_output = request.stream_output, True  # the session is to read only the head
        answer = self._session.send(request)
        headers: Any = answer.headers  # the stub declares only one of the types it takes
        timed = _TimedBody(answer, answer_s=self._answer_s)
        if is_object and answer.status_code < REFUSED:
            return AWSResponse(answer.url, answer.status_code, headers, timed)
        try:
            body = _read(timed)
            answer.raw.release_conn()
        except (HTTPError, ReadTimeoutError, OSError, _TooMuchError) as error:
            answer.raw.close()
            if answer.status_code < REFUSED:  # not a whole answer of R2's; botocore asks again, which is safe
                raise HTTPClientError(error=error) from error
            body = b""
        return AWSResponse(answer.url, answer.status_code, headers, _Body(body))

    def close(self) -> None:
        """Close every connection."""
        self._session.close()


class _TooMuchError(Exception):
    """The answer has more than `ANSWER_BYTES_MAX` bytes."""


class _TimedBody:
    """The body of an answer as it arrives, up to a deadline."""

    def __init__(self, answer: AWSResponse, *, answer_s: float) -> None:
        self._url = answer.url
        self._raw: HTTPResponse = answer.raw
        self._until = time.monotonic() + answer_s

    def read(self, size: int) -> bytes:
        """Return what has arrived, at most `size` bytes; b"" at the end."""
        if time.monotonic() > self._until:
            raise ReadTimeoutError(endpoint_url=self._url)
        return self._raw.read1(size)  # `read` would wait for all `size` bytes, however slowly they come

    def close(self) -> None:
        self._raw.close()


class _Body:
    """A body that has been read, in the form from which botocore reads one."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> Iterator[bytes]:
        yield self._data


def _read(answer: "_TimedBody") -> bytes:
    chunks, size = [], 0
    while chunk := answer.read(CHUNK_BYTES):
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            raise _TooMuchError(f"more than {ANSWER_BYTES_MAX} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
