"""`timetuna createhost`."""

import argparse
import getpass
import sys

from django.conf import settings

from timetuna.accounts.actions.create_host import create_host
from timetuna.accounts.handles import RESERVED, SHORTEST, handle_for
from timetuna.accounts.models import User
from timetuna.commands.database import database_answers
from timetuna.processes.ending import Refusal


def run(options: argparse.Namespace) -> int:
    """Make the account; the password is asked for twice, or read from standard input."""
    password = _password(from_stdin=options.password_stdin)
    try:
        with database_answers():
            host = create_host(
                email=options.email,
                name=options.name,
                handle=options.handle or "",
                password=password,
                time_zone=options.time_zone,
            )
    except ValueError as error:
        raise Refusal(str(error)) from error
    base = settings.BASE_URL
    print(f"{host.name} can sign in at {base}/signin; their pages begin with {base}/{host.handle}/.")
    if why := "" if options.handle else _why_another(host):
        print(f"{why} --handle says which one to take; Settings → Profile changes it.")
    return 0


def _why_another(host: User) -> str:
    """Why the public address is not the one that the name makes; "" where it is."""
    wanted = handle_for(host.name)
    if host.handle == wanted:
        return ""
    if wanted in RESERVED:
        return f"The address /{wanted} is reserved for TimeTuna's own pages."
    if len(wanted) < SHORTEST:
        return "The name is too short for an address, or has no letters from a to z."
    return f"The address /{wanted} is taken."


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refusal("There is no terminal to ask for the password on; pipe it in with --password-stdin.")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Once more: "):
        raise Refusal("The two passwords are not the same.")
    return password
