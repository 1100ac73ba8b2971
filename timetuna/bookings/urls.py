"""Addresses of bookings and of the public pages."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from timetuna.bookings.views.guest.address import address
from timetuna.bookings.views.guest.book import book_time
from timetuna.bookings.views.guest.booked import booked
from timetuna.bookings.views.guest.cancel import cancel_booking
from timetuna.bookings.views.guest.guests import guests
from timetuna.bookings.views.guest.host_pages import offers
from timetuna.bookings.views.guest.leave import leave, set_zone
from timetuna.bookings.views.guest.link import invite, link_state
from timetuna.bookings.views.guest.move import choose_new_time, confirm_new_time
from timetuna.bookings.views.guest.oembed import oembed
from timetuna.bookings.views.guest.onward import onward
from timetuna.bookings.views.guest.reminders import reminders
from timetuna.bookings.views.guest.slots import release_hold, slots
from timetuna.bookings.views.guest.texts import texts
from timetuna.bookings.views.guest.times_api import times
from timetuna.bookings.views.host.agenda import agenda_page
from timetuna.bookings.views.host.answer import answer
from timetuna.bookings.views.host.booking import (
    booking,
    cancel_as_host,
    choose_account,
    new_guest_link,
    retry,
)
from timetuna.bookings.views.host.bookings import bookings
from timetuna.bookings.views.host.export import export, history
from timetuna.bookings.views.host.guests import change_guests
from timetuna.bookings.views.host.hand_over import give, given
from timetuna.bookings.views.host.leave import leave as leave_page
from timetuna.bookings.views.host.leave import take_off
from timetuna.bookings.views.host.links import end, links, links_file, many, new
from timetuna.bookings.views.host.mail_preview import mail_preview, mail_test
from timetuna.bookings.views.host.mail_times import mail_times
from timetuna.bookings.views.host.move import choose_any_time, confirm_any_time
from timetuna.bookings.views.host.page_preview import page_preview
from timetuna.bookings.views.host.records import erase_guest, no_show, notes, send_again
from timetuna.bookings.views.host.shares import shares, shares_file
from timetuna.bookings.views.host.sharing import qr_code, share
from timetuna.bookings.views.host.together import same_source, unusual
from timetuna.bookings.views.host.website import website, website_preview
from timetuna.bookings.views.host.why import why, why_any
from timetuna.bookings.views.inbound_texts import inbound_text

urlpatterns: list[URLPattern] = [
    path("bookings", bookings, name="bookings"),
    path("bookings/agenda", agenda_page, name="bookings_agenda"),
    path("bookings/export.csv", export, name="bookings_export"),
    path("bookings/unusual/<row:number>", unusual, name="unusual_bookings"),
    path("bookings/<row:booking_id>", booking, name="booking"),
    path("bookings/<row:booking_id>/source", same_source, name="booking_source"),
    path("bookings/<row:booking_id>/retry", retry, name="booking_retry"),
    path("bookings/<row:booking_id>/use-account", choose_account, name="booking_use_account"),
    path("bookings/<row:booking_id>/cancel", cancel_as_host, name="booking_cancel"),
    path("bookings/<row:booking_id>/new-link", new_guest_link, name="booking_new_link"),
    path("bookings/<row:booking_id>/answer", answer, name="booking_answer"),
    path("bookings/<row:booking_id>/move", choose_any_time, name="booking_move"),
    path("bookings/<row:booking_id>/move/confirm", confirm_any_time, name="booking_move_confirm"),
    path("bookings/<row:booking_id>/hand-over", give, name="booking_hand_over"),
    path("bookings/<row:booking_id>/handed-over", given, name="booking_handed_over"),
    path("bookings/<row:booking_id>/guests", change_guests, name="booking_guests"),
    path("bookings/<row:booking_id>/no-show", no_show, name="booking_no_show"),
    path("bookings/<row:booking_id>/notes", notes, name="booking_notes"),
    path("bookings/<row:booking_id>/resend", send_again, name="booking_resend"),
    path("bookings/<row:booking_id>/erase", erase_guest, name="booking_erase"),
    path("bookings/<row:booking_id>/history.json", history, name="booking_history"),
    path("b/<str:token>", booked, name="booked"),
    path("b/<str:token>/onward", onward, name="booked_onward"),
    path("b/<str:token>/link", link_state, name="booked_link"),
    path("b/<str:token>/invite.ics", invite, name="booked_invite"),
    path("b/<str:token>/cancel", cancel_booking, name="booked_cancel"),
    path("b/<str:token>/move", choose_new_time, name="booked_move"),
    path("b/<str:token>/move/confirm", confirm_new_time, name="booked_move_confirm"),
    path("b/<str:token>/guests", guests, name="booked_guests"),
    path("b/<str:token>/address", address, name="booked_address"),
    path("b/<str:token>/reminders", reminders, name="booked_reminders"),
    path("b/<str:token>/texts", texts, name="booked_texts"),
    path("b/<str:token>/leave", leave, name="booked_leave"),
    path("b/<str:token>/zone", set_zone, name="booked_zone"),
    path("api/webhooks/<slug:service>", inbound_text, name="inbound_text"),
    path("oembed", oembed, name="public_oembed"),
    path("holds/release", release_hold, name="release_hold"),
    path("why", why_any, name="why_any"),
    path("booking-pages/<row:page_id>/leave", leave_page, name="page_leave"),
    path("booking-pages/<row:page_id>/cohosts/<row:host_id>/leave", take_off, name="cohost_leave"),
    path("booking-pages/<row:page_id>/why", why, name="why"),
    path("booking-pages/<row:page_id>/shares", shares, name="shares"),
    path("booking-pages/<row:page_id>/shares.csv", shares_file, name="shares_file"),
    path("booking-pages/<row:page_id>/preview/<slug:tab>", page_preview, name="page_preview"),
    path("booking-pages/<row:page_id>/share", share, name="share"),
    path("booking-pages/<row:page_id>/share/qr.<slug:kind>", qr_code, name="share_qr"),
    path("booking-pages/<row:page_id>/share/times", mail_times, name="share_times"),
    path("booking-pages/<row:page_id>/share/website", website, name="share_website"),
    path("booking-pages/<row:page_id>/share/website/preview", website_preview, name="share_website_preview"),
    path("booking-pages/<row:page_id>/share/links", links, name="share_links"),
    path("booking-pages/<row:page_id>/share/links.csv", links_file, name="share_links_file"),
    path("booking-pages/<row:page_id>/share/links/new", new, name="share_link_new"),
    path("booking-pages/<row:page_id>/share/links/many", many, name="share_links_many"),
    path("booking-pages/<row:page_id>/share/links/<row:link_id>/end", end, name="share_link_end"),
    path("booking-pages/<row:page_id>/mail-preview", mail_preview, name="mail_preview"),
    path("booking-pages/<row:page_id>/mail-test", mail_test, name="mail_test"),
    path("api/pages/<slug:handle>/<slug:slug>/times", times, name="api_times"),
    path("<slug:handle>", offers, name="public_host"),
    path("<slug:handle>/", RedirectView.as_view(pattern_name="public_host", query_string=True)),
    path("<slug:handle>/<slug:slug>", slots, name="public_page"),
    path("<slug:handle>/<slug:slug>/", RedirectView.as_view(pattern_name="public_page", query_string=True)),
    path("<slug:handle>/<slug:slug>/book", book_time, name="public_book"),
]
