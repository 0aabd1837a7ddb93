"""A process that was started by another one ends when that one does, however it ended.

Decides how the end of the parent is noticed: standard input is a pipe that only the parent holds open, and the system
closes it with the parent, also after SIGKILL. Works wherever there are pipes. Never looks at what is sent.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from kontera.clock import SystemClock

PATIENCE = 20.0
"""Seconds for ending in good order before the process is ended at once."""


def end_with_parent() -> None:
    """From now on this process is terminated when its standard input ends."""
    threading.Thread(target=_end, args=(sys.stdin.fileno(),), name="parent", daemon=True).start()


def wait_for_the_end(pipe: int) -> None:
    """Until nobody holds the other end of the pipe open."""
    while os.read(pipe, 1024):
        pass


def _end(pipe: int) -> None:
    wait_for_the_end(pipe)
    os.kill(os.getpid(), signal.SIGTERM)
    SystemClock().sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)
