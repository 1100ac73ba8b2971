"""What a host reads of an action that is a guest's, too: why it cannot be done, and what the history keeps."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

ANSWER_FIRST = _("Answer the request first. Once it is confirmed, you can move it.")
BEING_PAID = _("Its guest is about to pay. Wait until that is done, half an hour at most, or cancel it.")
DECLINE_INSTEAD = _("This is a request that waits for your answer. Decline it instead.")
GUESTS_CHANGED_OFTEN = _("You changed the guests of this booking many times. Write to them yourself.")
INVITED_BEFORE = _("%(email)s was invited and taken off already. Write to them yourself.")
MANY_NAMED = _("Many people were named for this booking already. Write to them yourself.")
MOVED_MEANWHILE = _("This booking was moved meanwhile, to %(now)s. Look at both times again.")
PAID_MEANWHILE = _(
    "Your guest has just paid, so this is not cancelled. You can still cancel it, as any other."
)
TIME_OVER = _("This time is over. Choose one that is to come.")
TIME_TOO_FAR = _("This is more than five years ahead. Choose a time that is sooner.")
OWNER_STAYS = _("A page’s owner cannot leave it. Hand the page to somebody else, or delete it.")
BEFORE_PAID = gettext_noop("the booking before it was paid")
ADDED_ONE = gettext_noop("Added a further guest.")
ADDED_MORE = gettext_noop("Added %(count)d further guests.")
