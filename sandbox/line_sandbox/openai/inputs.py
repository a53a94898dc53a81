"""The pictures that come with an edit: parts of a multipart form, data URLs, addresses to fetch from loopback."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from io import BytesIO
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
from PIL import Image

from line_sandbox.openai.errors import invalid_value, refusal

IMAGES_MAX = 16
IMAGE_BYTES_MAX = 50_000_000  # each; https://platform.openai.com/docs/api-reference/images/createEdit
MASK_BYTES_MAX = 4_000_000
URL_CHARS_MAX = 20_971_520
FETCH_S_MAX = 10.0
TYPES = ("image/jpeg", "image/png", "image/webp")
_DATA_URL = re.compile(r"data:(image/[a-z]+);base64,(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a multipart form."""

    name: str
    filename: str | None
    content_type: str
    body: bytes


def read_form(body: bytes, content_type: str) -> list[Part]:
    """The parts of a multipart/form-data body, in order."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise refusal(400, None, "Could not parse multipart form: no boundary.")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004  # preamble, a part, the end
        raise refusal(400, None, "Could not parse multipart form: unexpected end of the body.")
    return [_part(piece) for piece in pieces[1:-1]]


def fields_of(parts: list[Part]) -> dict[str, object]:
    """The scalars of a form, numbers and booleans as what they stand for."""
    return {part.name: _scalar(part.name, part.body.decode()) for part in parts if part.filename is None}


def form_pictures(parts: list[Part]) -> list[bytes]:
    """The pictures of a form; its mask is only checked."""
    images = [part for part in parts if part.filename is not None and part.name in {"image", "image[]"}]
    masks = [part for part in parts if part.filename is not None and part.name == "mask"]
    for part in parts:
        if part.filename is not None and part not in images and part not in masks:
            raise refusal(400, "unknown_parameter", f"Unknown parameter: '{part.name}'.", param=part.name)
    for part in (*images, *masks):
        if part.content_type not in TYPES:
            message = (
                f"Invalid file '{part.name}': unsupported mimetype ('{part.content_type}'). "
                "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'."
            )
            raise refusal(400, "unsupported_file_mimetype", message, param=part.name)
    pictures = [part.body for part in images]
    _check(pictures, masks[0].body if masks else None)
    return pictures


async def json_pictures(fields: Mapping[str, object]) -> list[bytes]:
    """The pictures that a JSON edit names, fetched if need be; its mask is only checked."""
    images = fields.get("images")
    if not isinstance(images, list):
        raise refusal(400, "missing_required_parameter", "Missing required parameter: 'images'.", param="images")
    pictures = [await _named(image, f"images[{i}]") for i, image in enumerate(images[: IMAGES_MAX + 1])]
    mask = await _named(fields["mask"], "mask") if "mask" in fields else None
    _check(pictures, mask)
    return pictures


def size_of(picture: bytes, param: str) -> tuple[int, int]:
    """Width and height of a picture in pixels."""
    try:
        with Image.open(BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as opened:
            return opened.size
    except (OSError, ValueError, SyntaxError) as exc:
        raise refusal(400, "invalid_image_file", "Invalid image file or mode for image", param=param) from exc


def _part(piece: bytes) -> Part:
    head, found, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    name = headers.get_param("name", header="content-disposition")
    if not found or not isinstance(name, str):
        raise refusal(400, None, "Could not parse multipart form: a part has no name.")
    return Part(name=name, filename=headers.get_filename(), content_type=headers.get_content_type(), body=body)


def _scalar(name: str, text: str) -> object:
    if name in {"n", "output_compression", "partial_images"} and re.fullmatch(r"-?\d{1,9}", text):
        return int(text)
    return text == "true" if name == "stream" and text in {"true", "false"} else text


async def _named(image: object, param: str) -> bytes:
    match image:
        case {"image_url": str() as url, **rest} if "file_id" not in rest:
            return await _at(url, param)
        case {"file_id": str() as file_id, **rest} if "image_url" not in rest:
            raise refusal(404, "file_not_found", f"No such File object: {file_id}", param=param)
        case _:
            raise invalid_value(param, f"Invalid '{param}': exactly one of 'image_url' and 'file_id' is required.")


async def _at(url: str, param: str) -> bytes:
    if len(url) > URL_CHARS_MAX:
        raise refusal(400, "string_above_max_length", f"Invalid '{param}.image_url': string too long.", param=param)
    if not url.startswith("data:"):
        return await _fetched(url, param)
    found = _DATA_URL.fullmatch(url)
    try:
        if found is not None and found[1] in TYPES:
            return base64.b64decode(found[2], validate=True)
    except binascii.Error:
        pass
    raise invalid_value(
        param, f"Invalid '{param}.image_url'. Expected a base64-encoded data URL with an image MIME type."
    )


async def _fetched(url: str, param: str) -> bytes:
    if not _is_loopback(url):
        _not_downloaded(url, param)
    try:
        async with httpx.AsyncClient(timeout=FETCH_S_MAX, trust_env=False) as http:
            answer = await http.get(url)
    except httpx.HTTPError:
        _not_downloaded(url, param)
    if answer.status_code != httpx.codes.OK:
        _not_downloaded(url, param)
    return answer.content


def _not_downloaded(url: str, param: str) -> NoReturn:
    raise refusal(400, "invalid_image_url", f"Error while downloading {url}.", param=param)


def _is_loopback(url: str) -> bool:
    """A stand-in asks nobody outside this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(pictures: list[bytes], mask: bytes | None) -> None:
    if not pictures:
        raise refusal(400, "missing_required_parameter", "Missing required parameter: 'image'.", param="image")
    if len(pictures) > IMAGES_MAX:
        message = f"Invalid 'image': array too long. Expected an array with maximum length {IMAGES_MAX}."
        raise refusal(400, "array_above_max_length", message, param="image")
    if any(len(picture) >= IMAGE_BYTES_MAX for picture in pictures):
        raise refusal(413, "file_too_large", "Invalid 'image': each image must be less than 50MB.", param="image")
    sizes = [size_of(picture, "image") for picture in pictures]
    if mask is None:
        return
    if len(mask) >= MASK_BYTES_MAX or not mask.startswith(b"\x89PNG"):
        raise invalid_value("mask", "Invalid 'mask': must be a PNG file of less than 4MB.")
    if size_of(mask, "mask") != sizes[0]:
        raise invalid_value("mask", "Invalid mask image format - mask size does not match image size.")
