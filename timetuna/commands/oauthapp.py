"""`timetuna oauthapp`: the apps that hosts can connect, for whoever runs the server."""

import argparse

from django.db.models import Count, Q
from django.utils import timezone
from oauth2_provider.models import Application

from timetuna.commands.database import database_answers
from timetuna.lib.text import single_line
from timetuna.oauth.actions.disconnect import remove_app
from timetuna.oauth.actions.register import WrongRegistration, create_app
from timetuna.oauth.queries import is_verified
from timetuna.processes.ending import Refusal


def run(options: argparse.Namespace) -> int:
    """Print a new app's id, and its secret where it has one, a line each; the list is tab separated."""
    with database_answers():
        _DO[options.action](options)
    return 0


def _create(options: argparse.Namespace) -> None:
    if not single_line(options.name, max_length=80):
        raise Refusal("Say with --name what hosts read when they are asked.")
    try:
        application, secret = create_app(options.name, options.redirect, confidential=options.confidential)
    except WrongRegistration as error:
        raise Refusal(f"Say with --redirect where it leads back to. {error}") from error
    print(application.client_id)
    if secret:
        print(secret)


def _list(_options: argparse.Namespace) -> None:
    connected = Count("connections", filter=Q(connections__ended_at=None))
    for application in Application.objects.annotate(hosts=connected).order_by("created", "pk"):
        made = "operator" if is_verified(application) else "itself"
        cells = application.client_id, application.name, made, application.hosts, application.redirect_uris
        print("\t".join(map(str, cells)))


def _delete(options: argparse.Namespace) -> None:
    application = Application.objects.filter(client_id=options.id).first()
    if application is None:
        raise Refusal("Say the id of an app that there is; `timetuna oauthapp list` shows all.")
    remove_app(application, now=timezone.now())
    print(f"{options.id} is gone, from all accounts too.")


_DO = {"create": _create, "list": _list, "delete": _delete}
