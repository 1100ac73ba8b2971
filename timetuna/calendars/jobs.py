"""Work of connections that is done later."""

from timetuna.calendars.actions.acknowledge_deauthorization import acknowledge_deauthorization
from timetuna.calendars.actions.forget_expired import forget_expired
from timetuna.calendars.emails import reconnect_mail
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.registry import job
from timetuna.mailing import deliver


@job("calendars.reconnect_mail")
def send_reconnect_mail(*, account: int) -> None:
    """Tell a host that a connection needs them, unless it was mended meanwhile."""
    row = CalendarAccount.objects.select_related("host").filter(pk=account, needs_reconnect=True).first()
    if row is not None:
        deliver(reconnect_mail(row))


@job("calendars.acknowledge_deauthorization")
def send_acknowledgement(*, sealed: str, provider: str, row: str) -> None:
    """Tell the provider that the data is gone."""
    acknowledge_deauthorization(sealed, provider=provider, row=row)


@job("calendars.forget_expired")
def forget() -> None:
    """Delete authorizations that nobody finished in time."""
    forget_expired()
