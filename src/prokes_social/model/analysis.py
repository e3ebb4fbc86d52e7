"""Analysis: what helps the next campaign, each figure with the number of posts behind it."""

from dataclasses import dataclass

from prokes_social.i18n import Bilingual, Labelled

#: A median of fewer posts than this says little, and is said to.
FEWEST = 5


class Against(Labelled):
    """A post beside the account's usual level."""

    ABOVE = "above", Bilingual("di atas biasanya", "above the usual")
    LIKE = "like", Bilingual("seperti biasanya", "as usual")
    BELOW = "below", Bilingual("di bawah biasanya", "below the usual")


@dataclass(frozen=True, kw_only=True)
class Usual:
    """Median impressions of the account's own earlier posts when they were as old."""

    median: int
    posts: int  #: how many it is made of
    against: Against


@dataclass(frozen=True, kw_only=True)
class Hour:
    """Posts of one weekday and hour, on the office's clock."""

    weekday: int  #: 0 is Monday
    hour: int
    posts: int
    median: int  #: impressions

    @property
    def is_thin(self) -> bool:
        return self.posts < FEWEST


@dataclass(frozen=True, kw_only=True)
class BestTimes:
    hours: tuple[Hour, ...] = ()  #: only those with posts, by weekday and hour

    @property
    def posts(self) -> int:
        return sum(each.posts for each in self.hours)

    @property
    def thin(self) -> int:
        """How many are made of too few posts."""
        return sum(each.is_thin for each in self.hours)

    @property
    def best(self) -> Hour | None:
        """The highest of those with enough posts behind them."""
        enough = [each for each in self.hours if not each.is_thin]
        return max(enough, key=lambda each: each.median, default=None)
