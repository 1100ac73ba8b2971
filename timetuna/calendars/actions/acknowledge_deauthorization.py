"""Tell a provider that the data of an account that removed us is gone."""

import logging

from timetuna.calendars.queries import webhooks
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.jobs.queue import GiveUp, Retry, job
from timetuna.providers.errors import NeedsReconnect, ProviderError

log = logging.getLogger("timetuna.calendars")
TRIES = 5


@job("calendars.acknowledge_deauthorization")
def acknowledge_deauthorization(sealed: str, *, provider: str, row: str) -> None:
    """Make the call, a few times at most. Whatever comes of it, the job's row keeps none of the ids afterwards.

    sealed: what to send, "" when that was done before. row: the key of the job's own row. Raises Retry, GiveUp.
    """
    if not sealed:
        return
    service = webhooks(provider)
    content = box().open(sealed, context=f"jobs.acknowledge:{provider}")
    try:
        if service is not None:
            service.acknowledge_deauthorization(content)
    except (ProviderError, NeedsReconnect) as error:
        if getattr(error, "permanent", True) or _tries(row) >= TRIES:
            log.warning("%s did not take the acknowledgement of a removal: %s", provider, error.code)
            _wipe(row)
            raise GiveUp(
                "The provider did not take the acknowledgement; the data is gone all the same."
            ) from error
        raise Retry("The provider has not taken the acknowledgement yet.") from error
    _wipe(row)


def _tries(row: str) -> int:
    return Job.objects.values_list("attempts", flat=True).filter(key=row).first() or 0


def _wipe(row: str) -> None:
    for mine in Job.objects.filter(key=row):
        mine.arguments["sealed"] = ""
        Job.objects.filter(pk=mine.pk).update(arguments=mine.arguments)
