"""`timetuna check`: what is set, what is missing, what runs. Never shows a secret."""

import argparse
import importlib
import os

from timetuna import __version__
from timetuna.commands.checks.report import Report
from timetuna.environment import SETTINGS, Environment, SettingsError
from timetuna.processes.listening import parse_listen
from timetuna.providers.registry import providers


def run(options: argparse.Namespace) -> int:
    """Print the findings; return 1 when something necessary is missing."""
    report = Report()
    print(f"TimeTuna {__version__}")
    env = _environment(report)
    _list_settings(report, env)
    _providers(report, env)
    if _settings_load(report, env):
        _address(report, env)
        running = importlib.import_module("timetuna.commands.checks.running")
        running.look(report, mail_to=options.mail_to)
    print()
    print("Something necessary is missing." if report.missing else "Everything necessary is there.")
    return 1 if report.missing else 0


def _environment(report: Report) -> Environment:
    """Read the settings; say which variables are none of ours, and go on without them."""
    while True:
        try:
            return Environment(os.environ)
        except SettingsError as error:
            report.lacks(str(error))
            del os.environ[str(error).split()[0]]


def _list_settings(report: Report, env: Environment) -> None:
    report.heading("Settings")
    for setting in SETTINGS:
        try:
            value = env.text(setting.name)
        except SettingsError as error:
            report.lacks(str(error))
            continue
        shown = ("set" if setting.secret else _without_password(value)) if value else "not set"
        report.show(f"  {setting.name:<27} {shown:<22}  {setting.help}")


def _without_password(value: str) -> str:
    # By hand: in an address that is written wrongly, urlsplit finds only a part of the password, or none.
    scheme, separator, rest = value.partition("://")
    user, at, place = rest.rpartition("@")
    if not separator or "password=" in value:
        return f"{scheme}://…" if separator else value
    name, colon, _ = user.partition(":")
    return f"{scheme}://{name}{colon and ':…'}{at}{place}"


def _providers(report: Report, env: Environment) -> None:
    report.heading("Outside services")
    for provider in providers().values():
        service, names = provider.service or provider.label, provider.required()
        if not names:
            continue
        try:
            complete = env.together(*names)
        except SettingsError as error:
            report.lacks(str(error))
            continue
        if complete:
            report.ok(f"{service} is set up.")
        else:
            report.note(f"{service} is not offered; {', '.join(names)} switch it on.")


def _settings_load(report: Report, env: Environment) -> bool:
    report.heading("Start")
    try:
        importlib.import_module("timetuna.settings")
        env.parsed("TIMETUNA_LISTEN", parse_listen)
    except SettingsError as error:
        report.lacks(str(error))
        return False
    report.ok("The settings can be used.")
    return True


def _address(report: Report, env: Environment) -> None:
    settings = importlib.import_module("timetuna.settings")
    if settings.HTTPS:
        report.ok(f"Pages are under {settings.BASE_URL}.")
        if not env.text("TIMETUNA_TRUSTED_PROXIES"):
            report.note(
                "TIMETUNA_TRUSTED_PROXIES is not set: a reverse proxy is not believed, browsers that come "
                "through it are sent to https again and again, and all of them count as one network."
            )
    elif settings.HOST in settings.LOOPBACK:
        report.note("TIMETUNA_BASE_URL leads to this machine only; set it to the https address people use.")
    else:
        report.note(
            "TIMETUNA_BASE_URL is not https: passwords travel in the clear, and Zoom refuses the address."
        )
    if settings.SIGNUP_OPEN and settings.HOST not in settings.LOOPBACK:
        report.note(
            f"Sign-up is open: whoever finds {settings.BASE_URL}/signup makes an account here. "
            "With TIMETUNA_SIGNUP=closed only `timetuna createhost` does."
        )
