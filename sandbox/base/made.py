"""Texts and moments of made accounts: the same in each run, and never over."""

from datetime import UTC, datetime, timedelta

NAMES = ("Kim", "Zoë", "Łukasz", "Mei", "Amir", "Fatou", "Jonas", "Priya", "Ola", "Noor")
SURNAMES = ("Okafor", "Berg", "Świątek", "Tanaka", "Haddad", "Diallo", "Lind", "Rao", "Nowak", "Said")
SCRIPT = "<script>alert(document.cookie)</script>"
BIDI = "\u202egnp.exe"
ENORMOUS = "An enormous text. " * 6_000
_SLOTS = (8, 9, 10, 11, 13, 14, 15, 16)


def person(number: int) -> tuple[str, str]:
    """Return the name and the address of one of a hundred people."""
    first, last = NAMES[number % 10], SURNAMES[number // 10 % 10]
    return f"{first} {last}", f"guest{number % 100}@guests.example"


def start(now: float, number: int) -> datetime:
    """Return when the booking with this number begins: eight a day, from the day after tomorrow on, in UTC."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=2 + number // len(_SLOTS), hours=_SLOTS[number % len(_SLOTS)])


def stamp(moment: datetime) -> str:
    """Return it as services write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def day(now: float, ahead: int) -> str:
    """Return the date so many days from now."""
    return (datetime.fromtimestamp(now, UTC) + timedelta(days=ahead)).date().isoformat()
