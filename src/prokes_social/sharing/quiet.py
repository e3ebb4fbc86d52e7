"""A moment on somebody's wall in, whether they may be asked then out: nights, prayer, holidays, days of mourning."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

#: Friday prayer.
FRIDAY = 4
PRAYER = (time(11, 30), time(13))


@dataclass(frozen=True, kw_only=True)
class QuietTimes:
    starts: time  #: in the evening
    ends: time  #: in the morning
    on_holidays: bool  #: ask on national holidays and on collective leave too
    days: Collection[date]  #: the office's own

    def may_ask(self, local: datetime) -> bool:
        """`local` is the time on the wall where the person works."""
        day, at = local.date(), local.time()
        if self._is_night(at) or day in self.days:
            return False
        if day.weekday() == FRIDAY and PRAYER[0] <= at < PRAYER[1]:
            return False
        return self.on_holidays or not is_holiday(day)

    def _is_night(self, at: time) -> bool:
        if self.starts <= self.ends:
            return self.starts <= at < self.ends
        return at >= self.starts or at < self.ends


def is_holiday(day: date) -> bool:
    """National holidays and collective leave (cuti bersama), as the `holidays` library knows them."""
    return day in _holidays(day.year)


@cache
def _holidays(year: int) -> "HolidayBase":
    import holidays
    from holidays.constants import GOVERNMENT, PUBLIC

    return holidays.country_holidays("ID", years=year, categories=(PUBLIC, GOVERNMENT))
