"""Work of connections that is done later."""

from timetuna.calendars.actions.acknowledge_deauthorization import acknowledge_deauthorization
from timetuna.calendars.actions.forget_expired import forget_expired
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.emails import reconnect_mail
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.registry import GiveUp, Retry, job
from timetuna.mailing import deliver
from timetuna.providers.errors import NeedsReconnect, ProviderError


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


@job("calendars.list")
def look_for_calendars(*, account: int) -> None:
    """Learn which calendars an account has."""
    try:
        list_calendars(account)
    except NeedsReconnect as error:
        raise GiveUp(str(error)) from error
    except ProviderError as error:
        if error.permanent:
            raise GiveUp(str(error)) from error
        raise Retry(str(error), at=error.retry_after) from error
