"""What the tabs of a page's editor have in common: several people may save the same page at once."""

import re
from collections.abc import Mapping

from timetuna.accounts.activity import Changed, Deed, Who, note
from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import lock_addresses
from timetuna.web.saving import ColumnsForm, FormPart


def lock_page(page: BookingPage) -> None:
    """Whoever saves, it is its owner's page."""
    lock_addresses(page.host_id, page.team_id)


_TOLD = {"title", "slug"}
_UNTOLD = {"schedule"}
"""How somebody calls their hours is theirs alone."""
_LONGEST = 120
_OF_A_HOST = re.compile(r"host(\d+)-")


def note_changes(page: BookingPage, changes: Mapping[str, tuple[FormPart, FormPart]]) -> None:
    """Write down what was changed, and of what that can be told to all who run the page from what to what."""
    if not changes:
        return
    rows = {str(row.pk): row for row in page.page_hosts.select_related("host")}
    people: dict[str, Who] = {}
    told = []
    for name, (before, after) in changes.items():
        label, of_host = after.label, _OF_A_HOST.match(name)
        if of_host and (row := rows.get(of_host[1])) and row.host_id:
            people[f"host{row.pk}"] = row.host_id, row.host.name
            label = f"{label.removesuffix(row.host.name)}{{host{row.pk}}}"
        short = max(len(before.text), len(after.text)) <= _LONGEST
        tells = short and name not in _UNTOLD and (after.told or name in _TOLD)
        told.append(Changed(label, *((before.text, after.text) if tells else ())))
    note(Deed.PAGE_CHANGED, **page.about(), people=people, changes=told)


class PageForm(ColumnsForm[BookingPage]):
    """Of the page's own columns."""

    def lock(self, host_id: int) -> None:  # noqa: ARG002
        lock_page(self.instance)

    def note(self, changes: Mapping[str, tuple[FormPart, FormPart]]) -> None:
        note_changes(self.instance, changes)
