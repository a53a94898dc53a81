"""The checksums that S3 clients send with an object, and those that R2 knows. No I/O.

https://developers.cloudflare.com/r2/api/s3/api/ (read 2026-11-28). Python has two of the CRCs not; both are reflected
and made here byte by byte, for objects of some hundred kB.
"""

import hashlib
import zlib
from collections.abc import Callable
from functools import cache

# https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 and
# https://reveng.sourceforge.io/crc-catalogue/all.htm#crc.cat.crc-64-nvme, their polynomials reflected
CASTAGNOLI = 0x82F63B78
NVME = 0x9A6C9329AC4BC9B5


def crc(body: bytes, polynomial: int, bits: int) -> bytes:
    """A reflected CRC that begins with ones and ends turned over."""
    table, ones = _table(polynomial), (1 << bits) - 1
    value = ones
    for byte in body:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return (value ^ ones).to_bytes(bits // 8, "big")


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    values = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)  # noqa: PLW2901  # the register
        values.append(value)
    return tuple(values)


CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-crc32c": lambda body: crc(body, CASTAGNOLI, 32),
    "x-amz-checksum-crc64nvme": lambda body: crc(body, NVME, 64),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
    "content-md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
}
