"""What every test may use: an embedded database of its own session, and a merchant in it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kontera.db.ground import open_ground, set_up_django

set_up_django()

# The vendors' published specs are reference data and not part of this repository. Where they lie beside the checkout,
# the tests that hold our answers and requests against them run; elsewhere those tests say why they do not.
_SPECS = Path(__file__).resolve().parents[2] / "shared" / "specs"
if _SPECS.is_dir():
    os.environ.setdefault("KONTERA_SPECS", str(_SPECS))
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1] / "src")  # for the processes that tests start


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """The database, set up and migrated, shared by the tests of one process."""
    home = Path(tempfile.mkdtemp(prefix="kontera-test-"))  # not under tmp_path: root's database account cannot enter it
    home.chmod(0o755)
    os.environ["KONTERA_HOME"] = str(home)
    with open_ground(home):
        yield home
    shutil.rmtree(home, ignore_errors=True)
