"""Takes a cohost off a page. Meetings that exist stay theirs."""

from django.db import transaction

from timetuna.pages.models import BookingPage, PageHost


def remove_cohost(page: BookingPage, host_id: int) -> bool:
    """Whether they took part until now. Their share of the turns stays as it is; a page's owner stays, too."""
    with transaction.atomic():
        BookingPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
        rows = PageHost.objects.filter(page=page, host=host_id, active=True).exclude(host=page.host_id)
        return bool(rows.update(active=False))
