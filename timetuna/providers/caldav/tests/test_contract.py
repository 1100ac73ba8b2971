from timetuna.providers.tests.contracts.calendar import (
    BusySourceContract,
    CalendarWriterContract,
    DirectoryContract,
)
from timetuna.providers.tests.contracts.repair import RepairContract


class TestDirectory(DirectoryContract):
    pass


class TestBusySource(BusySourceContract):
    unsure = ("tentative", "unsure")


class TestCalendarWriter(CalendarWriterContract, RepairContract):
    pass
