"""A calendar that is filled by invitations alone, as strictly as any program does it (RFC 5546)."""

from dataclasses import dataclass, field

from timetuna.bookings.tests.reading import calendar_parts, read_by_three


@dataclass
class Agenda:
    """The meetings in one mailbox's calendar by UID, and what came and was not for it.

    A change counts from the organizer that the calendar knows, with a number that is not lower; a cancellation too.
    """

    owner: str
    meetings: dict = field(default_factory=dict)
    ignored: list = field(default_factory=list)
    seen: int = 0

    def read(self, mails):
        """Take in what has come since the last time; `mails` are all, the oldest first. Return itself."""
        new, self.seen = mails[self.seen :], len(mails)
        for mail in new:
            for content in calendar_parts(mail)[:1]:
                self._take(read_by_three(content))
        return self

    def _take(self, said):
        known = self.meetings.get(said["uid"])
        if known and (known["organizer"][0] != said["organizer"][0] or said["sequence"] < known["sequence"]):
            self.ignored.append(said)
        elif said["method"] == "REQUEST":
            self.meetings[said["uid"]] = said
        elif known is None:
            self.ignored.append(said)
        elif said["status"] == "CANCELLED" or self.owner in self._addresses(said):
            del self.meetings[said["uid"]]

    def one(self):
        """Return the one meeting there is; nothing was ignored on the way to it."""
        assert self.ignored == []
        [meeting] = self.meetings.values()
        return meeting

    def is_empty(self):
        return (self.meetings, self.ignored) == ({}, [])

    def roles(self):
        return {address.removeprefix("mailto:"): role for address, _, _, role, _ in self.one()["attendees"]}

    @staticmethod
    def _addresses(said):
        return {address.removeprefix("mailto:") for address, *_ in said["attendees"]}
