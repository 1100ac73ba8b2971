"""Messages about money: not paid in time, given back, and what stands in the way of it."""

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_for_hosts
from django.utils.translation import gettext_noop as noop_for_hosts

from timetuna.bookings.events import BookingEvent
from timetuna.bookings.notifications.kinds.requests import LAPSED, host_wrote
from timetuna.bookings.notifications.telling import (
    SEE,
    MessageKind,
    Sentences,
    Telling,
    Text,
)
from timetuna.l10n import money
from timetuna.l10n.retold import retold


def _how_much(about: Telling) -> dict[str, str]:
    """In the reader's language."""
    payment = about.booking.payment
    return {
        "refunded": money.in_words(payment.refunded, payment.currency),
        "total": money.in_words(payment.total(), payment.currency),
    }


def _what_went_back(about: Telling) -> Sentences:
    payment, amounts = about.booking.payment, _how_much(about)
    sentence = gettext("%(refunded)s of the %(total)s you paid goes back to you.")
    if payment.refunded >= payment.total():
        sentence = gettext("The %(total)s you paid goes back to you.")
    return (sentence % amounts, gettext("Your bank may take some days for it."))


def _too_late(about: Telling) -> Sentences:
    """Of what was paid when it was not booked any more."""
    if not about.booking.is_off() or about.booking.payment.refunds.exclude(reason="gone").exists():
        return ()
    return (gettext("It was paid when the time was not kept any more, so nothing is booked."),)


def _told_host(about: Telling) -> Sentences:
    amounts = _how_much(about)
    sentence = gettext_for_hosts("%(refunded)s of %(total)s went back to %(guest)s.")
    return (sentence % (amounts | about.named),)


def _latest_reason(about: Telling) -> Sentences:
    """The latest sentence of the history about it."""
    failed = (BookingEvent.REFUND_FAILED, BookingEvent.CAPTURE_FAILED)
    entry = about.booking.history.filter(event__in=failed).last()
    return (retold(entry.text),) if entry else ()


UNPAID = replace(
    LAPSED,
    name="unpaid",
    label=noop_for_hosts("not paid in time"),
    to_booker=Text(
        _("Not paid: %(title)s with %(host)s, %(start)s"),
        _("Your time is not kept any more"),
        (_("It was not paid in time, so nothing is booked and nothing is charged."),),
        _("Choose a new time"),
    ),
)
UNPAID_DECLINED = replace(
    UNPAID,
    name="unpaid_declined",
    label=noop_for_hosts("cancelled before it was paid"),
    to_booker=replace(
        UNPAID.to_booker,
        subject=_("Declined: %(title)s with %(host)s, %(start)s"),
        sentences=(_("%(lead)s cannot take this time."), _("Nothing is charged."), host_wrote),
    ),
)
REFUNDED = MessageKind(
    name="refunded",
    label=noop_for_hosts("money back"),
    to_booker=Text(
        _("Money back: %(title)s with %(host)s, %(start)s"),
        _("Your money goes back to you"),
        (_too_late, _what_went_back),
        SEE,
    ),
    to_host=Text(
        lazy_for_hosts("Money back: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A payment went back"),
        (_told_host,),
        SEE,
    ),
    attachment="",
    says_place=False,
    of_money=True,
)
REFUND_FAILED = replace(
    REFUNDED,
    name="refund_failed",
    label=noop_for_hosts("money could not go back"),
    to_host=Text(
        lazy_for_hosts("Not given back: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("Money could not be given back"),
        (
            _latest_reason,
            lazy_for_hosts("Look at the payment at Stripe, then try again on the booking’s page."),
        ),
        SEE,
    ),
)
CAPTURE_FAILED = replace(
    REFUNDED,
    name="capture_failed",
    label=noop_for_hosts("money could not be collected"),
    to_host=Text(
        lazy_for_hosts("Not collected: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("The payment could not be collected"),
        (
            _latest_reason,
            lazy_for_hosts(
                "The request still waits for your answer. Look at the payment at Stripe, then confirm again."
            ),
        ),
        SEE,
    ),
)
DISPUTED = replace(
    REFUNDED,
    name="disputed",
    label=noop_for_hosts("payment disputed"),
    to_host=Text(
        lazy_for_hosts("Payment disputed: %(title)s with %(guest)s, %(start)s"),
        lazy_for_hosts("A payment is disputed"),
        (
            lazy_for_hosts(
                "The guest’s bank disputes the payment. Answer it at Stripe; the booking stands as it is."
            ),
        ),
        SEE,
    ),
)
KINDS = (UNPAID, UNPAID_DECLINED, REFUNDED, REFUND_FAILED, CAPTURE_FAILED, DISPUTED)
