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
    VIDEO_VIEWS = "video_views", Bilingual("tayangan video", "video views")

    @property
    def adds_up(self) -> bool:
        return self is not Metric.REACH


class Known(Labelled):
    """How a number is known."""

    MEASURED = "measured", Bilingual("terukur", "measured")
    ESTIMATED = "estimated", Bilingual("perkiraan", "estimated")
    SELF_REPORTED = "self-reported", Bilingual("dilaporkan sendiri", "self-reported")
    UNKNOWN = "unknown", Bilingual("belum diketahui", "unknown")


class Untold(Labelled):
    """Why a reading tells nothing, where it is not in a platform's own words."""

    SILENT = "the platform did not tell", Bilingual("platform belum memberi angka", "the platform did not tell")
    GONE = (
        "the platform says the post is gone",
        Bilingual("menurut platform, unggahan ini sudah tidak ada", "the platform says the post is gone"),
    )
    REPLACED = (
        "a later reading stands for it",
        Bilingual("tidak diambil; pembacaan sesudahnya menggantikannya", "not taken; a later reading stands for it"),
    )
    WITHHELD = (
        "the token may not read insights",
        Bilingual("token akun tidak boleh membaca angka ini", "the account's token may not read these numbers"),
    )
    BUDGET = (
        "this month's budget for reading is spent",
        Bilingual("anggaran membaca angka bulan ini habis", "this month's budget for reading is spent"),
    )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with how it is known; None means "not told" and prints as a dash, never as 0."""

    value: int | None
    known: Known


@dataclass(frozen=True, kw_only=True)
class Fall:
    """A number that was larger before: the platform corrected it."""

    before: int
    after: int
    at: datetime  #: of the reading that told it


@dataclass(frozen=True, kw_only=True)
class ReachSnapshot:
    """A post's numbers at one moment; a metric the platform does not tell is None or absent."""

    external_id: str
    taken_at: datetime
    numbers: Mapping[Metric, int | None]
    raw: Mapping[str, Any] = field(repr=False)  #: the platform's answer, kept
    missing: bool = False  #: the platform says the post is gone
    #: what a number is made of, where the platform tells: likes by reaction, shares by repost and quote
    kinds: Mapping[Metric, Mapping[str, int]] = field(default_factory=dict)
    withheld: str = ""  #: the platform's words, where it keeps numbers back because the token may not read them

    @property
    def tells(self) -> bool:
        return not self.missing and any(value is not None for value in self.numbers.values())


#: No post has more of anything; what is larger is a broken answer and would spoil every sum.
MOST = 10**12


def counted(value: Any) -> int | None:
    """A number as a platform tells it, also as text of digits; None for whatever else it is, never 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    return value if isinstance(value, int) and 0 <= value <= MOST else None
