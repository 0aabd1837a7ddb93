"""The embedded server: shared, stopped by whoever leaves last, safe against SIGKILL, and no trace on other folders."""

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

import psycopg
import pytest

from kontera.clock import SystemClock
from kontera.db.account import Account
from kontera.db.embedded import EmbeddedServer
from kontera.db.trouble import DatabaseTrouble
from tests.waiting import comes

CLOCK = SystemClock()
HOLD = """
import sys
from pathlib import Path
from kontera.db.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
print(server.acquire(), flush=True)
sys.stdin.readline()
server.release()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account may enter (root's database account is not root)."""
    made = Path(tempfile.mkdtemp(prefix="kontera-db-"))
    made.chmod(0o755)
    yield made
    for number in servers(made):
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(number, signal.SIGKILL)
    shutil.rmtree(made, ignore_errors=True)


def servers(home: Path) -> list[int]:
    """Processes whose command line names the home's data folder."""
    mark = os.fsencode(str(home)) + b"/"
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            command = entry.read_bytes()
            if mark in command and b"postgres" in command.split(b"\0")[0]:
                found.append(int(entry.parent.name))
    return found


def family(postmaster: int) -> list[int]:
    """A postmaster and its children."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *(int(child) for child in children)]


def answers(address: str) -> int:
    """One query."""
    with psycopg.connect(address) as session:
        row = session.execute("SELECT 1 + 1").fetchone()
        assert row is not None
        return int(row[0])


def test_nothing_is_left_running_after_release_and_it_starts_again(place: Path) -> None:
    """Twice in a row, with what was written the first time still there."""
    server = EmbeddedServer(place / "home")
    with psycopg.connect(server.acquire()) as session:
        session.execute("CREATE TABLE kept (number int)")
        session.execute("INSERT INTO kept VALUES (7)")
    assert 1 == len(servers(place))
    server.release()
    assert [] == servers(place)
    with psycopg.connect(server.acquire()) as session:
        assert (7,) == session.execute("SELECT number FROM kept").fetchone()
    server.release()
    server.release()  # letting go of nothing does nothing
    assert [] == servers(place)


def test_two_processes_share_it_and_the_last_one_stops_it(place: Path) -> None:
    """Also when one of them is killed: its hold ends with it."""
    home = place / "home"
    server = EmbeddedServer(home)
    address = server.acquire()
    children = [holder(home) for _ in range(2)]
    assert [address, address] == [told(child) for child in children]
    assert 1 == len(servers(place))
    children[0].kill()
    children[0].wait()
    server.release()
    assert 2 == answers(address)  # the second child still holds it
    children[1].communicate("\n", timeout=60)
    assert [] == servers(place)


def test_what_was_committed_survives_a_sigkill_of_everything(place: Path) -> None:
    """Users, postmaster and all its children at once, as when the machine's memory runs out."""
    home = place / "home"
    child = holder(home)
    with psycopg.connect(told(child)) as session:
        session.execute("CREATE TABLE kept (number int)")
        session.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        session.commit()
        session.execute("INSERT INTO kept VALUES (0)")  # not committed
        for number in [child.pid, *family(servers(place)[0])]:
            os.kill(number, signal.SIGKILL)
        child.wait()
        with contextlib.suppress(psycopg.Error):  # its server was killed
            session.close()
    server = EmbeddedServer(home)
    with psycopg.connect(server.acquire()) as session:
        assert (1000, 1) == session.execute("SELECT count(*), min(number) FROM kept").fetchone()
    server.release()
    assert [] == servers(place)


