"""A whole installation on this machine for a while: sandboxes, hub, workers, in a home of their own.

Used by the demo, the crash test and the bench. Decides how the processes are started and stopped, nothing about what
they do; the hub is pointed at the sandboxes exactly as at the real vendors. Nothing outlives the stage, not even one
that is killed: its processes end with it (`parent`), and a caretaker clears up behind them.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kontera.cli.caretaker import hold
from kontera.cli.common import leave_in_order
from kontera.clock import Clock

KONTERA = [sys.executable, "-m", "kontera"]
_CARETAKER = [sys.executable, "-m", "kontera.cli.caretaker"]


class Stage:
    """The processes of one installation, by name."""

    def __init__(self, home: Path, clock: Clock, keep: bool = False) -> None:
        self.home = home
        self.clock = clock
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.sandboxes: dict[str, dict[str, Any]] = {}
        self.log: IO[str] = (home / "processes.log").open("a")
        self.environment = {**os.environ, "KONTERA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        self.environment["KONTERA_ALLOW_LOCAL"] = "yes"  # the sandboxes are on this machine
        self._held = hold(home)
        self._caretaker = subprocess.Popen(
            [*_CARETAKER, str(home), *(["--keep"] if keep else [])],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self.log,
            start_new_session=True,
        )

    def serve_sandboxes(self, fast: int, stores: int = 1) -> None:
        """Start every vendor's sandbox, `stores` of each shop's, and keep what they say of themselves."""
        process = self.start(
            "sandboxes", "sandbox", "all", "--json", "--fast", str(fast), "--stores", str(stores), pipe=True
        )
        assert process.stdout is not None
        self.sandboxes = json.loads(process.stdout.readline())

    def serve_hub(self) -> str:
        """Start the console and the webhook door; answers the address."""
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        self.environment["KONTERA_PUBLIC_URL"] = address
        process = self.start("serve", "serve", "--port", str(port), pipe=True)
        assert process.stdout is not None
        process.stdout.readline()
        return address

    def start(self, name: str, *arguments: str, pipe: bool = False) -> subprocess.Popen[str]:
        """Start `kontera ...` under a name."""
        process = subprocess.Popen(
            [*KONTERA, "--with-parent", *arguments],
            env=self.environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if pipe else self.log,
            stderr=self.log,
            pass_fds=(self._held.fileno(),),
            start_new_session=True,
        )
        self.running[name] = process
        return process

    def say(self, *arguments: str) -> str:
        """Run `kontera ...` to its end and answer what it printed. Raises RuntimeError with its words when it fails."""
        done = subprocess.run(
            [*KONTERA, *arguments], env=self.environment, text=True, capture_output=True, check=False,
            stdin=subprocess.DEVNULL, pass_fds=(self._held.fileno(),),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"kontera {' '.join(arguments[:3])} failed: {done.stderr or done.stdout}")
        return done.stdout

    def kill(self, name: str) -> None:
        """SIGKILL, as a power cut would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process by its name."""
        os.killpg(self.running[name].pid, number)

    def stop(self) -> None:
        """Stop everything in good order, workers first; what does not stop is killed."""
        for name in sorted(self.running, key=lambda one: (one == "sandboxes", one == "serve")):
            process = self.running[name]
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()
        self.log.close()
        self._held.close()
        self._caretaker.communicate()


@contextlib.contextmanager
def stage(clock: Clock, keep: bool = False) -> Iterator[Stage]:
    """A stage in a fresh home; everything is stopped and removed at the end (keep: the files stay)."""
    leave_in_order()
    home = Path(tempfile.mkdtemp(prefix="kontera-"))
    home.chmod(0o755)  # the database's own account must be able to enter when we are root
    made = Stage(home, clock, keep)
    ours = {"KONTERA_HOME": str(home), "KONTERA_ALLOW_LOCAL": "yes"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield made
    finally:
        made.stop()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
