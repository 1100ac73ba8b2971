"""A page that wants numbers verified, and the texts that its guests get."""

import re

from timetuna.bookings.tests.conftest import tomorrow, work_off
from timetuna.bookings.tests.proving import HERE, filled, guest, open_form, opened_before, post, solved

NUMBER, KEPT = "01512 3456789", "+4915123456789"


def code_texted(phones, to=KEPT):
    """Let the work be done, and return the newest code that was texted to the number."""
    work_off()
    return re.search(r"#(\d{6})$", phones.texts(to)[-1].body)[1]


def fill(answer, **changes):
    """Return what a browser sends of a form that asks for a number, with its work done."""
    data = filled(answer, phone=NUMBER, phone_country="DE", zone="Europe/Berlin", opened=opened_before())
    if answer.context.get("challenge"):
        data |= {"proof": solved(answer)}
    return data | changes


def ask(who=None, start=None, *, address=HERE, **changes):
    """Open the form and send it; the page that asks for the code."""
    who = who or guest(address)
    return post(who, fill(open_form(who, start or tomorrow(), zone="Europe/Berlin"), **changes))


def confirm(who, answer, code, **changes):
    return post(who, fill(answer, text_code=code, **changes))