def test_no_permission_of_an_existing_folder_is_changed(place: Path) -> None:
    """The wheel's own helper opens up parent folders when run as root; ours touches only what it makes."""
    inner = place / "outer" / "inner"
    inner.mkdir(parents=True)
    (place / "outer").chmod(0o711)
    inner.chmod(0o751)
    beside = inner / "private"
    beside.mkdir(mode=0o700)
    folders = [inner, *inner.parents, beside, Path.home(), Path(sys.prefix)]
    before = [(folder, folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in folders]
    server = EmbeddedServer(inner)
    assert 2 == answers(server.acquire())
    server.release()
    after = [(folder, folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in folders]
    assert before == after
    assert 0o700 == (inner / "postgres" / "data").stat().st_mode & 0o777


@pytest.mark.parametrize("name", ["Nordisk Te AB, 'böcker' 100%", "long" * 30], ids=["odd signs", "long"])
def test_any_home_folder_will_do(place: Path, name: str) -> None:
    """Spaces, quotes, umlauts; a path longer than a socket's address may be."""
    server = EmbeddedServer(place / name)
    assert 2 == answers(server.acquire())
    server.release()
    assert [] == servers(place)


def test_a_socket_folder_that_someone_else_made_is_not_used(place: Path) -> None:
    """Not another's folder, not one others may enter, not a link: what we send there would be theirs to read."""
    home = place / ("long" * 30)
    server = EmbeddedServer(home)
    folder = server._socket_folder()
    assert folder.parent != home / "postgres"
    elsewhere = place / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    for prepare in (
        lambda: folder.symlink_to(elsewhere),
        lambda: folder.mkdir(mode=0o755),
        lambda: (folder.mkdir(mode=0o700), os.chown(folder, 12345, 12345)) if os.geteuid() == 0 else folder.touch(),
    ):
        prepare()
        try:
            with pytest.raises(DatabaseTrouble, match="put there by someone else"):
                server.acquire()
            server.release()
        finally:
            folder.rmdir() if folder.is_dir() and not folder.is_symlink() else folder.unlink()
    assert 2 == answers(server.acquire())
    server.release()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["home", "home with space"])
def test_nobody_gets_in_without_the_password(place: Path, name: str) -> None:
    """Being let into the folder is not enough; the password is ours alone to read."""
    home = place / name
    server = EmbeddedServer(home)
    address = server.acquire()
    password = (home / "postgres.password").read_text()
    assert 0o600 == (home / "postgres.password").stat().st_mode & 0o777
    for wrong in ("", "x" * 64):
        with pytest.raises(psycopg.OperationalError, match="password"):
            answers(address.replace(password, wrong))
    assert 2 == answers(address)
    server.release()


def test_a_server_that_asks_for_no_password_is_not_ours(place: Path) -> None:
    """One that someone else put in the place of ours would take anybody; we do not talk to it."""
    home = place / "home"
    server = EmbeddedServer(home)
    address = server.acquire()
    (home / "postgres" / "data" / "pg_hba.conf").write_text("local all all trust\n")
    with psycopg.connect(address) as session:
        session.execute("SELECT pg_reload_conf()")

    def refused() -> str:
        try:
            answers(address)
        except psycopg.OperationalError as error:
            return str(error)
        return ""

    assert "authentication" in comes(refused)  # the server reads its file anew within moments
    server.release()


def test_data_made_before_there_was_a_password_gets_one(place: Path) -> None:
    """What was written stays; whoever comes without the password is refused from then on."""
    home = place / "home"
    server = EmbeddedServer(home)
    with psycopg.connect(server.acquire()) as session:
        session.execute("CREATE TABLE kept (number int)")
        session.execute("ALTER ROLE kontera PASSWORD NULL")
    server.release()
    former = (home / "postgres.password").read_text()
    (home / "postgres.password").unlink()
    address = server.acquire()
    assert former not in address
    with psycopg.connect(address) as session:
        assert (0,) == session.execute("SELECT count(*) FROM kept").fetchone()
    with pytest.raises(psycopg.OperationalError, match="password"):
        answers(address.replace((home / "postgres.password").read_text(), former))
    server.release()


def test_an_account_the_machine_does_not_know_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container started with any number for a user: PostgreSQL makes no new data for it, and that is said."""
    from kontera.db import embedded

    monkeypatch.setattr(embedded, "database_account", lambda: Account("uid 4711", None, None, registered=False))
    with pytest.raises(DatabaseTrouble, match=r"uid 4711.*DATABASE_URL"):
        EmbeddedServer(place / "home").acquire()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database runs as another account")
def test_a_home_the_database_account_cannot_enter_is_told(place: Path) -> None:
    """Nothing is opened up behind the administrator's back: the message says what to do."""
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DatabaseTrouble, match="KONTERA_HOME"):
        EmbeddedServer(closed / "home").acquire()
    assert 0o700 == closed.stat().st_mode & 0o777


def test_a_stopped_command_lets_go_of_the_server(place: Path) -> None:
    """SIGTERM to `kontera serve`, the last one to hold it: nothing is left running."""
    environment = {**os.environ, "KONTERA_HOME": str(place / "home")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "kontera", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert "serves at" in process.stdout.readline()
        assert 1 == len(servers(place))
        CLOCK.sleep(0.5)  # it says so a moment before it listens
        process.terminate()
        process.wait(timeout=60)
    assert [] == servers(place)


def holder(home: Path) -> subprocess.Popen[str]:
    """Another process that holds the server until it is told otherwise."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def told(process: subprocess.Popen[str]) -> str:
    """The address it was given."""
    assert process.stdout is not None
    return process.stdout.readline().strip()
