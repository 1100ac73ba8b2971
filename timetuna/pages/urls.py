"""Addresses of the pages app."""

from django.urls import URLPattern, URLResolver, path

from timetuna.pages.views import (
    calendars,
    cohosts,
    editor,
    joining,
    look,
    own_part,
    pages,
    profile,
    questions,
    schedules,
    settings,
    teams,
)

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
    path("settings/availability", settings.availability, name="settings_availability"),
    path("settings/availability/holidays", settings.holidays, name="settings_holidays"),
    path("settings/availability/schedules/new", schedules.new_schedule, name="schedules_new"),
    path("settings/availability/schedules/<row:schedule_id>", schedules.edit, name="schedules_edit"),
    path(
        "settings/availability/schedules/<row:schedule_id>/default",
        schedules.make_default,
        name="schedules_default",
    ),
    path(
        "settings/availability/schedules/<row:schedule_id>/delete", schedules.delete, name="schedules_delete"
    ),
]
