"""Instants as whole minutes since the epoch, and back."""

from datetime import UTC, datetime


def minute_of(moment: datetime) -> int:
    """The UTC minutes since the epoch of an aware datetime on a full minute."""
    return int(moment.timestamp()) // 60


def moment_of(minute: int) -> datetime:
    """The aware UTC datetime of a minute since the epoch."""
    return datetime.fromtimestamp(minute * 60, UTC)
