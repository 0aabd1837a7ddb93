"""Clears up behind a stage, also behind one that was killed: waits for its end, stops its database, removes its home.

Run as a process of its own (`python -m kontera.cli.caretaker HOME`) with a pipe from the stage as standard input.
Decides nothing about the other processes: they end by themselves (`parent`), and each holds a lock until it has.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import sys
from pathlib import Path
from typing import IO

from kontera.cli.parent import wait_for_the_end
from kontera.db.embedded import EmbeddedServer

_LOCK = "stage.lock"


def hold(home: Path) -> IO[bytes]:
    """A lock on the home; whoever is given the open file holds it too, until it closes it or ends."""
    held = (home / _LOCK).open("ab")
    fcntl.flock(held, fcntl.LOCK_SH)
    return held


def main(home: Path, keep: bool) -> None:
    """Wait until the stage and all its processes are gone, then clear up (keep: only stop the database)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # its end is that of the stage
    wait_for_the_end(sys.stdin.fileno())
    with (home / _LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        EmbeddedServer(home).stop_when_unused()
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), keep="--keep" in sys.argv[2:])
