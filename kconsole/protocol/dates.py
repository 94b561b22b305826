"""Dates of message headers: ISO 8601, written strictly and read leniently.

A date never decides anything in kconsole, so no message is refused over one: what cannot be read
is kept as it came.
"""

from datetime import UTC, datetime

__all__ = ["format_date", "local_time", "parse_date"]


def format_date(date: datetime) -> str:
    """Write a date as UTC with microseconds and ``Z`` (messaging spec, "Message header").

    :param date: the moment; without a time zone it is local time.
    """
    try:
        date = date.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        return date.isoformat()  # the first or last day of the calendar: no UTC form exists
    return date.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def local_time(date: datetime) -> datetime | None:
    """Return the moment in local time; None if it is outside the calendar there."""
    try:
        return date.astimezone()
    except (OverflowError, ValueError, OSError):
        return None


def parse_date(text: str) -> datetime | str:
    """Read an ISO 8601 date.

    :return: an aware datetime, where a date without a time zone is taken as local time; or
        ``text`` itself if it is no date.
    """
    try:
        date = datetime.fromisoformat(text)
        return date if date.tzinfo is not None else date.astimezone()
    except (OverflowError, ValueError, OSError):
        return text
