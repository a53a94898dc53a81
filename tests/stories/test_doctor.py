"""`easel doctor` and the vendors: every fault is made for real, and the report says what is wrong and what helps."""

import time

import pytest
import pytest_asyncio
from line_sandbox.faults import Fault
from line_sandbox.line import errors as line_errors
from line_sandbox.openai import errors as openai_errors
from line_sandbox.r2 import rules as r2_rules
from line_sandbox.r2.bucket import checked_lifecycle

from app.ops.doctor.check_bucket import PNG
from app.ops.doctor.check_line import check_line
from app.ops.doctor.check_openai import check_openai
from app.ops.doctor.finding import FindingVerdict
from tests.practice import (
    NOBODY,
    Case,
    answers,
    ends_in,
    fails,
    has,
    has_a_new_model,
    practice_in,
    speaks_another_version,
)
from tests.world import ACCESS_TOKEN, SECRET

pytestmark = pytest.mark.asyncio(loop_scope="session")

PUBLIC, MODELS, DRAWING = "/public/", "/v1/models/", "/v1/images/"
OK, WARNING, FAILED, SKIPPED = FindingVerdict.OK, FindingVerdict.WARNING, FindingVerdict.FAILED, FindingVerdict.SKIPPED
SWAPPED_LINE = {"LINE_CHANNEL_SECRET": ACCESS_TOKEN, "LINE_CHANNEL_ACCESS_TOKEN": SECRET}
SWAPPED_R2 = {"R2_ACCESS_KEY_ID": "f" * 64, "R2_SECRET_ACCESS_KEY": "0" * 32}
PNG_TYPE = {"content-type": "image/png"}
RULE = (
    b"<LifecycleConfiguration><Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>"
    b"<Expiration><Days>7</Days></Expiration></Rule></LifecycleConfiguration>"
)

READS = {"READER_MODELS": "gpt-6-luna"}

