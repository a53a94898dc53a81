"""Every environment variable: its meaning, unit, default and limits.

`.env.example` and docs/settings.md name the same variables; a test keeps the three in step.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from app.line.ids import LINE_ID, USER_ID
from app.openai import PictureOrder, check_options
from app.r2 import endpoint_url
from app.settings import urls
from app.settings.emptied import MAY_BE_EMPTY, Emptiable, unquoted

# The first is the one this bot was made for. It was shut down on 2026-10-23 (app/openai/model_status.py), which costs
# one refused call every six hours; should it come back, it is used again. Of the others, 2.5-flare is cheapest at
# "low".
MODELS = ("gpt-image-1", "gpt-image-2.5-flare", "gpt-image-2.6-flare", "gpt-image-2")
# All of them accept the same request; the first is the cheapest. Two have no announced shutdown.
READER_MODELS = ("gpt-6-luna", "gpt-5.6-luna", "gpt-5.4-mini", "gpt-5.4-nano")
ADMIN_TOKEN_MIN = 16

Names = Annotated[tuple[str, ...], NoDecode]


class Settings(Emptiable):
    """The whole configuration, frozen. Secrets never print."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    line_channel_secret: SecretStr = Field(description="signs webhooks; LINE Developers console, Basic settings")
    line_channel_access_token: SecretStr = Field(description="LINE Developers console, Messaging API")
    line_channel_secret_previous: SecretStr | None = Field(None, description="the one before, accepted too")
    openai_api_key: SecretStr = Field(description="platform.openai.com, API keys")
    r2_account_id: str = Field(description="Cloudflare dashboard, R2")
    r2_access_key_id: SecretStr = Field(description="account token with Object Read & Write on the one bucket")
    r2_secret_access_key: SecretStr = Field(description="shown once, beside the access key id")
    r2_bucket: str = Field(description="name of the bucket")
    r2_public_base_url: str = Field(description="https:// address that serves the bucket")

    line_api_base_url: str = Field("https://api.line.me", description="for tests and gateways")
    line_data_api_base_url: str = Field("https://api-data.line.me", description="for tests and gateways")
    openai_base_url: str = Field("https://api.openai.com/v1", description="for tests, gateways and regions")
    r2_endpoint_url: str | None = Field(None, description="for tests and jurisdictions; made from the account id")

    image_models: Names = Field(MODELS, description="asked in order; one that is gone is skipped")
    reader_models: Names = Field(
        READER_MODELS, description="text models that read what nothing else is sure of; empty: people are asked"
    )
    image_size: str = Field("1024x1024", description="WIDTHxHEIGHT in pixels, or auto")
    image_quality: Literal["auto", "low", "medium", "high", "xhigh", "max"] = Field("low", description="price class")
    image_quality_max: Literal["low", "medium", "high", "xhigh", "max"] = Field(
        "medium", description="the best that people may ask for"
    )
    image_format: Literal["jpeg", "png", "webp"] = Field("jpeg", description="what the model answers with")
    image_compression: int = Field(50, ge=0, le=100, description="percent; jpeg and webp only")
    image_moderation: Literal["auto", "low"] = Field("low", description="strictness of the vendor's filter")
    image_background: Literal["auto", "opaque", "transparent"] = Field("auto", description="transparent: png or webp")
    image_url_hosts: Names = Field((), description="hosts of pictures of which a model only sends the address")

    openai_timeout_s: float = Field(300, gt=0, le=3600, description="seconds; one call, from start to end")
    reply_deadline_s: float = Field(45, gt=0, le=55, description="seconds; age at which a reply token is spent")
    late_delivery: Literal["button", "push"] = Field("button", description="button is free, a push is paid")
    stop_within_s: float = Field(10, ge=10, le=3600, description="seconds; how long a stop may take")
    pictures_at_once: int = Field(16, ge=1, le=10_000, description="drawn at the same time, across all processes")
    pictures_at_once_per_user: int = Field(2, ge=1, le=10_000, description="the same for one person")
    pictures_per_minute: int = Field(0, ge=0, description="started in any 60 s; 0: no limit")
    pictures_waiting: int = Field(500, ge=1, description="undrawn pictures at which new wishes are declined")

    pictures_waiting_per_user: int = Field(20, ge=1, description="undrawn pictures of one person; more are declined")

    user_daily_pictures: int = Field(20, ge=0, description="pictures of one person a day; 0: no limit")
    daily_budget_usd: Decimal = Field(Decimal(5), ge=0, le=1_000_000, description="USD a day; 0: no limit")
    monthly_budget_usd: Decimal = Field(Decimal(50), ge=0, le=1_000_000, description="USD a month; 0: no limit")
    chat_monthly_budget_usd: Decimal = Field(
        Decimal(0), ge=0, le=1_000_000, description="USD a month for one person or group; 0: no limit"
    )
    timezone: str = Field("Asia/Taipei", description="IANA name; where days and months begin")
    picture_retention_days: int = Field(0, ge=0, le=36_500, description="pictures older than this go; 0: they stay")

    admin_user_ids: Names = Field((), description="user ids that may ask for the status, pause and block")
    admin_token: SecretStr | None = Field(None, description="opens /admin; unset: there is no /admin")
    admin_shows_prompts: bool = Field(default=False, description="whether /admin shows what people asked for")
    trusted_proxies: Names = Field(
        urls.PRIVATE, description="proxies that say for /admin who calls, and whether over https"
    )
    metrics_token: SecretStr | None = Field(
        None, description="bearer token of /metrics; unset: open to whoever reaches it"
    )
    otel_exporter_otlp_endpoint: str | None = Field(None, description="address that takes traces over OTLP/HTTP")

    allowed_ids: Names = Field((), description="user, group or room ids; empty: everybody")
    blocked_ids: Names = Field((), description="user, group or room ids that get no answer")
    group_prefixes: Names = Field(
        ("畫", "draw", "/draw", "描いて", "วาด"), description="in groups a text that starts so is for Easel"
    )
    default_language: Literal["zh-TW", "en", "ja", "th"] = Field("zh-TW", description="where the person's is not known")

    database_url: str = Field("sqlite:///data/easel.db", description="or postgresql://..., shared by several processes")
    host: str = Field("127.0.0.1", description="address to listen on; the image says 0.0.0.0, :: is all of them")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0: any free one")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severity that is logged")
    log_format: Literal["json", "text"] = Field("json", description="text is for people")

    @field_validator("*", mode="after")
    @classmethod
    def _sendable(cls, value: Any) -> Any:  # noqa: ANN401 - any field
        """Refuse a secret that no HTTP header can carry: it was copied wrong."""
        if isinstance(value, SecretStr) and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError("holds blanks or characters that no secret has: copy it again")
        return value

    @field_validator(
        "image_models",
        "reader_models",
        "image_url_hosts",
        "allowed_ids",
        "blocked_ids",
        "admin_user_ids",
        "group_prefixes",
        "trusted_proxies",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:  # noqa: ANN401 - the raw environment
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level", "log_format", "late_delivery", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:  # noqa: ANN401 - the raw environment
        return value.lower() if isinstance(value, str) else value

    @field_validator("image_models")
    @classmethod
    def _at_least_one(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("name at least one model, for example gpt-image-2.6-flare")
        return tuple(dict.fromkeys(value))

    @field_validator("image_url_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return urls.hosts(value)

    @field_validator("allowed_ids", "blocked_ids")
    @classmethod
    def _line_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not LINE_ID.fullmatch(one) for one in value):
            raise ValueError("each id is U, C or R followed by 32 lowercase hex digits, separated by commas")
        return value

    @field_validator("admin_user_ids")
    @classmethod
    def _people(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not USER_ID.fullmatch(one) for one in value):
            raise ValueError("each id is U followed by 32 lowercase hex digits, separated by commas")
        return value

    @field_validator("admin_token")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < ADMIN_TOKEN_MIN:
            raise ValueError(f"must have at least {ADMIN_TOKEN_MIN} characters: make one with openssl rand -hex 24")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return urls.networks(value)

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is no IANA time zone, such as Asia/Taipei or Europe/Berlin") from error
        return value

    @field_validator(
        "r2_public_base_url", "line_api_base_url", "line_data_api_base_url", "openai_base_url", "r2_endpoint_url"
    )
    @classmethod
    def _https(cls, value: str | None) -> str | None:
        return urls.secure(value) if value else None

    @field_validator("r2_endpoint_url")
    @classmethod
    def _endpoint(cls, value: str | None, others: ValidationInfo) -> str | None:
        return urls.endpoint(value, account_id=others.data.get("r2_account_id"))

    @field_validator("r2_public_base_url")
    @classmethod
    def _public(cls, value: str, others: ValidationInfo) -> str:
        return urls.public(value, bucket=others.data.get("r2_bucket"))

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _collector(cls, value: str | None) -> str | None:
        return urls.collector(value) if value else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        return urls.database(value)

    @field_validator("image_background")
    @classmethod
    def _options_fit(cls, value: str, others: ValidationInfo) -> str:
        """Check the picture options together, once the last of them is read."""
        if len(options := _options(others.data | {"image_background": value})) < len(_OPTIONS):
            return value  # one of them is wrong by itself, and is reported anyway
        if problems := check_options(PictureOrder(prompt="", **options), models=others.data.get("image_models", ())):
            named = (f"IMAGE_{_VARIABLES.get(one.split()[0], one.split()[0].upper())}: {one}" for one in problems)
            raise ValueError("\n".join(named))
        return value

    @field_validator("pictures_at_once_per_user")
    @classmethod
    def _not_above_all(cls, value: int, others: ValidationInfo) -> int:
        if value > others.data.get("pictures_at_once", value):
            raise ValueError("must not be larger than PICTURES_AT_ONCE: lower it")
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _strip(cls, value: Any, field: ValidationInfo) -> Any:  # noqa: ANN401 - the raw environment
        """Strip the spaces and quotes that come along when a value is pasted: Docker's `--env-file` keeps them.

        It stands last of the validators "before", so that pydantic calls it first.
        """
        return unquoted(value, may_be_empty=field.field_name in MAY_BE_EMPTY) if isinstance(value, str) else value

    @property
    def picture_defaults(self) -> PictureOrder:
        """The options with which a picture is ordered; the prompt is empty."""
        return PictureOrder(prompt="", **_options(self.model_dump()))

    @property
    def channel_secrets(self) -> tuple[str, ...]:
        """The channel secret, and the previous one while it is being changed."""
        secrets = (self.line_channel_secret, self.line_channel_secret_previous)
        return tuple(secret.get_secret_value() for secret in secrets if secret)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set: what no log line and no report may hold."""
        return tuple(one.get_secret_value() for _name, one in self if isinstance(one, SecretStr))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose days and months count."""
        return ZoneInfo(self.timezone)

    @property
    def bucket_endpoint_url(self) -> str:
        """The address of the bucket's S3 API."""
        return self.r2_endpoint_url or endpoint_url(self.r2_account_id)

    @property
    def several_processes(self) -> bool:
        """Whether other processes may share the database."""
        return self.database_url.startswith("postgresql")


_OPTIONS = {
    "size": "image_size",
    "quality": "image_quality",
    "output_format": "image_format",
    "output_compression": "image_compression",
    "moderation": "image_moderation",
    "background": "image_background",
}


_VARIABLES = {"model": "MODELS"}


def _options(values: Mapping[str, Any]) -> dict[str, Any]:
    return {option: values[field] for option, field in _OPTIONS.items() if field in values}
