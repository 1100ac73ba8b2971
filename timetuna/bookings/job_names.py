"""The names of the work that follows from bookings, as rows keep them."""

FULFIL, MAIL, MOVE, REMOVE = (
    "bookings.fulfil", "bookings.mail", "bookings.move_conference", "bookings.remove_conference",
)  # fmt: skip
