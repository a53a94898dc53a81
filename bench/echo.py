"""The yardstick: line-bot-sdk's FastAPI echo bot, at the address of the stand-in of LINE.

Its client is made in the lifespan: uvicorn now imports the app before there is the event loop that aiohttp asks for.
https://github.com/line/line-bot-sdk-python/blob/master/examples/fastapi-echo/main.py (read 2026-11-22)
"""

import contextlib
import os
from collections.abc import AsyncIterator

from fastapi import FastAPI, HTTPException, Request
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhook import WebhookParser
from linebot.v3.webhooks import MessageEvent, TextMessageContent

configuration = Configuration(
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"], host=os.environ["LINE_API_BASE_URL"]
)

parser = WebhookParser(os.environ["LINE_CHANNEL_SECRET"])


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncApiClient(configuration) as async_api_client:
        app.state.line_bot_api = AsyncMessagingApi(async_api_client)
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/callback")
async def handle_callback(request: Request) -> str:
    signature = request.headers["X-Line-Signature"]
    body = (await request.body()).decode()
    try:
        events = parser.parse(body, signature)
    except InvalidSignatureError as error:
        raise HTTPException(status_code=400, detail="Invalid signature") from error
    for event in events:
        if not isinstance(event, MessageEvent) or not isinstance(event.message, TextMessageContent):
            continue
        await request.app.state.line_bot_api.reply_message(
            ReplyMessageRequest(reply_token=event.reply_token, messages=[TextMessage(text=event.message.text)])
        )
    return "OK"
