"""A guest without a browser: opens pages, fills forms, sends them."""

import re
from datetime import datetime, timedelta
from html import unescape

import httpx2

from tests.clock import present

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
TIME = re.compile(r'class="time"\s+href="([^"]+)"')


class Guest:
    """One client with its own cookies. link: the secret part of the link it came by."""

    def __init__(self, page_url: str, *, number: int = 0, link: str = "") -> None:
        self.page_url = page_url
        self.link = {"link": link} if link else {}
        self.email = f"guest{number}@guest.example"
        self.client = httpx2.Client(timeout=30, trust_env=False, verify=False)

    def close(self) -> None:
        self.client.close()

    def open_form(self, start: datetime, *, minutes: int = 30) -> dict[str, str]:
        """Open the form for a time and return what a browser would send back."""
        query = {"start": f"{start:%Y-%m-%dT%H:%MZ}", "duration": f"{minutes}", "zone": "UTC"} | self.link
        answer = self.client.get(f"{self.page_url}/book", params=query)
        assert answer.status_code == 200, answer.text
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}
        typed = {"name": "Sam Guest", "email": self.email, "phone": "+49 30 123456"}
        return hidden | typed | {"notes": "Hello", "guests": ""}

    def look_at_form(self, start: datetime) -> dict[str, str]:
        """Return a form that holds nothing, as a browser gets it that looks ahead."""
        self.client.headers["Sec-Purpose"] = "prefetch"
        form = self.open_form(start)
        del self.client.headers["Sec-Purpose"]
        assert not form["hold"]
        return form

    def pick(self, form: dict[str, str]) -> httpx2.Response:
        """Pick the form's time, which then takes along the token that was got: it is empty where there was none."""
        query = {"start": form["start"], "duration": "30", "zone": "UTC"}
        answer = self.client.get(f"{self.page_url}/book", params=query)
        form["hold"] = dict(HIDDEN.findall(answer.text)).get("hold", "")
        return answer

    def send(self, form: dict[str, str]) -> httpx2.Response:
        """Confirm."""
        headers = {"Referer": self.page_url}
        return self.client.post(f"{self.page_url}/book", data=form, headers=headers)

    def cancel(self, link: str) -> httpx2.Response:
        """Open the page that cancels the booking behind a link, and confirm."""
        address = f"{self.page_url.rsplit('/', 2)[0]}{link}/cancel"
        answer = self.client.get(address)
        if answer.status_code != 200:  # it is cancelled already, and the answer leads there
            return answer
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}
        return self.client.post(address, data=hidden | {"note": ""}, headers={"Referer": address})


class Browser(Guest):
    """A guest with a browser of its own, so that the server takes it for another client."""

    def __init__(self, page_url: str, *, number: int = 0) -> None:
        super().__init__(page_url, number=number)
        self.client.headers["User-Agent"] = f"Browser {number}"


def weekdays(count: int, *, per_day: int = 14) -> list[datetime]:
    """Return so many half hours of coming weekdays between 9 and 16 UTC, when a new page is open."""
    day = present().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found: list[datetime] = []
    while len(found) < count:
        if day.weekday() < 5:
            found += [day + timedelta(minutes=30 * number) for number in range(per_day)]
        day += timedelta(days=1)
    return found[:count]
