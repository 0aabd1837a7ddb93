"""Who the embedded database runs as, and the folders that must be that account's alone.

Decides which account that is. Changes no permission on any folder that it did not create.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from pathlib import Path

from kontera.db.trouble import DatabaseTrouble


class Account:
    """Who the server runs as: ourselves, or an ordinary account when we are root (PostgreSQL refuses root)."""

    def __init__(self, name: str, uid: int | None, gid: int | None, registered: bool = True) -> None:
        """uid and gid: None for ourselves. registered: whether the machine knows the account by name."""
        self.name, self.uid, self.gid, self.registered = name, uid, gid, registered

    def can_reach(self, folder: Path) -> bool:
        """Whether it may enter `folder` and all its parents."""
        if self.uid is None:
            return os.access(folder, os.X_OK)
        return all(self._enters(place) for place in (folder, *folder.parents))

    def own(self, place: Path) -> None:
        """Give it a file or folder that we made."""
        if self.uid is not None and self.gid is not None:
            os.chown(place, self.uid, self.gid, follow_symlinks=False)

    def private_folder(self, folder: Path) -> None:
        """Make `folder` for this account alone, or see that it is: a real folder of its own that nobody else may enter.
        Someone else may have made one of that name before us, to read what goes through it. Raises DatabaseTrouble."""
        with contextlib.suppress(FileExistsError):  # whose it is is looked at next
            folder.mkdir(mode=0o700)
            self.own(folder)
        found = folder.lstat()
        owner = os.geteuid() if self.uid is None else self.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise DatabaseTrouble(
                f"{folder} must be a folder that belongs to {self.name} and that nobody else may enter (mode 0700); it "
                "is not, and may have been put there by someone else: look at it, then remove it"
            )

    def _enters(self, place: Path) -> bool:
        info = place.stat()
        if info.st_uid == self.uid:
            return bool(info.st_mode & 0o100)
        return bool(info.st_mode & (0o010 if info.st_gid == self.gid else 0o001))


def database_account() -> Account:
    """Raises DatabaseTrouble when we are root and there is no other account."""
    if os.geteuid() != 0:
        try:
            return Account(pwd.getpwuid(os.geteuid()).pw_name, None, None)
        except KeyError:
            return Account(f"uid {os.geteuid()}", None, None, registered=False)
    for name in ("kontera", "postgres", "nobody"):
        with contextlib.suppress(KeyError):  # the next name is tried
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise DatabaseTrouble(
        "run as root, but no ordinary account (kontera, postgres, nobody) exists to run the database as"
    )
