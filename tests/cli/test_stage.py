"""A demo that ends, however it ends, leaves no process and no file. Real processes (`-m serial`)."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.clock import SystemClock
from tests.waiting import comes

CLOCK = SystemClock()
pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc (Linux)"),
]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for temporary files; what is still running in it after the test is killed."""
    made = Path(tempfile.mkdtemp(prefix="kontera-stage-"))
    made.chmod(0o755)  # root's database account is not root
    yield made
    for number in left_in(made):
        with contextlib.suppress(ProcessLookupError):  # ended by itself meanwhile
            os.kill(number, signal.SIGKILL)
    shutil.rmtree(made, ignore_errors=True)


def left_in(place: Path) -> dict[int, str]:
    """Processes whose command or home lies in the folder: number -> command."""
    mark, found = os.fsencode(str(place)) + b"/", {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            command = (entry / "cmdline").read_bytes()
            homes = [one for one in (entry / "environ").read_bytes().split(b"\0") if one.startswith(b"KONTERA_HOME=")]
            if mark in command or any(mark in home for home in homes):
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()
    return found


def as_at_a_terminal() -> None:
    """Whoever runs the tests in the background, or under nohup, ignores these signals, and so would the demo."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def demo(place: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A demo of one pair, killed at the end if it has not ended."""
    command = [sys.executable, "-m", "kontera", "demo", "--orders", "1", "--pair", "bigcommerce:fortnox", *more]
    environment = {**os.environ, "TMPDIR": str(place)}
    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True, preexec_fn=as_at_a_terminal
    ) as made:
        try:
            yield made
        finally:
            made.kill()


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Until it says so."""
    assert process.stdout is not None
    assert any(words in line for line in process.stdout), "it ended without saying so"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_demo(place: Path, number: signal.Signals) -> None:
    """M123: a closed terminal (twice, as shells do), a kill, an interrupt: sandboxes, hub, worker, database
    and home are gone."""
    with demo(place) as process:
        wait_for(process, "Press Ctrl-C")
        commands = " ".join(left_in(place).values())
        assert all(name in commands for name in ("sandbox all", "serve", "worker", "postgres"))
        process.send_signal(number)
        if number == signal.SIGHUP:
            process.send_signal(number)
        process.wait(timeout=60)
        comes(lambda: not left_in(place) and not list(place.iterdir()), 60, every=0.2)
    assert {} == left_in(place)
    assert [] == list(place.iterdir())


def test_a_demo_that_is_to_outlive_its_terminal_does(place: Path) -> None:
    """M123: nohup: a closing terminal is ignored."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what nohup does
    with demo(place, "--exit") as process:
        signal.signal(signal.SIGHUP, previous)
        wait_for(process, "Starting")
        process.send_signal(signal.SIGHUP)
        assert 0 == process.wait(timeout=240)
