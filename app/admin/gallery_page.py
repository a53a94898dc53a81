"""The gallery page: all pictures, newest first, and deleting one."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.admin.auth import Auth, Form
from app.admin.queries import format_cursor, parse_cursor
from app.admin.rendering import Renderer
from app.admin.session import Session
from app.flows.upkeep.cleanup import Cleanup
from app.line.ids import LINE_ID
from app.reports.gallery import Gallery
from app.store.forgetting import Forgetting

SHOWN = 48


class GalleryPage:
    """The latest pictures, and deleting one."""

    def __init__(self, *, renderer: Renderer, gallery: Gallery, forgetting: Forgetting, sweep: Cleanup) -> None:
        self._renderer = renderer
        self._gallery = gallery
        self._forgetting = forgetting
        self._sweep = sweep

    def routes(self, auth: Auth) -> list[Route]:
        """Return the routes of this page."""
        return [
            auth.page("/admin/gallery", self._show),
            auth.action("/admin/gallery/{picture_id}/delete", self._delete),
        ]

    async def _show(self, request: Request, session: Session) -> Response:
        query = request.query_params
        chat_id = query.get("chat", "").strip()
        if chat_id and not LINE_ID.fullmatch(chat_id):
            raise HTTPException(404, "There is no such chat: ids of LINE are U, C or R and 32 hex digits.")
        found = await self._gallery.newest(limit=SHOWN, after=parse_cursor(query), chat_id=chat_id or None)
        return await self._renderer.show(
            request, "gallery.html", session=session, found=found, chat_id=chat_id, older=format_cursor(found.older)
        )

    async def _delete(self, request: Request, _form: Form) -> str:
        there = await self._forgetting.picture(request.path_params["picture_id"])
        self._sweep.ring()
        return "deleted" if there else "gone"