LINE = {
    "swapped": Case("channel secret", FAILED, "like a token", "Swap", settings=SWAPPED_LINE),
    "secret for both": Case(
        "channel secret", FAILED, "too", "Issue a token", settings={"LINE_CHANNEL_ACCESS_TOKEN": SECRET}
    ),
    "channel id for the secret": Case(
        "channel secret",
        FAILED,
        "channel id",
        "Basic settings > Channel secret",
        settings={"LINE_CHANNEL_SECRET": "1234567890"},
    ),
    "user id for the secret": Case(
        "channel secret",
        FAILED,
        "user id",
        "Basic settings > Channel secret",
        settings={"LINE_CHANNEL_SECRET": "U" + "a" * 32},
    ),
    "half a secret": Case(
        "channel secret",
        WARNING,
        "16 characters",
        "Basic settings > Channel secret",
        settings={"LINE_CHANNEL_SECRET": SECRET[:16]},
    ),
    "stray spaces": Case(
        "one channel",
        OK,
        "1234567890",
        settings={"LINE_CHANNEL_SECRET": f' "{SECRET}"\n', "LINE_CHANNEL_ACCESS_TOKEN": f"{ACCESS_TOKEN}  "},
    ),
    "refused token": Case(
        "access token", FAILED, "401", "Issue a token", settings={"LINE_CHANNEL_ACCESS_TOKEN": "an-older-token"}
    ),
    "two channels": Case(
        "one channel",
        FAILED,
        "the token is of channel 1234567890, the secret is not",
        "Channel secret of channel 1234567890",
        settings={"LINE_CHANNEL_SECRET": "0" * 32},
    ),
    "token of version 2.1": Case(
        "one channel",
        OK,
        "1234567890",
        begin=has("line", channel_access_token="eyJ.a.b"),
        settings={"LINE_CHANNEL_ACCESS_TOKEN": "eyJ.a.b"},
    ),
    "token that dies": Case(
        "token's life", WARNING, "3.0 days", "long-lived", has("line", token_expires_in_s=3 * 86400)
    ),
    "people answer, too": Case("chat mode", WARNING, "by hand", "switch Chat off", has("line", chat_mode="chat")),
    "auto-reply": Case("auto-reply", SKIPPED, "does not tell", "Auto-response and Greeting message off"),
    "quota used up": Case(
        "quota",
        WARNING,
        "195 of 200",
        "LATE_DELIVERY=button",
        has("line", used_this_month=195),
        settings={"LATE_DELIVERY": "push"},
    ),
    "no address": Case("webhook", FAILED, "no address", "easel setup --url https", has("line", webhook_url=None)),
    "http": Case(
        "webhook",
        FAILED,
        "not https",
        "easel setup --url https",
        has("line", webhook_url="http://10.0.0.1/callback", webhook_timeout_s=0.1),
    ),
    "other path": Case(
        "webhook",
        WARNING,
        "does not end with /callback",
        "easel setup --url",
        has("line", webhook_url=f"{NOBODY}/hook"),
    ),
    "webhook off": Case(
        "use webhook", FAILED, "LINE sends nothing", "Messaging API > Use webhook", has("line", uses_webhook=False)
    ),
    "other secret at the bot": Case("webhook test", FAILED, "400", "is of another channel", answers(400)),
    "login in front": Case("webhook test", FAILED, "403", "let POST /callback through", answers(403)),
    "not the bot": Case("webhook test", FAILED, "404", "must end with /callback", answers(404)),
    "redirect": Case("webhook test", FAILED, "302", "set the address that it leads to", answers(302, location="/x")),
    "bot not ready": Case("webhook test", FAILED, "500", "/readyz", answers(500)),
    "bot down behind its proxy": Case("webhook test", FAILED, "502", "is it running", answers(502)),
    "nobody listens": Case(
        "webhook test", FAILED, "COULD_NOT_CONNECT", "port 443", has("line", webhook_url=f"{NOBODY}/callback")
    ),
    "bot hangs": Case("webhook test", FAILED, "REQUEST_TIMEOUT", "2 s", has("line", webhook_timeout_s=0.0)),
    "LINE has an error": Case(
        "access token", FAILED, "500", "api.line-status.info", fails("line", line_errors.server_error())
    ),
    "too many calls": Case("access token", FAILED, "429", "Wait a minute", fails("line", line_errors.rate_limited())),
    "LINE not reached": Case(
        "access token", FAILED, "no connection", "firewall", settings={"LINE_API_BASE_URL": NOBODY}
    ),
}
OPENAI = {
    "refused key": Case(
        "key", FAILED, "invalid_api_key", "Make a key", settings={"OPENAI_API_KEY": "sk-proj-of-somebody-else"}
    ),
    "key that may not ask": Case(
        "key",
        WARNING,
        "may not ask about models",
        "right to read Models",
        fails("openai", Fault.status(403, openai_errors.envelope(None, "Missing scopes: api.model.read")), MODELS),
    ),
    "country": Case(
        "key",
        FAILED,
        "unsupported_country",
        "does not serve this machine's country",
        fails("openai", Fault.status(403, openai_errors.envelope("unsupported_country_region_territory", "x")), MODELS),
    ),
    "other address": Case("key", FAILED, "404", "ends with /v1", speaks_another_version),
    "OpenAI has an error": Case(
        "key", FAILED, "500", "status.openai.com", fails("openai", openai_errors.server_error())
    ),
    "OpenAI not reached": Case(
        "key", FAILED, "No connection", "firewall", settings={"OPENAI_BASE_URL": f"{NOBODY}/v1"}
    ),
    "one model gone": Case(
        "gpt-image-9",
        WARNING,
        "does not exist any more",
        "take it out of IMAGE_MODELS",
        settings={"IMAGE_MODELS": "gpt-image-9,gpt-image-2"},
    ),
    "the first of the models as they are": Case(
        "gpt-image-1",
        OK,
        "shut down by its maker on 2026-10-23",
        settings={"IMAGE_MODELS": "gpt-image-1,gpt-image-2"},
    ),
    "a limit of spending": Case(
        "key",
        FAILED,
        "project_spend_limit_exceeded",
        "Pay or raise the limit",
        fails("openai", Fault.status(429, openai_errors.envelope("project_spend_limit_exceeded", "x"))),
    ),
    "all models gone": Case(
        "models", FAILED, "none of IMAGE_MODELS", "models that live", settings={"IMAGE_MODELS": "gpt-image-1"}
    ),
    "model that ends": Case("gpt-image-2.6-flare", WARNING, "in 5 days", "later model before it", ends_in(5)),
    "model that ends in a while": Case("gpt-image-2.6-flare", OK, "90 days; its price is known", begin=ends_in(90)),
    "model without a price": Case(
        "painter-9",
        WARNING,
        "price is not known",
        "dearest price",
        has_a_new_model,
        settings={"IMAGE_MODELS": "painter-9"},
    ),
    "rate limit": Case(
        "rate limit",
        WARNING,
        "5 pictures a minute",
        "PICTURES_PER_MINUTE=5",
        has("openai", limit_per_minute=5),
        settings={"PICTURES_PER_MINUTE": "60"},
    ),
    "rate limit not told": Case(
        "rate limit", SKIPPED, "did not tell", "settings/organization/limits", has("openai", limit_per_minute=None)
    ),
    "not verified": Case(
        "drawing",
        FAILED,
        "403",
        "Verify the organisation",
        fails("openai", openai_errors.not_verified(), DRAWING),
        draws=True,
    ),
    "account empty": Case(
        "drawing",
        FAILED,
        "insufficient_quota",
        "Pay",
        fails("openai", openai_errors.insufficient_quota(), DRAWING),
        draws=True,
    ),
    "month's limit": Case(
        "drawing",
        FAILED,
        "billing_hard_limit",
        "raise the limit",
        fails("openai", openai_errors.billing_hard_limit(), DRAWING),
        draws=True,
    ),
    "answer cut": Case(
        "drawing", FAILED, "broke off", "status.openai.com", fails("openai", Fault.truncate(), DRAWING), draws=True
    ),
    "no reader": Case("reader", SKIPPED, "READER_MODELS is empty"),
    "a reader": Case("reader", OK, "gpt-6-luna may be asked", settings=READS),
    "a reader reads": Case("reader", OK, "gpt-6-luna reads", settings=READS, draws=True),
    "the next reader": Case(
        "reader", OK, "gpt-6-luna may be asked (gpt-4.1-nano", settings={"READER_MODELS": "gpt-4.1-nano,gpt-6-luna"}
    ),
    "no reader lives": Case(
        "reader", WARNING, "none of READER_MODELS", "models that live", settings={"READER_MODELS": "gpt-4.1-nano"}
    ),
    "restricted key": Case(
        "reader",
        WARNING,
        "it lacks model.request",
        "Chat completions",
        lambda practice: setattr(practice.openai.chat, "scope", "model.request"),
        settings=READS,
    ),
    "a server that only draws": Case(
        "reader",
        WARNING,
        "not offered there",
        "READER_MODELS= to nothing",
        lambda practice: setattr(practice.openai.chat, "offered", False),
        settings=READS,
    ),
}
R2 = {
    "swapped": Case("keys", FAILED, "looks like a secret", "Swap", settings=SWAPPED_R2),
    "token value for the secret": Case(
        "keys", WARNING, "40 characters", "for S3 clients", settings={"R2_SECRET_ACCESS_KEY": "v" * 40}
    ),
    "wrong secret": Case(
        "write",
        FAILED,
        "SignatureDoesNotMatch",
        "does not belong to R2_ACCESS_KEY_ID",
        settings={"R2_SECRET_ACCESS_KEY": "e" * 64},
    ),
    "unknown key": Case("write", FAILED, "401", "Make an account token", settings={"R2_ACCESS_KEY_ID": "e" * 32}),
    "no right": Case(
        "write",
        FAILED,
        "AccessDenied",
        "Object Read & Write",
        fails("r2", r2_rules.failing("AccessDenied"), lambda call: call.method == "PUT"),
    ),
    "no bucket": Case("write", FAILED, "NoSuchBucket", "Check R2_BUCKET", settings={"R2_BUCKET": "elsewhere"}),
    "our clock": Case("write", FAILED, "RequestTimeTooSkewed", "NTP", has("r2", clock=lambda: time.time() - 1200)),
    "R2 not reached": Case(
        "write", FAILED, "EndpointConnectionError", "R2_ACCOUNT_ID", settings={"R2_ENDPOINT_URL": NOBODY}
    ),
    "address of nothing": Case(
        "public address",
        FAILED,
        "cannot be fetched",
        "R2_PUBLIC_BASE_URL resolves",
        settings={"R2_PUBLIC_BASE_URL": NOBODY},
    ),
    "address of another bucket": Case(
        "public address", FAILED, "404", "public access is off", fails("r2", Fault.status(404, "<html>"), PUBLIC)
    ),
    "login on the domain": Case(
        "public address", FAILED, "403", "no Access", fails("r2", Fault.status(403, "<html>"), PUBLIC)
    ),
    "a login that redirects": Case(
        "public address",
        FAILED,
        "302, which leads to login.example",
        "Cloudflare Access",
        fails("r2", Fault.status(302, headers={"location": "https://login.example/"}), PUBLIC),
    ),
    "throttled": Case(
        "public address", FAILED, "429", "custom domain", fails("r2", Fault.status(429, "<html>"), PUBLIC)
    ),
    "a page for a picture": Case(
        "public address", FAILED, "text/html", "bot challenges", fails("r2", Fault.status(200, "<html>"), PUBLIC)
    ),
    "another picture": Case(
        "public address",
        FAILED,
        "other bytes",
        "Polish",
        fails("r2", Fault.status(200, PNG + b"x", headers=PNG_TYPE), PUBLIC),
    ),
    "no caching": Case(
        "cache",
        WARNING,
        "no-store",
        "Browser Cache TTL",
        fails("r2", Fault.status(200, PNG, headers={"content-type": "image/png", "cache-control": "no-store"}), PUBLIC),
    ),
    "no deleting": Case(
        "delete",
        FAILED,
        "AccessDenied",
        "Object Read & Write",
        fails("r2", r2_rules.failing("AccessDenied"), lambda call: call.method == "DELETE"),
    ),
    "deleted too early": Case(
        "retention",
        WARNING,
        "after 7 days",
        "PICTURE_RETENTION_DAYS=7",
        has("r2", is_admin=True, lifecycle=checked_lifecycle(RULE)),
        settings={"PICTURE_RETENTION_DAYS": "30"},
    ),
    "an answer that nobody thought of": Case(
        "retention",
        FAILED,
        "KeyError in retention.py",
        "Report this line",
        has("r2", is_admin=True, lifecycle=b"<LifecycleConfiguration><Rule><ID>x</ID></Rule></LifecycleConfiguration>"),
    ),
}


@pytest_asyncio.fixture(loop_scope="session")
async def practice(tmp_path):
    """Everything works; a test breaks one thing."""
    async with practice_in(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("case", LINE.values(), ids=LINE)
async def test_a_fault_of_line_is_found(practice, case):
    """The verdict is right, what was seen is said, and so is what helps."""
    case.begin(practice)
    found = {one.check: one for one in await check_line(practice.settings(**case.settings))}
    assert case.is_told(found[case.check]), found[case.check]


@pytest.mark.parametrize("case", OPENAI.values(), ids=OPENAI)
async def test_a_fault_of_openai_is_found(practice, case):
    """Without money, unless it takes a picture to see it."""
    case.begin(practice)
    found = {one.check: one for one in await check_openai(practice.settings(**case.settings), draws=case.draws)}
    assert case.is_told(found[case.check]), found[case.check]
    assert case.draws or not [call for call in practice.openai.calls if DRAWING in call.path]


@pytest.mark.parametrize("case", R2.values(), ids=R2)
async def test_a_fault_of_r2_is_found(practice, case):
    """With the bucket as the phones of people see it."""
    case.begin(practice)
    found = (await practice.examine(**case.settings))["R2", case.check]
    assert case.is_told(found), found
