"""Which online meetings come with an event."""

from timetuna.calendars import connections


def event_kinds() -> frozenset[str]:
    """Return the kinds of online meetings that come with an event."""
    return frozenset(event_labels())


def event_labels() -> dict[str, str]:
    """Return what people read for those kinds."""
    return {kind: label for kinds in connections.event_kinds().values() for kind, label in kinds.items()}


def kinds_of(provider: str) -> frozenset[str]:
    """Return those kinds which come with the events of one provider."""
    return frozenset(connections.event_kinds().get(provider, {}))
