"""Addresses of the pages app."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from timetuna.pages.views import (
    availability,
    calendars,
    cohosts,
    dates,
    editor,
    first_steps,
    joining,
    look,
    own_part,
    pages,
    profile,
    questions,
    schedules,
    settings,
    teams,
    time_off,
    trips,
    undo,
)


def _leads_to(name: str) -> Callable[..., HttpResponseBase]:
    return RedirectView.as_view(pattern_name=name, query_string=True)


urlpatterns: list[URLPattern | URLResolver] = [
    path("booking-pages", pages.booking_pages, name="booking_pages"),
    path("booking-pages/new", pages.new_page, name="pages_new"),
    path("booking-pages/<row:page_id>", editor.page, name="pages_page"),
    *(
        path(f"booking-pages/<row:page_id>/{tab.path}", editor.view_of(tab), name=tab.url_name())
        for tab in editor.TABS
    ),
    path("booking-pages/<row:page_id>/your-part/pause", own_part.set_pause, name="pages_pause"),
    path("booking-pages/<row:page_id>/calendars/connect", calendars.ways, name="pages_connect"),
    path(
        "booking-pages/<row:page_id>/calendars/connect/<slug:provider>",
        calendars.connect,
        name="pages_connect_provider",
    ),
    path("booking-pages/<row:page_id>/questions/new", questions.new_question, name="pages_question_new"),
    path(
        "booking-pages/<row:page_id>/questions/<row:question_id>",
        questions.edit_question,
        name="pages_question",
    ),
    path(
        "booking-pages/<row:page_id>/questions/<row:question_id>/move",
        questions.move,
        name="pages_question_move",
    ),
    path(
        "booking-pages/<row:page_id>/questions/<row:question_id>/delete",
        questions.remove,
        name="pages_question_delete",
    ),
    path("booking-pages/<row:page_id>/cohosts/ask", cohosts.invite, name="cohost_ask"),
    path(
        "booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/again",
        cohosts.again,
        name="cohost_ask_again",
    ),
    path(
        "booking-pages/<row:page_id>/cohosts/asked/<row:asked_id>/take-back",
        cohosts.uninvite,
        name="cohost_take_back",
    ),
    path("cohost/<str:token>", joining.invitation, name="cohost_invitation"),
    path("booking-pages/<row:page_id>/team", cohosts.assign, name="pages_team"),
    path("looks/<row:page_id>/<slug:version>/card.png", look.card, name="page_card"),
    path("looks/<row:page_id>/<slug:version>.png", look.logo, name="page_logo"),
    path("looks/<row:page_id>/<slug:version>.jpg", look.background, name="page_background"),
    path("looks/<row:page_id>/<slug:version>/video", look.video, name="page_video"),
    path("looks/people/<row:host_id>/<slug:version>.jpg", look.photo, name="host_photo"),
    path("booking-pages/<row:page_id>/duplicate", pages.duplicate, name="pages_duplicate"),
    path("booking-pages/<row:page_id>/switch", pages.switch, name="pages_switch"),
    path("booking-pages/<row:page_id>/off", pages.off, name="pages_off"),
    path("booking-pages/<row:page_id>/delete", pages.delete, name="pages_delete"),
    path("settings/profile", profile.profile, name="profile"),
    path("settings/team", teams.teams, name="teams"),
    path("settings/team/new", teams.new_team, name="team_new"),
    path("settings/team/<row:team_id>", teams.team, name="team"),
    path("settings/team/<row:team_id>/invite", teams.invite, name="team_invite"),
    path("settings/team/<row:team_id>/leave", teams.leave, name="team_leave"),
    path("settings/team/<row:team_id>/delete", teams.delete, name="team_delete"),
    path("settings/team/<row:team_id>/people/<row:member_id>/role", teams.give_role, name="team_role"),
    path("settings/team/<row:team_id>/people/<row:member_id>/owner", teams.hand_over, name="team_hand_over"),
    path("settings/team/<row:team_id>/people/<row:member_id>/remove", teams.remove, name="team_remove"),
    path(
        "settings/team/<row:team_id>/invitations/<row:invitation_id>/again",
        teams.invite_again,
        name="team_invite_again",
    ),
    path(
        "settings/team/<row:team_id>/invitations/<row:invitation_id>/take-back",
        teams.uninvite,
        name="team_uninvite",
    ),
    path("settings/guests-data", settings.guests_data, name="guests_data"),
    path("setup", first_steps.first_steps, name="first_steps"),
    path("setup/away", first_steps.hide, name="first_steps_hide"),
    path("setup/<slug:name>", first_steps.step, name="first_step"),
    path("setup/<slug:name>/skip", first_steps.skip, name="first_steps_skip"),
    path("setup/<slug:name>/connect/<slug:provider>", first_steps.connect, name="first_steps_connect"),
    path("availability", availability.availability, name="availability"),
    path("availability/undo", undo.undo, name="availability_undo"),
    path("availability/schedules/new", schedules.new_schedule, name="schedules_new"),
    path("availability/schedules/<row:schedule_id>", schedules.edit, name="schedule"),
    path("availability/schedules/<row:schedule_id>/dates", dates.dates, name="schedule_dates"),
    path("availability/schedules/<row:schedule_id>/usual", dates.as_usual, name="schedule_usual"),
    path("availability/schedules/<row:schedule_id>/dates/<str:days>", dates.on_dates, name="schedule_on"),
    path(
        "availability/schedules/<row:schedule_id>/default", schedules.make_default, name="schedules_default"
    ),
    path("availability/schedules/<row:schedule_id>/delete", schedules.delete, name="schedules_delete"),
    path("availability/out-of-office", time_off.time_off, name="time_off"),
    path("availability/out-of-office/<row:absence_id>", time_off.absence, name="absence"),
    path(
        "availability/out-of-office/<row:absence_id>/remove", time_off.remove_absence, name="absence_remove"
    ),
    path("availability/trips", trips.trips, name="trips"),
    path("availability/trips/<row:trip_id>", trips.trip, name="trip"),
    path("availability/trips/<row:trip_id>/remove", trips.remove_trip, name="trip_remove"),
    path("availability/holidays", settings.holidays, name="holidays"),
    path("availability/holidays/choice", settings.holiday_choice, name="holiday_choice"),
    path("availability/limits", settings.limits, name="limits"),
    # Addresses that were Availability's, while it was a part of the settings.
    path("settings/availability", _leads_to("availability")),
    path("settings/availability/schedules/<row:schedule_id>", _leads_to("schedule")),
]
