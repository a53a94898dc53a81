"""The addresses of what the bot and its people sent: pictures as a phone got them, photos, cards, rich menus."""

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from line_sandbox.line import LineStandIn
from line_sandbox.line.chats import objects_in
from line_sandbox.line.phone import look_at_card
from line_sandbox.page.projection import Projection

FILE_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}


class Media:
    """Hands out what the page shows; never anything that nobody sent."""

    def __init__(self, line: LineStandIn, projection: Projection) -> None:
        self._line = line
        self._projection = projection

    def routes(self) -> list[Route]:
        """Where the page finds them."""
        return [
            Route("/demo/picture/{message}/{which}", self._picture),
            Route("/demo/content/{message}", self._content),
            Route("/demo/card/{chat}/{message}/{number:int}", self._card),
            Route("/demo/menu/{menu}", self._menu),
        ]

    async def _picture(self, request: Request) -> Response:
        seen = self._projection.seen.get(request.path_params["message"])
        if seen is None:
            return Response(status_code=404)
        fetched = seen.preview if request.path_params["which"] == "preview" else seen.original
        if fetched.broken:
            return Response(status_code=404)
        return Response(fetched.body, media_type=fetched.content_type, headers=FILE_HEADERS)

    async def _content(self, request: Request) -> Response:
        content = self._line.contents.get(request.path_params["message"])
        if content is None or content.state != "ready" or not content.content_type.startswith("image/"):
            return Response(status_code=404)
        return Response(content.body, media_type=content.content_type, headers=FILE_HEADERS)

    async def _card(self, request: Request) -> Response:
        """Show the picture of a card, as a phone fetches it; only one that the bot has sent."""
        chat, number = request.path_params["chat"], request.path_params["number"]
        message = self._line.chats[chat].find(request.path_params["message"]) if chat in self._line.chats else None
        urls = [*_card_urls(message.body), *_flex_urls(message.body.get("contents"))] if message else []
        if not 0 <= number < len(urls) or not urls[number]:
            return Response(status_code=404)
        fetched = await look_at_card(urls[number])
        if fetched.broken:
            return Response(status_code=404)
        return Response(fetched.body, media_type=fetched.content_type, headers=FILE_HEADERS)

    async def _menu(self, request: Request) -> Response:
        menu = self._line.menus.menus.get(request.path_params["menu"])
        if menu is None or menu.image is None:
            return Response(status_code=404)
        return Response(menu.image, media_type="image/png", headers=FILE_HEADERS | {"cache-control": "max-age=60"})


def _card_urls(body: Mapping[str, object]) -> list[str]:
    """The picture of each card of a template, in order; empty where it has none."""
    match body.get("template"):
        case {"columns": [*columns]}:
            cards = columns
        case dict() as template:
            cards = [template]
        case _:
            return []
    return [str(card.get("imageUrl") or card.get("thumbnailImageUrl") or "") for card in cards]


def _flex_urls(part: object) -> Iterator[str]:
    """The pictures of a Flex message, in the order in which they stand there."""
    for one in objects_in(part):
        match one:
            case {"type": "image" | "icon", "url": str() as url}:
                yield url
