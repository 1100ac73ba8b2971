"""Booking pages: what a host offers."""

from timetuna.pages.models.hours import (
    DateOverride,
    FirstSteps,
    HostRules,
    OutOfOffice,
    Schedule,
    TravelZone,
    WeeklyHours,
)
from timetuna.pages.models.link import BookingLink
from timetuna.pages.models.offer import Duration, MeetingType
from timetuna.pages.models.page import (
    FOR_GOOD,
    FORMER_HOST,
    BookingPage,
    CohostInvitation,
    FormerSlug,
    PageBackground,
    PageHost,
    PageHostCalendar,
    PageLogo,
    PageMail,
    PageVideo,
    Reminder,
)
from timetuna.pages.models.question import CHOOSING, Question

__all__ = [
    "CHOOSING",
    "FORMER_HOST",
    "FOR_GOOD",
    "BookingLink",
    "BookingPage",
    "CohostInvitation",
    "DateOverride",
    "Duration",
    "FirstSteps",
    "FormerSlug",
    "HostRules",
    "MeetingType",
    "OutOfOffice",
    "PageBackground",
    "PageHost",
    "PageHostCalendar",
    "PageLogo",
    "PageMail",
    "PageVideo",
    "Question",
    "Reminder",
    "Schedule",
    "TravelZone",
    "WeeklyHours",
]
