"""Who may see and change connected accounts and their calendars: each host their own, and nobody those of others."""

from django.db.models import QuerySet

from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount


def accounts_for(user: User) -> QuerySet[CalendarAccount]:
    """Return the connected accounts that are this person's to see, use, and disconnect."""
    return CalendarAccount.objects.filter(host=user)


def calendars_for(user: User) -> QuerySet[Calendar]:
    """Return the calendars in them."""
    return Calendar.objects.filter(account__host=user)
