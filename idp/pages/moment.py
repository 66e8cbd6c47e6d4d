"""Times as people say them: "today, 09:12". The full one stands in the element's ``datetime``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time


class Day(StrEnum):
    """How far back a day lies, as far as people have a word for it."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns times into words: in the house's zone, in one language's way, seen from ``now``."""

    locale: Locale
    zone: ZoneInfo
    now: datetime

    def day(self, at: datetime) -> Day:
        """Which word fits the day of ``at``."""
        days = (self.here(self.now).date() - self.here(at).date()) // timedelta(days=1)
        return {0: Day.TODAY, 1: Day.YESTERDAY}.get(days, Day.OTHER)

    def clock(self, at: datetime) -> str:
        """``14:12``"""
        return format_time(self.here(at), "short", locale=self.locale)

    def date(self, at: datetime) -> str:
        """``14 March 2025``"""
        return format_date(self.here(at).date(), "long", locale=self.locale)

    def date_and_clock(self, at: datetime) -> str:
        """``20 Nov 2026, 17:02``"""
        day = format_date(self.here(at).date(), "medium", locale=self.locale)
        return str(self.locale.datetime_formats["medium"]).format(self.clock(at), day)

    def exact(self, at: datetime) -> str:
        """``24 November 2026, 14:05:31 UTC``, for operators who compare logs."""
        day = format_date(at.astimezone(UTC).date(), "long", locale=self.locale)
        clock = format_time(at.astimezone(UTC), "HH:mm:ss 'UTC'", locale=self.locale)
        return str(self.locale.datetime_formats["medium"]).format(clock, day)

    def here(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)
