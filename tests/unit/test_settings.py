"""What an operator sees when the environment is right, and when it is not."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
REQUIRED = {
    "LINE_CHANNEL_SECRET": "8c570fa6dd201bb328f1c1eac23a96d8",
    "LINE_CHANNEL_ACCESS_TOKEN": "an-access-token",
    "OPENAI_API_KEY": "sk-proj-very-secret",
    "R2_ACCOUNT_ID": "0123456789abcdef0123456789abcdef",
    "R2_ACCESS_KEY_ID": "0123456789abcdef",
    "R2_SECRET_ACCESS_KEY": "a-very-secret-key",
    "R2_BUCKET": "pictures",
    "R2_PUBLIC_BASE_URL": "https://pictures.example.com",
}
SECRET = (
    *("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "OPENAI_API_KEY"),
    *("R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"),
)
SHOW = (
    "import sys; from app import settings\n"
    "try: print(eval(sys.argv[1], {'s': settings.load()}))\n"
    "except settings.SettingsError as error: print('refused', *error.problems, sep='\\n')\n"
)


def shown(expression: str, tmp_path, **changed: str | None) -> str:
    """Evaluate an expression over `s`, the settings, in a process with this environment."""
    environment: Mapping[str, str] = {key: value for key, value in (REQUIRED | changed).items() if value is not None}
    python_path = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", SHOW, expression],
        env={**environment, "PYTHONPATH": python_path, "PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_defaults(tmp_path):
    """With the required variables only, everything else has its default."""
    assert shown("s.image_models[0], s.image_size, s.reply_deadline_s, s.late_delivery", tmp_path) == (
        "('gpt-image-1', '1024x1024', 45.0, 'button')"
    )


def test_pasted_secrets_are_cleaned(tmp_path):
    """Stray spaces and quotes around a value are taken off."""
    assert shown("s.openai_api_key.get_secret_value()", tmp_path, OPENAI_API_KEY='  "sk-pasted" \n') == "sk-pasted"


def test_nobody_reads_where_that_is_set_to_nothing(tmp_path):
    """READER_MODELS set to nothing is none, in the environment and in .env; all else set to nothing is its default."""
    (tmp_path / ".env").write_text("READER_MODELS=\nIMAGE_SIZE=\n")
    assert shown("s.reader_models, s.image_size", tmp_path) == "((), '1024x1024')"
    assert shown("s.reader_models", tmp_path, READER_MODELS="gpt-6-luna") == "('gpt-6-luna',)"
    (tmp_path / ".env").write_text("READER_MODELS=gpt-6-luna\n")
    assert shown("s.reader_models, s.image_size", tmp_path, READER_MODELS="", IMAGE_SIZE="") == "((), '1024x1024')"


def test_lists_are_comma_separated(tmp_path):
    """Models, prefixes and ids are lists in one variable."""
    assert shown("s.image_models", tmp_path, IMAGE_MODELS=" a, b ,a,") == "('a', 'b')"


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("IMAGE_MODELS", '"a, b"', "('a', 'b')"),
        ("READER_MODELS", '""', "()"),
        ("READER_MODELS", "'a'", "('a',)"),
        ("GROUP_PREFIXES", ' "draw,畫" ', "('draw', '畫')"),
        ("ALLOWED_IDS", f'"U{"0" * 32}"', f"('U{'0' * 32}',)"),
        ("IMAGE_URL_HOSTS", "'Files.example.com:443,[::1]:9000'", "('files.example.com', '[::1]:9000')"),
    ],
)
def test_quotes_around_a_list_are_taken_off(tmp_path, name, text, read):
    """Docker's `--env-file` hands them on as they stand in .env."""
    assert shown(f"s.{name.lower()}", tmp_path, **{name: text}) == read


def test_proxies_are_networks(tmp_path):
    """An address stands for itself, also as a socket that listens on :: sees it; by default they are private."""
    assert shown("s.trusted_proxies", tmp_path, TRUSTED_PROXIES="192.0.2.7, 2001:db8::/32") == (
        "('192.0.2.7/32', '::ffff:c000:207/128', '2001:db8::/32')"
    )
    assert "169.254" not in shown("s.trusted_proxies", tmp_path)


def test_dot_env_is_read(tmp_path):
    """A .env file in the working directory counts, and the environment wins."""
    (tmp_path / ".env").write_text("PORT=9000\nR2_BUCKET=from-file\n", encoding="utf-8")
    assert shown("s.port, s.r2_bucket", tmp_path) == "(9000, 'pictures')"


