"""The second yardstick: a bot as the vendors' own pages have it, which draws in the background and promises nothing.

What is lost in a crash, drawn twice for a repeat or late for its token is lost, drawn and late. FastAPI's background
tasks, line-bot-sdk, the Images API over httpx, a preview by Pillow, two uploads by boto3.
https://github.com/line/line-bot-sdk-python/blob/master/examples/fastapi-echo/main.py (read 2026-11-22)
https://developers.openai.com/api/docs/guides/image-generation (read 2026-11-22)
https://developers.cloudflare.com/r2/examples/aws/boto3/ (read 2026-11-22)
"""

import asyncio
import base64
import contextlib
import os
import uuid
from collections.abc import AsyncIterator
from io import BytesIO

import boto3
import httpx
from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import AsyncApiClient, AsyncMessagingApi, Configuration, ImageMessage, ReplyMessageRequest
from linebot.v3.webhook import WebhookParser
from linebot.v3.webhooks import MessageEvent, TextMessageContent
from PIL import Image

configuration = Configuration(
    access_token=os.environ["LINE_CHANNEL_ACCESS_TOKEN"], host=os.environ["LINE_API_BASE_URL"]
)
parser = WebhookParser(os.environ["LINE_CHANNEL_SECRET"])
bucket = boto3.client(
    "s3",
    endpoint_url=os.environ["R2_ENDPOINT_URL"],
    aws_access_key_id=os.environ["R2_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["R2_SECRET_ACCESS_KEY"],
    region_name="auto",
)


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    limits = httpx.Limits(max_connections=None)
    openai = httpx.AsyncClient(base_url=os.environ["OPENAI_BASE_URL"], timeout=300, trust_env=False, limits=limits)
    async with AsyncApiClient(configuration) as line, openai:
        app.state.line = AsyncMessagingApi(line)
        app.state.openai = openai
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/callback")
async def handle_callback(request: Request, tasks: BackgroundTasks) -> str:
    signature = request.headers["X-Line-Signature"]
    body = (await request.body()).decode()
    try:
        events = parser.parse(body, signature)
    except InvalidSignatureError as error:
        raise HTTPException(status_code=400, detail="Invalid signature") from error
    for event in events:
        if not isinstance(event, MessageEvent) or not isinstance(event.message, TextMessageContent):
            continue
        if event.source.type == "user":
            tasks.add_task(draw, event.reply_token, event.message.text)
    return "OK"


async def draw(reply_token: str, prompt: str) -> None:
    order = {
        "model": os.environ["IMAGE_MODELS"],
        "prompt": prompt,
        "size": "1024x1024",
        "quality": "low",
        "output_format": "jpeg",
        "output_compression": 50,
    }
    key = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    answer = (await app.state.openai.post("/images/generations", json=order, headers=key)).raise_for_status()
    original_url, preview_url = await asyncio.to_thread(store, answer.json()["data"][0]["b64_json"])
    message = ImageMessage(original_content_url=original_url, preview_image_url=preview_url)
    await app.state.line.reply_message(ReplyMessageRequest(reply_token=reply_token, messages=[message]))


def store(b64_json: str) -> tuple[str, str]:
    original = base64.b64decode(b64_json)
    picture, preview = Image.open(BytesIO(original)), BytesIO()
    picture.thumbnail((1024, 1024))
    picture.convert("RGB").save(preview, "JPEG", quality=80)
    return put(original), put(preview.getvalue())


def put(data: bytes) -> str:
    key = f"{uuid.uuid4().hex}.jpg"
    bucket.put_object(Bucket=os.environ["R2_BUCKET"], Key=key, Body=data, ContentType="image/jpeg")
    return f"{os.environ['R2_PUBLIC_BASE_URL']}/{key}"
