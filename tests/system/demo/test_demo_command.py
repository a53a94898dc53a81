"""`easel demo` from the outside: what it prints, what it serves, what it refuses, what it leaves behind."""

import json
import os
import re
import select
import signal
import socket
import subprocess
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.system.demo.demo_process import command, demo, environment, person_id

OTTER = "一隻在彈吉他的水獺"


def run(directory, *arguments, **settings):
    return subprocess.run(
        command(*arguments),
        check=False,
        env=environment(**settings),
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
    )


def get(url, **headers):
    with httpx.Client(trust_env=False) as http:
        return http.get(url, headers=headers)


def read_events(url, *, until, **headers):
    """The records of the live stream until one makes `until(kind, value)` true; with the stream's last id."""
    records, last_id = [], ""
    with httpx.Client(trust_env=False, timeout=20) as http, http.stream("GET", url, headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                last_id = line[4:]
            if line.startswith("data: ["):
                fresh = json.loads(line[6:])
                records += fresh
                if any(until(one["kind"], one["value"] or {}) for one in fresh):
                    return records, last_id
    raise AssertionError("the stream ended")


def gone(pid):
    """Wait until a process is gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 15)[0])
    finally:
        os.close(handle)


def test_say(tmp_path):
    """One round trip: each step is told, the picture is saved, its address is printed."""
    done = run(tmp_path, "--say", OTTER)
    assert done.returncode == 0, done.stdout + done.stderr
    for step in ("webhook accepted", "drawing", "drawn and kept", "stored", "replied"):
        assert re.search(rf"\d\.\d\d s  {step}", done.stdout)
    assert re.search(r"Public URL  http://127\.0\.0\.1:\d+/public/\S+\.jpg", done.stdout)
    with Image.open(tmp_path / "data" / "demo" / f"{OTTER}.jpg") as picture:
        assert picture.size == (1024, 1024)


def test_say_without_a_picture(tmp_path):
    """When no picture comes, the bot's words are shown and the exit code says so."""
    done = run(tmp_path, "--say", " ")
    assert done.returncode == 1
    assert "No picture came. 想畫什麼呢" in done.stdout


@pytest.mark.slow
def test_lines_of_others_in_the_log(tmp_path):
    """What a library writes beside the bot's log is passed over, even where it reads as JSON."""
    lines = "\n".join(["123", "null", '["listening"]', "[" * 100_000, "Traceback", ""])
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.stderr.write({lines!r})\n")
    paths = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    ended = run(tmp_path, "--say", OTTER, PYTHONPATH=paths)
    assert ended.returncode == 0, ended.stdout
    assert "Picture  " in ended.stdout


def test_half_real(tmp_path):
    """Half of a vendor's settings is a mistake: it is named, and nothing starts."""
    done = run(tmp_path, R2_BUCKET="pictures", OPENAI_API_KEY="")
    assert done.returncode == 78
    assert "R2_BUCKET is set, R2_ACCOUNT_ID, R2_ACCESS_KEY_ID" in done.stdout
    assert "OPENAI" not in done.stdout


@pytest.mark.slow
def test_secrets_in_files(tmp_path):
    """They make a vendor real as they do at a service; what the demo has of its own comes before any file."""
    (tmp_path / "key").write_text("sk-real\n", encoding="utf-8")
    (tmp_path / "admin").write_text("a-real-admin-token\n", encoding="utf-8")
    files = {"OPENAI_API_KEY_FILE": "key", "ADMIN_TOKEN_FILE": "admin", "DATABASE_URL_FILE": "nowhere"}
    with demo(tmp_path, "--port", "0", **files) as started:
        assert "OpenAI      real" in started.head
        assert "a-real-admin-token" not in started.head
    with demo(tmp_path, "--port", "0", "--stand-ins", R2_SECRET_ACCESS_KEY_FILE="nowhere", **files) as started:
        assert "OpenAI      stand-in" in started.head
    refused = run(tmp_path, **files | {"OPENAI_API_KEY_FILE": "nowhere"})
    assert (refused.returncode, "OPENAI_API_KEY_FILE names a file that cannot be read" in refused.stdout) == (78, True)


def test_page(running):
    """The page and all its parts come from this machine, and the browser is told to load nothing else."""
    page = get(running.url)
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    links = re.findall(r'"(/demo/page/[^"]+)"', page.text)
    assert len(links) >= 8
    assert {get(running.base + link).status_code for link in links} == {200}
    assert "http" not in page.text.replace("http-equiv", "")


def test_all_scripts_are_asked_for_at_once(running):
    """What the page imports is named in it, so that a slow connection waits once; texts travel packed."""
    page = get(running.url).text
    scripts = {path: get(running.base + path) for path in re.findall(r'modulepreload" href="([^"]+)"', page)}
    imported = {
        f"/demo/page/{name}" for one in scripts.values() for name in re.findall(r'from "\./(\w+\.js)"', one.text)
    }
    assert imported <= set(scripts)
    assert '<p class="waiting">Easel…</p>' in page  # not blank until they are there
    assert scripts["/demo/page/words.js"].headers["content-encoding"] == "gzip"
    with httpx.Client(trust_env=False) as http, http.stream("GET", f"{running.base}/demo/events") as stream:
        assert "content-encoding" not in stream.headers


def test_the_token_is_for_this_machine(tmp_path):
    """A page that others can open does not tell them what opens the dashboard; the terminal does."""
    with demo(tmp_path, "--port", "0", "--host", "0.0.0.0") as started:  # noqa: S104 - what a careless person types
        token = re.search(r"with the token (\S+)", started.head)[1]
        records, _ = read_events(f"{started.base}/demo/events", until=is_ready)
    assert token not in json.dumps(records)


def test_a_phone_speaks_another_language(running):
    """The bot answers in it from the next word on, and the menu is in it."""
    person = person_id("Alex")
    running.do("text", person=person, chat=person, text="help")
    running.do("language", person=person, language="ja")
    records, _ = read_events(
        f"{running.base}/demo/events", until=lambda kind, value: kind == "person" and value["menu"] == "richmenu-ja"
    )
    said = answers_after(running, records, person, "help")
    running.do("language", person=person, language="en")
    assert "絵" in said


def test_a_fine_day_forgets_lost_models(tmp_path):
    """Models that were gone on a bad day draw on a fine one."""
    with demo(tmp_path, "--port", "0") as started:
        events = f"{started.base}/demo/events"
        records, _ = read_events(events, until=is_ready)
        person = next(one["id"] for one in records if one["kind"] == "person")
        started.do("set", latencyS=0)
        started.do("day", name="openai-gone", mode="always")
        started.do("text", person=person, chat=person, text="a red fox")
        read_events(events, until=lambda kind, value: kind == "trace" and value["text"] == "a red fox" and lost(value))
        started.do("fine")
        read_events(events, until=lambda kind, value: is_ready(kind, value) and value["starts"] == 2)
        started.do("text", person=person, chat=person, text="a blue heron")
        read_events(events, until=lambda kind, value: kind == "seen" and not value["broken"])


def test_it_can_start_over(tmp_path):
    """Chats, costs, bad days and what the bot remembers are as at the beginning: a person is greeted once more."""
    with demo(tmp_path, "--port", "0") as started:
        events = f"{started.base}/demo/events"
        records, _ = read_events(events, until=lambda kind, value: kind == "message" and value["sender"] == "bot")
        person = next(one["id"] for one in records if one["kind"] == "person" and one["value"]["language"] == "en")
        started.do("set", latencyS=0)
        started.do("text", person=person, chat=person, text="a red fox")
        _, last_id = read_events(events, until=lambda kind, value: kind == "seen" and not value["broken"])
        started.do("day", name="r2-down", mode="always")
        assert started.do("over").status_code == 200

        def is_greeting(kind, value):
            return kind == "message" and value.get("chat") == person and value["sender"] == "bot"

        read_events(events, until=is_greeting, **{"last-event-id": last_id})
        records, _ = read_events(events, until=is_greeting)
        started.do("text", person=person, chat=person, text="my pictures")
        records, _ = read_events(
            events, until=lambda kind, value: is_greeting(kind, value) and "no pictures" in said(value)
        )
    assert not any(one["kind"] == "seen" and one["value"] for one in records)
    assert all(one["value"]["mode"] == "off" for one in records if one["kind"] == "day")
    bench = next(one["value"] for one in records if one["kind"] == "bench")
    assert (bench["invoice"], bench["pictures"], bench["latencyS"]) == (0, 0, 5)


@pytest.mark.slow
def test_a_real_bots_files_are_let_be(tmp_path):
    """In the folder of a real bot the demo has a database of its own, and starting over takes away no other."""
    theirs = ["easel.db", "easel.engine.db", "easel.db.before-restore-20261128-120000"]
    for name in theirs:
        (tmp_path / name).write_text("theirs", encoding="utf-8")
    with demo(tmp_path, "--port", "0", "--data", str(tmp_path)) as started:
        events = f"{started.base}/demo/events"
        read_events(events, until=is_ready)
        started.do("over")
        read_events(events, until=lambda kind, value: is_ready(kind, value) and value["starts"] == 2)
    assert {(tmp_path / name).read_text(encoding="utf-8") for name in theirs} == {"theirs"}


def is_ready(kind, value):
    return kind == "bot" and value["state"] == "ready"


def lost(trace):
    return any(mark["event"] == "all_models_gone" for mark in trace["marks"])


def said(message):
    return str(message["body"].get("text", ""))


def answers_after(running, before, person, text):
    """What the bot answers to this text."""
    known = {one["id"] for one in before if one["kind"] == "message"}
    running.do("text", person=person, chat=person, text=text)

    def is_new(kind, value):
        return kind == "message" and value["chat"] == person and value["sender"] == "bot"

    events, last_id = f"{running.base}/demo/events", ""
    while True:
        records, last_id = read_events(events, until=is_new, **{"last-event-id": last_id})
        fresh = [one["value"] for one in records if is_new(one["kind"], one["value"] or {}) and one["id"] not in known]
        if fresh:
            return said(fresh[-1])


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8000"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_foreign(running, headers):
    """Other names and other pages are refused."""
    assert get(f"{running.base}/demo/events", **headers).status_code == 403


def test_only_json(running):
    """A form of another page cannot speak for a person."""
    with httpx.Client(trust_env=False) as http:
        plain = http.post(f"{running.base}/demo/do/fine", content="{}", headers={"content-type": "text/plain"})
    assert plain.status_code == 400


@pytest.mark.parametrize(
    ("verb", "wish"),
    [
        ("text", {"person": "U0", "chat": "U0", "text": "hello"}),
        ("tap", {}),
        ("day", {"name": "openai-error", "mode": "sometimes"}),
        ("day", {"name": "doomsday", "mode": "once"}),
        ("set", {"latencyS": 1e9}),
        ("set", {"latencyS": "soon"}),
        ("bot", {"what": "restart", "settings": {"OPENAI_BASE_URL": "https://evil.example"}}),
        ("again", {"copies": 1000}),
        ("nonsense", {}),
    ],
)
def test_impossible(running, verb, wish):
    """What cannot be is refused with a reason."""
    refused = running.do(verb, **wish)
    assert refused.status_code == 400
    assert refused.json()["problem"]


def test_live(running):
    """Everything comes over the stream; who comes back gets exactly what was missed."""
    events = f"{running.base}/demo/events"
    records, last_id = read_events(events, until=lambda kind, value: kind == "message" and value["sender"] == "bot")
    person = next(one["id"] for one in records if one["kind"] == "person" and one["value"]["language"] == "en")
    running.do("set", latencyS=0)
    assert running.do("text", person=person, chat=person, text="a red fox").status_code == 200

    def has_picture(kind, value):
        return kind == "seen" and value["broken"] is None

    missed, _ = read_events(events, until=has_picture, **{"last-event-id": last_id})
    assert not [one for one in missed if one["kind"] == "person"]
    image = next(one["id"] for one in missed if one["kind"] == "seen")
    body = get(f"{running.base}/demo/picture/{image}/original")
    assert body.headers["content-type"] == "image/jpeg"
    with Image.open(BytesIO(body.content)) as picture:
        assert picture.size == (1024, 1024)
    everything, _ = read_events(events, until=has_picture, **{"last-event-id": "another-epoch.7"})
    assert [one for one in everything if one["kind"] == "person"]


def test_nothing_stays(tmp_path):
    """A taken port is no obstacle; Ctrl-C ends everything with exit code 0."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with demo(tmp_path, "--port", str(port)) as started:
            assert f"Port {port} was taken" in started.head
            pid = bot_of(started)
            assert started.stop() == 0
    assert gone(pid)


@pytest.mark.slow
def test_killed(tmp_path):
    """The bot does not outlive a demo that was killed, and its database is where it was told to be."""
    with demo(tmp_path, "--port", "0", "--data", str(tmp_path / "kept?")) as started:
        pid = bot_of(started)
        started.process.send_signal(signal.SIGKILL)
        started.process.wait(10)
        assert gone(pid)
    assert (tmp_path / "kept?" / "demo.db").exists()


def bot_of(started):
    records, _ = read_events(
        f"{started.base}/demo/events", until=lambda kind, value: kind == "bot" and value["state"] == "ready"
    )
    return next(one["value"]["pid"] for one in reversed(records) if one["kind"] == "bot")
