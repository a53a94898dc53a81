"""The clients of the three vendors: LINE, OpenAI and R2."""

import functools

from app.line.client import LineClient
from app.line.token_life import token_life_s
from app.openai import OpenAIImages, OpenAIReader
from app.r2 import Bucket
from app.settings import Settings


class Vendors:
    """The clients. Building them opens no connection."""

    def __init__(self, settings: Settings) -> None:
        self.line = LineClient(
            channel_access_token=settings.line_channel_access_token.get_secret_value(),
            base_url=settings.line_api_base_url,
            data_base_url=settings.line_data_api_base_url,
        )
        self.token_life_s = functools.partial(
            token_life_s,
            base_url=settings.line_api_base_url,
            access_token=settings.line_channel_access_token.get_secret_value(),
        )
        self.images = OpenAIImages(
            api_key=settings.openai_api_key.get_secret_value(),
            base_url=settings.openai_base_url,
            timeout_s=settings.openai_timeout_s,
            url_hosts=settings.image_url_hosts,
        )
        self.reader = OpenAIReader(
            api_key=settings.openai_api_key.get_secret_value(), base_url=settings.openai_base_url
        )
        self.bucket = Bucket(
            endpoint_url=settings.bucket_endpoint_url,
            access_key_id=settings.r2_access_key_id.get_secret_value(),
            secret_access_key=settings.r2_secret_access_key.get_secret_value(),
            bucket=settings.r2_bucket,
            public_base_url=settings.r2_public_base_url,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self.bucket.aclose()
        await self.line.aclose()
        await self.images.aclose()
        await self.reader.aclose()
