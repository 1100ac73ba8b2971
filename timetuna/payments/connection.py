"""What a host sees of their account at Stripe, beside the other connections; and what pages ask of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from timetuna.calendars.hooks import Banner, CardBeside
from timetuna.calendars.queries import Listing, logo_of
from timetuna.l10n.retold import retold
from timetuna.pages.hooks import PaidInto, on_accounts_asked
from timetuna.pages.models import BookingPage
from timetuna.payments.models import StripeAccount
from timetuna.providers.registry import providers
from timetuna.stripe import stripe


def listing() -> Listing:
    """Always ready: a key of the host's own needs nothing of the operator."""
    provider = providers()["stripe"]
    return Listing(
        slug=provider.slug,
        named=provider.label,
        logo=logo_of(provider.logo),
        ready=True,
        one_per_host=True,
        by_form=not stripe().is_platform(),
        gives=gettext(provider.gives),
    )


def form_targets() -> tuple[str, ...]:
    """For the content security policy's form-action: where connecting leads to."""
    if not stripe().is_platform():
        return ()
    parts = urlsplit(stripe().authorize_url(state=""))
    return (f"{parts.scheme}://{parts.netloc}",)


@dataclass(frozen=True, slots=True)
class StripeCard:
    """account: None where none is connected.  losses: what disconnecting it means."""

    listing: Listing
    account: StripeAccount | None
    losses: tuple[str, ...] = ()

    def own_key(self) -> bool:
        return bool(self.account and self.account.kind == StripeAccount.Kind.OWN)


def cards(host_id: int) -> Sequence[CardBeside]:
    account = StripeAccount.objects.filter(host=host_id).first()
    card = StripeCard(listing(), account, _losses(host_id) if account else ())
    return [CardBeside("payments/stripe_card.html", card)]


def _losses(host_id: int) -> tuple[str, ...]:
    count = _paid_pages(host_id).count()
    if not count:
        return ()
    sentence = ngettext(
        "%(count)d page with a price takes no bookings then.",
        "%(count)d pages with a price take no bookings then.",
        count,
    )
    return (sentence % {"count": count},)


def _paid_pages(host_id: int) -> QuerySet[BookingPage]:
    return BookingPage.objects.filter(host=host_id).exclude(currency="")


def troubled(host_id: int) -> QuerySet[Any]:
    """The account, where guests cannot pay by it."""
    return StripeAccount.objects.filter(host=host_id).exclude(problem="").order_by().values_list("pk")


def banners(host_id: int) -> list[Banner]:
    account = StripeAccount.objects.filter(host=host_id).exclude(problem="").first()
    if account is None:
        return []
    lines = [retold(account.problem)]
    if _paid_pages(host_id).exists():
        lines.append(gettext("Until then, your pages with a price take no bookings."))
    title = gettext("Guests cannot pay you by Stripe (%(account)s).") % {"account": account.name}
    link = f"{reverse('settings_providers')}#stripe"
    return [Banner(title=title, lines=tuple(lines), link=link, action=gettext("Look at Stripe"))]


@on_accounts_asked
def paid_into(host_ids: Collection[int]) -> dict[int, PaidInto]:
    rows = StripeAccount.objects.filter(host__in=host_ids)
    return {row.host_id: PaidInto(row.currency, works=row.works()) for row in rows}
