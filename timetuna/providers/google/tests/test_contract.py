import pytest

from timetuna.providers.contracts.calendar import (
    BusySourceContract,
    CalendarWriterContract,
    DirectoryContract,
)
from timetuna.providers.contracts.oauth import IdentityContract, OAuthContract
from timetuna.providers.contracts.repair import RepairContract
from timetuna.providers.google.tests.conftest import fresh
from timetuna.sandbox import Sandbox, SandboxControl
from timetuna.sandbox.google.control import GoogleControl


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
