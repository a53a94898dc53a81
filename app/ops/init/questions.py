"""The settings that a bot needs: where each value is found, and which checks of the doctor try it. No I/O."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingQuestion:
    """One value. `where`: the page to open and what to click there."""

    name: str
    where: str
    is_secret: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The values of one vendor.

    `steps`: what must exist before there is anything to copy, in the order of the clicks. `checks`: the doctor's checks
    that depend on no other values.
    """

    title: str
    steps: tuple[str, ...]
    questions: tuple[SettingQuestion, ...]
    checks: Collection[str]


_LINE: Final = "https://developers.line.biz/console/ > your channel"
_R2: Final = "https://dash.cloudflare.com > R2 Object Storage"

GROUPS: Final = (
    Group(
        title="LINE",
        # A channel is made from an Official Account: https://developers.line.biz/en/docs/messaging-api/getting-started/
        steps=(
            "https://entry.line.biz/form/entry/unverified > create a LINE Official Account, free and without a review",
            "https://manager.line.biz/ > the account > Settings > Messaging API > Enable Messaging API",
        ),
        questions=(
            SettingQuestion(name="LINE_CHANNEL_SECRET", where=f"{_LINE} > Basic settings > Channel secret"),
            SettingQuestion(
                name="LINE_CHANNEL_ACCESS_TOKEN",
                where=f"{_LINE} > Messaging API > Channel access token (long-lived) > Issue",
            ),
        ),
        checks=("channel secret", "access token", "one channel"),
    ),
    Group(
        title="OpenAI",
        steps=(
            "https://platform.openai.com/settings/organization/billing/overview > Add to credit balance, $5 or more",
            "https://platform.openai.com/settings/organization/general > Verify Organization",
        ),
        questions=(
            SettingQuestion(
                name="OPENAI_API_KEY",
                where="https://platform.openai.com/api-keys > Create new secret key",
            ),
        ),
        checks=("key", "models"),
    ),
    Group(
        title="R2",
        steps=(f"{_R2} > turn it on, with a card; 10 GB are free",),
        questions=(
            SettingQuestion(name="R2_ACCOUNT_ID", where=f"{_R2} > Account details > Account ID", is_secret=False),
            SettingQuestion(name="R2_BUCKET", where=f"{_R2} > Create bucket; its name", is_secret=False),
            SettingQuestion(
                name="R2_ACCESS_KEY_ID",
                where=f"{_R2} > Manage API tokens > Create account API token: Object Read & Write on this bucket",
            ),
            SettingQuestion(name="R2_SECRET_ACCESS_KEY", where="the same page, shown once: Secret Access Key"),
            SettingQuestion(
                name="R2_PUBLIC_BASE_URL",
                where=f"{_R2} > the bucket > Settings > Custom domains; https://pictures.your.domain",
                is_secret=False,
            ),
        ),
        checks=("keys", "write", "public address", "delete"),
    ),
)
# Well-formed placeholders for values that were not asked for yet.
PLACEHOLDERS: Final = {
    "LINE_CHANNEL_SECRET": "0" * 32,
    "LINE_CHANNEL_ACCESS_TOKEN": "none-yet",
    "OPENAI_API_KEY": "none-yet",  # pragma: allowlist secret
    "R2_ACCOUNT_ID": "0" * 32,
    "R2_BUCKET": "none-yet",
    "R2_ACCESS_KEY_ID": "0" * 32,
    "R2_SECRET_ACCESS_KEY": "0" * 64,
    "R2_PUBLIC_BASE_URL": "https://none-yet.example",
}
