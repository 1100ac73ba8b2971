"""`timetuna apikey`: keys by which programs act for a host, for whoever runs the server."""

import argparse
from datetime import datetime

from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.api.actions.keys import USUAL_DAYS, NewKey, TooManyKeys, create_key, revoke_key
from timetuna.api.models import ApiKey
from timetuna.api.scopes import ApiScope
from timetuna.commands.database import database_answers
from timetuna.processes.ending import Refusal

_MOST_DAYS = 36_500


def run(options: argparse.Namespace) -> int:
    """Print a new key alone on one line; the list is tab separated."""
    with database_answers():
        _DO[options.action](options)
    return 0


def _create(options: argparse.Namespace) -> None:
    host = _host(options.email)
    if unknown := [one for one in options.scope if one not in {str(known) for known in ApiScope}]:
        raise Refusal(f"There is no scope {unknown[0]}. There are: {', '.join(ApiScope)}.")
    if not options.scope:
        raise Refusal(f"Say with --scope what the key may do: {', '.join(ApiScope)}.")
    days = USUAL_DAYS if options.expires is None else options.expires
    if not 1 <= days <= _MOST_DAYS:
        raise Refusal(f"--expires is a number of days from 1 to {_MOST_DAYS}.")
    scopes = [ApiScope(one) for one in options.scope]
    wanted = NewKey(name=options.name or "operator", scopes=scopes, days=days, by_operator=True)
    try:
        _, token = create_key(host, wanted, now=timezone.now())
    except TooManyKeys as error:
        raise Refusal(str(error)) from error
    print(token)


def _list(options: argparse.Namespace) -> None:
    rows = ApiKey.objects.select_related("owner").order_by("owner__email", "created_at")
    if options.email:
        rows = rows.filter(owner=_host(options.email))
    now = timezone.now()
    for key in rows:
        cells = key.public_id, key.owner.email, key.name, key.start, " ".join(key.scopes), _state(key, now)
        print("\t".join(cells))


def _revoke(options: argparse.Namespace) -> None:
    key = ApiKey.objects.filter(public_id=options.id).first()
    if key is None:
        raise Refusal("Say the id of a key that there is; `timetuna apikey list` shows all.")
    revoke_key(key, now=timezone.now())
    print(f"{key.public_id} opens nothing any more.")


_DO = {"create": _create, "list": _list, "revoke": _revoke}


def _host(email: str) -> User:
    found = User.objects.filter(email=email.lower(), is_active=True).first() if email else None
    if found is None:
        raise Refusal("Say with --email whose key it is: the mail address of a host who is not switched off.")
    return found


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    if key.expires_at and key.expires_at <= now:
        return "expired"
    return f"good until {key.expires_at:%Y-%m-%d}" if key.expires_at else "good"
