"""A server whose address is an IPv6 one serves every page and takes every form."""

import socket
from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest

from tests.guest import HIDDEN, Guest, weekdays
from tests.running import PASSWORD, Host, LiveTimeTuna, running_timetuna

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTimeTuna]:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
            port = taken.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    place = {"TIMETUNA_BASE_URL": f"http://[::1]:{port}", "TIMETUNA_LISTEN": f"[::1]:{port}"}
    with running_timetuna(tmp_path_factory.mktemp("ipv6"), **place) as live:
        yield live


@pytest.fixture(scope="module")
def host(live: LiveTimeTuna) -> Host:
    return live.new_host()


def test_a_guest_books_and_both_get_mails_that_lead_back(live: LiveTimeTuna, host: Host) -> None:
    with closing(Guest(host.page_url)) as guest:
        guest.client.headers["Origin"] = live.base_url

        answer = guest.send(guest.open_form(weekdays(1)[0]))

        assert answer.status_code == 302
        assert guest.client.get(live.base_url + answer.headers["Location"]).status_code == 200
    for address in (guest.email, host.email):
        [mail] = live.sandbox.wait_for_mail(address)
        assert f"{live.base_url}/b" in mail["text"]


def test_a_host_signs_in_and_opens_their_pages(live: LiveTimeTuna, host: Host) -> None:
    with httpx2.Client(base_url=live.base_url, trust_env=False, headers={"Origin": live.base_url}) as browser:
        hidden = dict(HIDDEN.findall(browser.get("/signin").text))
        answer = browser.post("/signin", data=hidden | {"login": host.email, "password": PASSWORD})

        assert (answer.status_code, answer.headers["Location"]) == (302, "/booking-pages")
        for path in ("/booking-pages", f"/booking-pages/{host.page_pk}", "/bookings", "/settings/profile"):
            assert browser.get(path, follow_redirects=True).status_code == 200
        assert all(name.startswith("timetuna_") for name in browser.cookies)


def test_the_same_address_written_otherwise_is_the_same(live: LiveTimeTuna) -> None:
    port = live.base_url.rpartition(":")[2]

    answer = httpx2.get(f"{live.base_url}/signin", headers={"Host": f"localhost:{port}"}, trust_env=False)

    assert answer.status_code == 200
