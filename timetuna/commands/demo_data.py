"""The demo's first start, in a process of its own: tables, files, an example host with a page."""

import os
import sys

import django

from timetuna.commands.demo import EMAIL, HANDLE, PASSWORD, SLUG
from timetuna.environment import SettingsError
from timetuna.processes.ending import Refusal

REFUSED = 2


def main() -> int:
    """Bring everything up to date, and make the example where there is no host yet."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "timetuna.settings"
    try:
        django.setup()
        from timetuna.commands.migrate import bring_up_to_date  # noqa: PLC0415 - needs django.setup()

        bring_up_to_date()
    except (SettingsError, Refusal) as error:
        print(error, file=sys.stderr)
        return REFUSED
    _make_example()
    return 0


def _make_example() -> None:
    from timetuna.accounts.actions.create_host import create_host  # noqa: PLC0415
    from timetuna.accounts.models import User  # noqa: PLC0415
    from timetuna.pages.actions.create_page import create_page  # noqa: PLC0415

    if User.objects.exists():
        return
    host = create_host(email=EMAIL, name="Robin Host", handle=HANDLE, password=PASSWORD, time_zone="UTC")
    page = create_page(host, title="Intro call", minutes=(15, 30, 60), meeting_types={"phone": ""})
    page.slug = SLUG
    page.save(update_fields=["slug"])


if __name__ == "__main__":
    sys.exit(main())
