"""Now and uptime, handed in by the door so that tests can set them; the zones and durations people write."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

#: Indonesia's three zones; the short names are not IANA names.
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1, "detik": 1, "dtk": 1,
    "m": 60, "min": 60, "minute": 60, "minutes": 60, "menit": 60,
    "h": 3600, "hour": 3600, "hours": 3600, "j": 3600, "jam": 3600,
    "d": 86400, "day": 86400, "days": 86400, "hari": 86400,
}  # fmt: skip
_DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)", re.IGNORECASE)


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall clock, aware UTC; may jump."""
        ...

    def uptime(self) -> float:
        """Seconds since some start; never jumps and counts the time a machine sleeps."""
        ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def uptime(self) -> float:
        # CLOCK_MONOTONIC stands still while a laptop sleeps; a lease must not (publishing guard).
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def month_of(now: datetime) -> datetime:
    """The beginning of its calendar month in UTC, by which budgets are counted."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def zone_named(name: str) -> ZoneInfo:
    """WIB, WITA or WIT. Raises KeyError for any other name."""
    return ZoneInfo(ZONES[name.strip().upper()])


def zone_label(zone: ZoneInfo) -> str:
    return next((label for label, iana in ZONES.items() if iana == zone.key), zone.key)


def duration(text: str) -> timedelta:
    """`30 menit`, `30m`, `1 jam`, `1h 30m`. Raises ValueError where a part is not understood."""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip(" ,"):
        raise ValueError(f"not a duration: {text!r}")
    try:
        return timedelta(seconds=sum(float(n.replace(",", ".")) * _UNITS[unit.lower()] for n, unit in parts))
    except KeyError as error:
        raise ValueError(f"not a unit of time: {error}") from error
