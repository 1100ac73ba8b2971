"""Translations: what has to be translated, and how a file of them is kept. `python -m tests.languages` updates them.

Every text that goes through Django's translation, in Python or in a template, is found by Babel's extractor; Django's
own `templatize` turns a template into what that reads. The catalogue of a language is one .po file below
timetuna/locale; timetuna/l10n/catalogues.py makes what the product reads from it. What only hosts read is
asked of `HOST_LANGUAGES` alone.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from timetuna.l10n.catalogues import LOCALE, catalogues, compile_changed

PACKAGE = LOCALE.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "AddressError": None,  # raised where no framework is known, and translated where it is caught
}
HOST_KEYWORDS = {
    "gettext_for_hosts": None,
    "lazy_for_hosts": None,
    "noop_for_hosts": None,
    "spoken": None,
    "ngettext_for_hosts": (1, 2),
}
"""By these names files have them that guests read as well: `from … import gettext as gettext_for_hosts`.

`spoken` marks what rooms say that know no framework.
"""


FOR_HOSTS = (
    "templates/app.html",
    "templates/404_host.html",
    "templates/auth.html",
    "templates/429.html",
    "templates/components/[bckpst]*",  # fields, notices and messages are guests' too
    "templates/components/day_*.html",
    "templates/components/form_state.html",
    "templates/django/forms/widgets/file.html",
    "templates/accounts/*",
    "templates/calendars/*",
    "templates/calendars/mail/*",
    "templates/pages/*",
    "templates/pages/*/*",
    "templates/drafts/*",
    "templates/imports/*",
    "templates/webhooks/mail/*",
    "templates/bookings/[!m]*",  # but for the mails, which guests get too
    "templates/bookings/move*",
    "templates/bookings/mail_*",
    "bookings/actions/answer_request.py",
    "bookings/actions/bring.py",
    "bookings/actions/cancel_together.py",
    "bookings/actions/erase.py",
    "bookings/actions/hand_over.py",
    "bookings/actions/note_bounce.py",
    "bookings/actions/renew_link.py",
    "bookings/actions/resend.py",
    "bookings/said_to_hosts.py",
    "bookings/actions/reminders/*.py",
    "bookings/events.py",
    "bookings/forms/host.py",
    "bookings/forms/leave.py",
    "bookings/fulfilment/*.py",
    "bookings/integrations/doubles.py",
    "bookings/integrations/event.py",
    "bookings/integrations/mending.py",
    "bookings/status/*.py",
    "l10n/host_words.py",
    "accounts/*.py",
    "web/problems.py",
    "web/refusals.py",
    "api/*.py",
    "api/*/*.py",
    "templates/api/*",
    "webhooks/*.py",
    "webhooks/*/*.py",
    "templates/webhooks/*",
    "oauth/*.py",
    "oauth/*/*.py",
    "templates/oauth/*",
    "mcp/*.py",
    "mcp/*/*.py",
    "accounts/*/*.py",
    "*/views/host/*.py",
    "payments/connection.py",
    "payments/emails.py",
    "payments/forms.py",
    "payments/actions/c*.py",
    "payments/actions/disconnect.py",
    "payments/views/connecting.py",
    "templates/payments/*",
    "templates/payments/mail/*",
    "bookings/actions/note_unusual.py",
    "bookings/notifications/sample.py",
    "pages/actions/join_page.py",
    "pages/actions/leave_team.py",
    "pages/views/*.py",
    "pages/forms/*.py",
    "pages/forms/*/*.py",
    "pages/actions/*.py",
    "pages/actions/*/*.py",
    "pages/coming_up.py",
    "pages/date_calendar.py",
    "pages/first_steps.py",
    "pages/schedule_lines.py",
    "drafts/*.py",
    "drafts/*/*.py",
    "payments/actions/refund.py",
    "payments/actions/receive.py",
    "payments/actions/follow.py",
    "payments/views/refunds.py",
    "imports/*.py",
    "imports/*/*.py",
    "calendars/*.py",
    "calendars/*/*.py",
    "pages/actions/*.py",
    "pages/queries.py",
    "pages/calendar_impact.py",
    "pages/missing_hosts.py",
    "pages/meeting_types/words.py",
    "pages/models/question.py",
    "templates/insights/*",
    "insights/*.py",
    "insights/*/*.py",
    "bookings/forms/link.py",
    "bookings/forms/website.py",
    "bookings/forms/mail_times.py",
    "bookings/slots/explain.py",
    "bookings/slots/reason*.py",
    "bookings/status/*.py",
)
"""Files that guests see nothing of, as patterns of the end of a path."""
HOST_LANGUAGES = {"de"}


def language_of(path: Path) -> str:
    """Return the code of a catalogue's language."""
    return path.parts[-3]


def to_translate(language: str) -> Catalog:
    """Return every text that its readers meet, without the places it stands at: those change too often."""
    found = Catalog(fuzzy=False)
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and "tests" not in path.parts:
            if language not in HOST_LANGUAGES and any(map(path.match, FOR_HOSTS)):
                continue
            for message, context in _messages(path, for_hosts=language in HOST_LANGUAGES):
                found.add(message, context=context, flags=_flags(message))
    return found


def read(path: Path) -> Catalog:
    """Return a catalogue as it is on disk."""
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path))


def strings_of(message: Message) -> tuple[str, ...]:
    """Return the translation, its plural forms too."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def update(path: Path) -> None:
    """Bring a .po file in step with the texts, keeping what is translated."""
    catalogue = read(path) if path.stat().st_size else Catalog(locale=language_of(path), fuzzy=False)
    catalogue.update(to_translate(language_of(path)), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.header_comment = "# What guests of TimeTuna read. CONTRIBUTING.md says how this file is kept."
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "TimeTuna", "", ""
    catalogue.last_translator, catalogue.language_team = "", ""
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, sort_output=True, include_lineno=False)


@cache
def _messages(path: Path, *, for_hosts: bool) -> list[tuple[str | tuple[str, ...], str | None]]:
    """Return what stands in a file, with its context. Read once for all languages."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - the settings come first

    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        lines = templatize(text).splitlines() if "i18n" in text else []
        text = "\n".join(line.strip() for line in lines)  # read as Python, where indentation would count
    keywords = KEYWORDS | (HOST_KEYWORDS if for_hosts else {})
    found = extract("python", BytesIO(text.encode()), keywords=keywords)
    return [(message, context) for _, message, _, context in found]


def _flags(message: str | tuple[str, ...]) -> tuple[str, ...]:
    texts = message if isinstance(message, tuple) else (message,)
    return ("python-format",) if any("%(" in text for text in texts) else ()


def main() -> None:
    """Update every catalogue."""
    import os  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    for path in catalogues():
        update(path)
        compile_changed()
        missing = [message.id for message in read(path) if message.id and not all(strings_of(message))]
        print(f"{language_of(path)}: {len(missing)} of {len(read(path))} texts have no translation")  # noqa: T201
        for text in missing[:300]:
            print(f"  {text!r}")  # noqa: T201


if __name__ == "__main__":
    main()
