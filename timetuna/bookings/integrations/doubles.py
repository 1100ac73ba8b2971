"""Meetings that may stand beside the one in use, since nobody said how making them ended."""

from django.utils.translation import gettext, ngettext

from timetuna.bookings.integrations.location import Location


def duplicates(where: Location) -> str:
    """How many may; "" where none can."""
    count = where.possible_duplicates
    if not count:
        return ""
    beside = ngettext(
        "%(name)s did not say whether an earlier try had worked, so your %(name)s account may hold a second meeting "
        "of this name and time.",
        "%(name)s did not say whether %(count)d earlier tries had worked, so your %(name)s account may hold up to "
        "%(count)d more meetings of this name and time.",
        count,
    )
    number = where.meeting_number
    one = gettext("The one in use has the number %(number)s; delete the other one.")
    several = gettext("The one in use has the number %(number)s; delete the others.")
    return f"{beside} {one if count == 1 else several}" % {
        "name": where.label,
        "count": count,
        "number": number,
    }
