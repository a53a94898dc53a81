"""`easel demo` as people start it, with nothing of this machine's settings in its environment."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from line_sandbox.line.chats import id_of

from tests.world import interpreter


class Demo:
    """A running demo."""

    def __init__(self, process: subprocess.Popen[str], head: str) -> None:
        self.process = process
        self.head = head
        found = re.search(r"Open +(http://\S+)", head)
        assert found, f"no address in:\n{head}"
        self.url = found[1]
        self.base = self.url.removesuffix("/demo")

    @property
    def settings(self) -> dict[str, str]:
        """What it tells somebody else's bot."""
        return dict(re.findall(r"^  ([A-Z0-9_]+)=(.+)$", self.head, re.MULTILINE))

    def do(self, verb: str, **wish: object) -> httpx.Response:
        with httpx.Client(trust_env=False) as http:
            return http.post(f"{self.base}/demo/do/{verb}", json=wish, headers={"origin": self.base})

    def stop(self) -> int:
        """Like Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


def person_id(name: str) -> str:
    """The id of somebody at the demo."""
    return id_of("U", name)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", "demo", *arguments]


def environment(**settings: str) -> dict[str, str]:
    return interpreter() | {"PYTHONUNBUFFERED": "1", "CI": "1"} | settings


@contextmanager
def demo(directory: Path, *arguments: str, last: str = "Ctrl-C", **settings: str) -> Iterator[Demo]:
    """Run the demo in this folder, and kill it at the end if it still runs."""
    process = subprocess.Popen(
        command(*arguments), env=environment(**settings), cwd=directory, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Demo(process, _head(process, last))
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        process.stdout.close()


def _head(process: subprocess.Popen[str], last: str) -> str:
    """What it says until it serves."""
    head = ""
    for line in process.stdout:
        head += line
        if last in line:
            break
    return head
