"""`timetuna …`: the few commands a person types. One verb a file in commands/; this file only finds them."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from timetuna import __version__
from timetuna.environment import SettingsError
from timetuna.processes.ending import Refusal

REFUSED = 2
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command, as argparse wants it."""

    flag: str
    help: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name (and module), one sentence, whether it works with the database, and its options."""

    name: str
    help: str
    django: bool = False
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()


PARENT = Option("--parent", argparse.SUPPRESS, {"type": int, "default": 0})
PASSWORD_STDIN = Option(
    "--password-stdin", "Read the password from standard input.", {"action": "store_true"}
)
REPLACE = "--replace"
COMMANDS = (
    Command("serve", "Bring everything up to date, then run web and worker together."),
    Command(
        "demo",
        "Try TimeTuna with an example host and stand-ins for Zoom, Stripe and mail.",
        options=(
            Option(
                "--port", "Port of TimeTuna; the stand-ins take the next two.", {"type": int, "default": 8000}
            ),
            Option("--data-dir", "Where the demo keeps its data.", {"default": "var/demo"}),
        ),
    ),
    Command("web", "Run the web server alone.", options=(PARENT,)),
    Command(
        "worker", "Run the worker alone: mails, meetings, everything that happens later.", True, (PARENT,)
    ),
    Command(
        "createhost",
        "Make an account for somebody who can be booked.",
        django=True,
        options=(
            Option("--email", "Mail address, used to sign in.", {"required": True}),
            Option("--name", "Name as guests read it.", {"required": True}),
            Option("--handle", "First part of the public address; made from the name when left out."),
            Option("--time-zone", "IANA name such as Europe/Paris.", {"default": "UTC"}),
            PASSWORD_STDIN,
        ),
    ),
    Command(
        "hosts",
        "List who has an account; switch somebody off or on; hand over bookings; delete who has left.",
        django=True,
        options=(
            Option(
                "action",
                "What to do.",
                {"choices": ("list", "disable", "enable", "hand-over", "make-owner", "delete")},
            ),
            Option("who", "A mail address, or the first part of a public address.", {"nargs": "?"}),
            Option(
                "--bookings",
                "What becomes of those that are to come, with disable and delete; turn is to whoever's turn it is.",
                {"choices": ("keep", "hand-over", "turn", "cancel"), "default": "keep"},
            ),
            Option("--to", "Who gets the bookings that are to come.", {}),
            Option("--team", "The address of the team that gets another owner.", {}),
            Option("--json", "List as JSON, for programs.", {"action": "store_true"}),
            Option("--yes", "Delete without asking.", {"action": "store_true"}),
        ),
    ),
    Command(
        "apikey",
        "Make, list or revoke keys by which programs act for a host.",
        django=True,
        options=(
            Option("action", "What to do.", {"choices": ("create", "list", "revoke")}),
            Option("id", "Of the key that is revoked, as the list has it.", {"nargs": "?", "default": ""}),
            Option("--email", "The host whose key it is.", {"default": ""}),
            Option("--name", "What it is for.", {"default": ""}),
            Option(
                "--scope",
                "What it may do: one or several, and it can be said again.",
                {"action": "extend", "nargs": "+", "default": []},
            ),
            Option("--expires", "In so many days; without it in a year.", {"type": int, "metavar": "DAYS"}),
        ),
    ),
    Command(
        "oauthapp",
        "Register, list or delete apps that hosts can connect, such as Zapier.",
        django=True,
        options=(
            Option("action", "What to do.", {"choices": ("create", "list", "delete")}),
            Option("id", "Of the app that is deleted, as the list has it.", {"nargs": "?", "default": ""}),
            Option("--name", "What hosts read when they are asked.", {"default": ""}),
            Option(
                "--redirect",
                "Where it leads back to; say it again for more.",
                {"action": "append", "default": []},
            ),
            Option("--confidential", "It can keep a secret, which is printed.", {"action": "store_true"}),
        ),
    ),
    Command(
        "busy",
        "Show when a calendar is busy, as TimeTuna sees it: a file or the address of a feed.",
        options=(
            Option(
                "source",
                "A file, an address that begins with https:// or webcal://, or calendar:17, a connected one.",
            ),
            Option("--from", "First day, or a date and time.", {"dest": "first", "required": True}),
            Option(
                "--to", "The day before which to stop, or a date and time.", {"dest": "end", "required": True}
            ),
            Option("--zone", "IANA name of the owner's time zone.", {"default": "UTC"}),
        ),
    ),
    Command(
        "bounce", "Take a mail that came back, on standard input, and note it at its booking.", django=True
    ),
    Command(
        "check",
        "Say what is set, what is missing, and what runs.",
        aliases=("doctor",),
        options=(
            Option("--mail-to", "Send one mail to this address.", {"default": "", "metavar": "ADDRESS"}),
        ),
    ),
    Command(
        "insights",
        "Count the days that Insights shows anew, from the bookings.",
        django=True,
        options=(Option("action", "What to do.", {"choices": ("rebuild",)}),),
    ),
    Command("newkeys", "Print the two keys a server needs."),
    Command("rotatekeys", "Seal every stored secret with the newest encryption key.", django=True),
    Command(
        "backup",
        "Write everything that is stored into one file, while the server runs.",
        django=True,
        options=(
            Option("file", "Where to; only you can read it. It does not hold the keys."),
            Option(REPLACE, "Put it in place of an older file of that name.", {"action": "store_true"}),
        ),
    ),
    Command(
        "restore",
        "Put what a backup holds into the database. TimeTuna must not be running.",
        django=True,
        options=(
            Option("file", "A backup of the same kind of database."),
            Option(
                REPLACE,
                "Also where there are accounts already; they are kept in a file.",
                {"action": "store_true"},
            ),
        ),
    ),
    Command("migrate", "Bring database and collected files up to date.", django=True),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 when it found something wrong, 2 when it refused."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # the database and what lies beside it are nobody else's to read
    command: Command = options.command
    try:
        return int(_load(command).run(options))
    except (SettingsError, Refusal) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timetuna", description="A scheduling product on your own server.")
    parser.add_argument("--version", action="version", version=f"TimeTuna {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        verb = verbs.add_parser(
            command.name, help=command.help, description=command.help, aliases=list(command.aliases)
        )
        verb.set_defaults(command=command)
        for option in command.options:
            verb.add_argument(option.flag, help=option.help, **option.more)
    return parser


def _load(command: Command) -> Any:
    if command.django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timetuna.settings")
        importlib.import_module("django").setup()
    return importlib.import_module(f"timetuna.commands.{command.name}")
