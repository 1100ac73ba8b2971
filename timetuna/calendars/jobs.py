"""Work of connections that is done later."""

from datetime import timedelta

from timetuna.calendars.actions.acknowledge_deauthorization import acknowledge_deauthorization
from timetuna.calendars.actions.forget_expired import forget_expired
from timetuna.calendars.actions.list_calendars import enqueue_lists, list_calendars
from timetuna.calendars.actions.refresh_due import refresh_due
from timetuna.calendars.actions.report_incident import episode_over, last_told, open_episode, settle
from timetuna.calendars.emails import mended_mail, reconnect_mail, trouble_mail
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.registry import MAIL, GiveUp, Retry, job, recurring
from timetuna.mail_delivery import deliver
from timetuna.providers.errors import NeedsReconnect, ProviderError


@job("calendars.reconnect_mail", lane=MAIL)
def send_reconnect_mail(*, account: int) -> None:
    """Tell a host that a connection needs them, unless it was mended meanwhile."""
    row = CalendarAccount.objects.select_related("host").filter(pk=account, needs_reconnect=True).first()
    if row is not None:
        deliver(reconnect_mail(row))


@job("calendars.trouble_mail", lane=MAIL)
def send_trouble_mail(*, account: int) -> None:
    """Tell a host that calendars cannot be read, unless they can meanwhile."""
    row = CalendarAccount.objects.select_related("host").filter(pk=account, needs_reconnect=False).first()
    episode = open_episode(account)
    if row is not None and episode is not None:
        deliver(trouble_mail(row, episode=episode))


@job("calendars.mended_mail", lane=MAIL)
def send_mended_mail(*, account: int) -> None:
    """Tell a host that what they were told of is over, unless it began again."""
    row = CalendarAccount.objects.select_related("host").filter(pk=account).first()
    over = episode_over(account)
    if row is not None and over:
        try:
            deliver(mended_mail(row, [one.name for one in over], episode=last_told(over)))
        except GiveUp:  # an address that takes no mail must not hide the next trouble
            settle(over)
            raise
        settle(over)


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


@recurring("calendars.list_all", every=timedelta(hours=1))
def list_all() -> None:
    """Have accounts whose calendars were listed more than a day ago listed again."""
    enqueue_lists()


# Two of them, so that two worker processes share the work; what one reads is out of the other's way.
@recurring("calendars.refresh_due", every=timedelta(seconds=5))
def refresh_calendars() -> None:
    """Read the calendars that are due."""
    refresh_due()


@recurring("calendars.refresh_due_too", every=timedelta(seconds=5))
def refresh_calendars_too() -> None:
    """Read the calendars that are due."""
    refresh_due()
