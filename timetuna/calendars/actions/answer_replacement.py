"""Do what the host answered when another outside account was about to replace the linked one."""

from django.utils import timezone

from timetuna.calendars.access_tokens import open_grant
from timetuna.calendars.actions.begin_connecting import Visit
from timetuna.calendars.actions.store_grant import Grant, store_grant
from timetuna.calendars.models import Authorization
from timetuna.calendars.queries import waiting_grant


def answer_replacement(visit: Visit, authorization_id: int, *, replace: bool) -> bool:
    """Use the waiting grant up: store it in place of the linked account, or forget it. False when it is gone."""
    row = waiting_grant(
        authorization_id, host_id=visit.host_id, provider=visit.provider, session_key=visit.session_key
    )
    if row is None:
        return False
    deleted, _ = Authorization.objects.filter(pk=row.pk, expires_at__gt=timezone.now()).delete()
    if not deleted:
        return False
    if replace:
        tokens, profile = open_grant(row)
        store_grant(Grant(row.provider, tokens, profile, row.created_at), host_id=row.host_id, replace=True)
    return True
