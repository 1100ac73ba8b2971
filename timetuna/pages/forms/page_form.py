"""What the tabs of a page's editor have in common: several people may save the same page at once."""

from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import lock_addresses
from timetuna.web.saving import ColumnsForm


def lock_page(page: BookingPage) -> None:
    """Whoever saves, it is its owner's page."""
    lock_addresses(page.host_id, page.team_id)


class PageForm(ColumnsForm[BookingPage]):
    """Of the page's own columns."""

    def lock(self, host_id: int) -> None:  # noqa: ARG002
        lock_page(self.instance)
