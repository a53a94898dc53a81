"""Somebody who runs the bot, at the dashboard, over HTTP."""

import re
from collections.abc import Mapping

import httpx

from tests.system.admin.day import TOKEN
from tests.world import PATIENCE_S


class Operator:
    """A browser without the pictures: keeps cookies, follows no redirects, sends forms as pages make them."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.http.get(path, params=query)

    async def sign_in(self, token: str = TOKEN, **headers: str) -> httpx.Response:
        return await self.http.post("/admin/sign-in", data={"token": token}, headers=headers)

    async def page(self, path: str, **query: str) -> str:
        """Open a page that must be there."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    async def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([\w-]+)"', await self.page("/admin"))
        assert found
        return found[1]

    async def do(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of this session."""
        return await self.http.post(path, data={"form_token": await self.form_token(), "back": "/admin", **fields})


def operator(url: str, headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, trust_env=False, headers=dict(headers or {}), timeout=PATIENCE_S)


def figures(page: str) -> str:
    """Return what a page says, without its markup and with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
