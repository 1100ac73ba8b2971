from timetuna.providers.calendar_contract import BusySourceContract, CalendarWriterContract, DirectoryContract


class TestDirectory(DirectoryContract):
    pass


class TestBusySource(BusySourceContract):
    unsure = ("tentative", "unsure")


class TestCalendarWriter(CalendarWriterContract):
    pass