def test_every_problem_is_told_at_once(tmp_path):
    """All that is missing or wrong comes in one list, by variable, without any value."""
    said = shown(
        "s",
        tmp_path,
        LINE_CHANNEL_SECRET=None,
        OPENAI_API_KEY="  ",
        R2_PUBLIC_BASE_URL="ftp://bad-value",
        IMAGE_QUALITY="ultra-bad-value",
        REPLY_DEADLINE_S="500",
        IMAGE_BACKGROUND="transparent",
        DATABASE_URL="mysql://bad-value",
    )
    named = {line.split()[0] for line in said.splitlines()[1:]}
    assert named == {
        "LINE_CHANNEL_SECRET",
        "OPENAI_API_KEY",
        "R2_PUBLIC_BASE_URL",
        "IMAGE_QUALITY",
        "REPLY_DEADLINE_S",
        "DATABASE_URL",
    }
    assert "bad-value" not in said


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"IMAGE_BACKGROUND": "transparent"}, "IMAGE_BACKGROUND"),
        ({"IMAGE_SIZE": "17x17"}, "IMAGE_SIZE"),
        ({"PICTURES_AT_ONCE_PER_USER": "99"}, "PICTURES_AT_ONCE_PER_USER"),
        ({"ALLOWED_IDS": "somebody"}, "ALLOWED_IDS"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8,caddy"}, "TRUSTED_PROXIES each is an address"),
        ({"R2_PUBLIC_BASE_URL": "http://pictures.example.com"}, "R2_PUBLIC_BASE_URL"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://easel:p@ss@db/easel"}, "DATABASE_URL has an @ in its password: write %40"),
        ({"DATABASE_URL": "postgresql://easel:secret@db:port/easel"}, "DATABASE_URL"),
        ({"IMAGE_MODELS": ","}, "IMAGE_MODELS"),
        ({"IMAGE_MODELS": '" "'}, "IMAGE_MODELS is blank"),
        ({"R2_PUBLIC_BASE_URL": "https://pictures.example.com # the custom domain"}, "R2_PUBLIC_BASE_URL must be"),
        ({"R2_PUBLIC_BASE_URL": "https://pictures.example.com?x=1"}, "R2_PUBLIC_BASE_URL has a ? or a #"),
        ({"R2_PUBLIC_BASE_URL": "https://bücher.example.com"}, "R2_PUBLIC_BASE_URL must be an address"),
        ({"R2_PUBLIC_BASE_URL": "https://pictures.example.com:abc"}, "R2_PUBLIC_BASE_URL must be an address"),
        ({"OPENAI_BASE_URL": "https://gateway:port/v1"}, "OPENAI_BASE_URL must be an address"),
        ({"OPENAI_BASE_URL": "https://me:secret@gateway.example.com/v1"}, "OPENAI_BASE_URL has a user in it"),
        ({"LINE_API_BASE_URL": "https://[::1"}, "LINE_API_BASE_URL must be an address"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:port"}, "OTEL_EXPORTER_OTLP_ENDPOINT must be an address"),
        ({"IMAGE_URL_HOSTS": "https://files.example.com"}, "IMAGE_URL_HOSTS each is a host"),
        ({"IMAGE_URL_HOSTS": "bücher.example.com"}, "IMAGE_URL_HOSTS each is a host"),
        ({"OPENAI_API_KEY": "sk two words"}, "OPENAI_API_KEY"),
        ({"R2_ENDPOINT_URL": f"https://{'0' * 32}.r2.cloudflarestorage.com/pictures"}, "R2_ENDPOINT_URL must end"),
        ({"R2_PUBLIC_BASE_URL": "https://pictures.example.com/pictures"}, "R2_PUBLIC_BASE_URL must not end"),
        ({"R2_PUBLIC_BASE_URL": f"https://{'0' * 32}.r2.cloudflarestorage.com"}, "R2_PUBLIC_BASE_URL is the address"),
        ({"R2_ACCOUNT_ID": f"https://{'0' * 32}.r2.cloudflarestorage.com"}, "R2_ACCOUNT_ID must be 32 hex digits"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path, changed, told):
    """A value that could only fail later is refused at the start, by the variable's name."""
    said = shown("s", tmp_path, **changed)
    assert said.startswith("refused")
    assert told in said


@pytest.mark.parametrize("text", ["PORT=9000\n".encode("utf-16"), "# 註解\n".encode("big5")])
def test_a_file_in_another_encoding(tmp_path, text):
    """A .env saved as "Unicode", or with a comment in Big5, is refused in words."""
    (tmp_path / ".env").write_bytes(text)
    assert "save it anew as UTF-8" in shown("s", tmp_path)


def test_serve_ends_with_ex_config(tmp_path):
    """`easel serve` with an unusable environment prints the list and ends with 78, without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "serve"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 78
    assert "LINE_CHANNEL_SECRET is not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "surroundings",
    [
        {"NO_PROXY": "localhost,[::1],fd07:b51a:cc66:f0::/64,::1"},
        {"no_proxy": "fd07:b51a:cc66:f0::/64", "HTTPS_PROXY": "http://127.0.0.1:9"},
        {"ALL_PROXY": "socks5://127.0.0.1:9"},
        {"ALL_PROXY": "socks5h://127.0.0.1:9"},
        {
            "NO_PROXY": "db:port,127.0.0.1:*,[2001:db8:1:2:3:4:5:6],[::1]:8080 .example.com",
            "HTTPS_PROXY": "127.0.0.1:9",
        },
    ],
)
def test_a_machine_with_proxies(tmp_path, surroundings):
    """IPv6 in NO_PROXY, as OrbStack sets it, what people write there, and a SOCKS proxy end nothing."""
    assert shown("s.port, __import__('httpx').AsyncClient().is_closed", tmp_path, **surroundings) == "(8000, False)"


@pytest.mark.parametrize(
    ("surroundings", "told"),
    [
        ({"SSL_CERT_FILE": "missing"}, "SSL_CERT_FILE cannot be used: No such file"),
        ({"SSL_CERT_FILE": "/dev/null"}, "SSL_CERT_FILE cannot be used: it holds no certificates"),
        ({"SSL_CERT_DIR": "missing"}, "SSL_CERT_DIR is no folder"),
        ({"HTTPS_PROXY": "socks5://127.0.0.1:9"}, "HTTPS_PROXY is a SOCKS proxy, which only ALL_PROXY may be"),
        ({"HTTPS_PROXY": "http://proxy:port"}, "HTTPS_PROXY is no address of a proxy"),
        ({"HTTPS_PROXY": "http://[::1"}, "HTTPS_PROXY is no address of a proxy"),
        ({"ALL_PROXY": "socks4://127.0.0.1:9"}, "ALL_PROXY has a proxy of a kind that is not known"),
        ({"OPENAI_API_KEY_FILE": "missing"}, "OPENAI_API_KEY is set, and OPENAI_API_KEY_FILE, too"),
        ({"METRICS_TOKEN_FILE": "missing"}, "METRICS_TOKEN_FILE names a file that cannot be read"),
    ],
)
def test_surroundings_that_cannot_work_are_refused(tmp_path, surroundings, told):
    """What the machine says is named in one sentence, too, beside what is missing."""
    there = {name: str(tmp_path / value) if value == "missing" else value for name, value in surroundings.items()}
    said = shown("s", tmp_path, R2_BUCKET=None, **there)
    assert said.startswith("refused")
    assert told in said
    assert "R2_BUCKET is not set" in said


def test_a_secret_in_a_file(tmp_path):
    """As container engines hand them over; the line's end is not part of it."""
    (tmp_path / "key").write_text("sk-in-a-file\n")
    said = shown(
        "s.openai_api_key.get_secret_value()", tmp_path, OPENAI_API_KEY=None, OPENAI_API_KEY_FILE=str(tmp_path / "key")
    )
    assert said == "sk-in-a-file"


def test_a_secret_in_a_file_that_dot_env_names(tmp_path):
    """Where it stands makes no difference."""
    (tmp_path / "token").write_text("of-the-metrics")
    (tmp_path / ".env").write_text(f"METRICS_TOKEN_FILE={tmp_path / 'token'}\n")
    assert shown("s.metrics_token.get_secret_value()", tmp_path) == "of-the-metrics"


def test_a_name_that_is_nearly_ours(tmp_path):
    """A limit that is spelt wrong is told, in the environment and in .env; names of others are not."""
    (tmp_path / ".env").write_text("DAILY_BUDGET=3\nPOSTGRES_PASSWORD=x\n")
    said = shown("__import__('app.settings').settings.misspelt()", tmp_path, USER_DAILY_PICTURE="5", HOSTNAME="x")
    assert said == "{'DAILY_BUDGET': 'DAILY_BUDGET_USD', 'USER_DAILY_PICTURE': 'USER_DAILY_PICTURES'}"


def test_every_secret_is_known_to_the_log(tmp_path):
    """Those of later releases, too: its type says that it is one."""
    said = shown("sorted(s.secrets)", tmp_path, METRICS_TOKEN="a-metrics-token")
    assert said == str(sorted([*(REQUIRED[name] for name in SECRET), "a-metrics-token"]))


def test_secrets_do_not_print(tmp_path):
    """Neither str nor repr of the settings holds a secret."""
    said = shown("s", tmp_path)
    assert not [value for key, value in REQUIRED.items() if "SECRET" in key and value in said]
