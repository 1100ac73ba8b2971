"""Meeting types that need no provider, in the order of the editor. A new one is a file beside this and a name here."""

from timetuna.pages.meeting_types.base import OWN
from timetuna.pages.meeting_types.in_person import InPerson
from timetuna.pages.meeting_types.link import OwnLink
from timetuna.pages.meeting_types.phone import Phone

FIRST = Phone()
"""What a page has that is made before anything is connected."""
OWN |= {kind.slug: kind for kind in (FIRST, InPerson(), OwnLink())}
