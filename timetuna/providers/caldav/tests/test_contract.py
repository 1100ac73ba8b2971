from timetuna.providers.calendar_contract import BusySourceContract, CalendarWriterContract, DirectoryContract
from timetuna.providers.repair_contract import RepairContract


class TestDirectory(DirectoryContract):
    pass


class TestBusySource(BusySourceContract):
    unsure = ("tentative", "unsure")


class TestCalendarWriter(CalendarWriterContract, RepairContract):
    pass
