"""Who may see and change connected accounts and their calendars: each host their own, and nobody those of others."""

from django.db.models import QuerySet

from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount


def accounts_for(user: User) -> QuerySet[CalendarAccount]:
    return CalendarAccount.objects.filter(host=user)


def calendars_for(user: User) -> QuerySet[Calendar]:
    return Calendar.objects.filter(account__host=user)
