"""The week of an office: all campaigns of seven days beside each other, and together as one report."""

from dataclasses import dataclass
from datetime import date

from prokes_social.model.participation import Participation
from prokes_social.model.report import Report, Sum


@dataclass(frozen=True, kw_only=True)
class CampaignWeek:
    """A campaign's deliveries that were due within the week; `sum` is labelled with its title."""

    campaign: str
    sum: Sum
    waves: tuple[Participation, ...]  #: opened within the week, without those too small to be shown


@dataclass(frozen=True, kw_only=True)
class WeekReport:
    first: date
    last: date
    campaigns: tuple[CampaignWeek, ...]
    whole: Report  #: of all campaigns; messages carry their campaign's name

    @property
    def period(self) -> str:
        return f"{self.first.isoformat()}_{self.last.isoformat()}"
