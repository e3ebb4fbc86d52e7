"""Reach: a post's numbers at one moment, and how each number is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prokes_social.i18n import Bilingual, Labelled


class Metric(Labelled):
    """The field's standard words. Impressions add up over posts; reach does not."""

    IMPRESSIONS = "impressions", Bilingual("tayangan", "impressions")
    REACH = "reach", Bilingual("jangkauan", "reach")
    LIKES = "likes", Bilingual("suka", "likes")
    COMMENTS = "comments", Bilingual("komentar", "comments")
    SHARES = "shares", Bilingual("dibagikan", "shares")
    SAVES = "saves", Bilingual("disimpan", "saves")
    CLICKS = "clicks", Bilingual("klik", "clicks")

    @property
    def adds_up(self) -> bool:
        return self is not Metric.REACH


class Known(Labelled):
    """How a number is known."""

    MEASURED = "measured", Bilingual("terukur", "measured")
    ESTIMATED = "estimated", Bilingual("perkiraan", "estimated")
    SELF_REPORTED = "self-reported", Bilingual("dilaporkan sendiri", "self-reported")
    UNKNOWN = "unknown", Bilingual("belum diketahui", "unknown")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with how it is known; None means "not told" and prints as a dash, never as 0."""

    value: int | None
    known: Known


@dataclass(frozen=True, kw_only=True)
class ReachSnapshot:
    """A post's numbers at one moment; a metric the platform does not tell is None or absent."""

    external_id: str
    taken_at: datetime
    numbers: Mapping[Metric, int | None]
    raw: Mapping[str, Any] = field(repr=False)  #: the platform's answer, kept
    missing: bool = False  #: the platform says the post is gone
