"""Runs the bot in this process and ends it with the demo, even if that is killed: `python -m app.demo.child`.

The demo holds the other end of standard input; when that closes, for whatever reason, nobody needs this process.
"""

import os
import runpy
import signal
import threading
import time

CLEAN_STOP_S = 8.0


def _end_with_the_demo() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(CLEAN_STOP_S)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run `python -m app` with the same arguments."""
    threading.Thread(target=_end_with_the_demo, name="leash", daemon=True).start()
    runpy.run_module("app", run_name="__main__")


if __name__ == "__main__":
    main()
