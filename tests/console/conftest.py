"""Fixtures of the console's tests: a clock that stands still, a merchant, people signed in."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kontera.clock import ManualClock, SystemClock

if TYPE_CHECKING:
    from django.test import Client

    from tests.console.world import World


@pytest.fixture(scope="package", autouse=True)
def test_environment() -> Iterator[None]:
    """Pages hand their context to the tests; passwords are hashed quickly, since the tests make many people."""
    from django.test import override_settings
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
    teardown_test_environment()


@pytest.fixture
def clock(ground: Path) -> Iterator[ManualClock]:
    """The console's clock, standing at noon of the last of March."""
    from kontera.console import moment
    from tests.console.world import NOW

    still = ManualClock(NOW)
    moment.set_clock(still)
    yield still
    moment.set_clock(SystemClock())


@pytest.fixture(scope="module")
def built(ground: Path) -> Iterator[World]:
    """A merchant, written once for a module and gone again after it."""
    from django.db import transaction

    from tests.console.world import build

    with transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, clock: ManualClock) -> Iterator[World]:
    """The merchant as it was written, whatever a test does to it."""
    from django.db import transaction

    with transaction.atomic():
        yield copy.deepcopy(built)
        transaction.set_rollback(True)


@pytest.fixture
def person(world: World) -> Callable[[str], Client]:
    """A browser of somebody with this role, signed in, reading Swedish."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=world.people[role]))
        return client

    return sign_in
