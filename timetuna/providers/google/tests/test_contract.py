import pytest

from sandbox import Sandbox, SandboxControl
from sandbox.google.control import GoogleControl
from timetuna.providers.google.tests.conftest import fresh
from timetuna.providers.tests.contracts.calendar import (
    BusySourceContract,
    CalendarWriterContract,
    DirectoryContract,
)
from timetuna.providers.tests.contracts.oauth import IdentityContract, OAuthContract
from timetuna.providers.tests.contracts.repair import RepairContract


class TestGoogleOAuth(OAuthContract):
    @pytest.fixture
    def google(self, running: tuple[Sandbox, SandboxControl]) -> GoogleControl:
        """Without the final look: exchanging a code twice is what one of these tests is for."""
        return fresh(running[1])


class TestGoogleIdentity(IdentityContract):
    pass


class TestGoogleDirectory(DirectoryContract):
    pass


class TestGoogleBusySource(BusySourceContract):
    free = ("transparent", "cancelled", "declined", "workplace", "birthday", "away_but_free")
    unsure = ("tentative", "maybe", "unanswered")


class TestGoogleCalendarWriter(CalendarWriterContract, RepairContract):
    pass
