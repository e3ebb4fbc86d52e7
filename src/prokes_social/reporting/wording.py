"""What reports say in whole sentences: a noun in, words in the reader's language out."""

from collections.abc import Iterable
from datetime import date, timedelta

from prokes_social.i18n import _, format_age, format_number, language, n_
from prokes_social.model.analysis import FEWEST, BestTimes, Hour
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.participation import SMALLEST, Counts, UnitCounts
from prokes_social.model.reach import Known, Metric, Untold
from prokes_social.model.report import INTERACTIONS, ON_TIME, FoundBy, Report, ReportedDelivery, Sum
from prokes_social.model.wave import Wave

S = DeliveryStatus

#: A shape beside each word, so that no one depends on colours.
SIGNS = {Known.MEASURED: "●", Known.ESTIMATED: "◐", Known.SELF_REPORTED: "○", Known.UNKNOWN: "–"}


def lead(report: Report) -> str:
    """The answer in one paragraph, for those who read no further."""
    total = report.total
    if not total.published:
        return _("None of {all} deliveries is public yet.", all=format_number(total.deliveries))
    out = _(
        "{published} of {all} deliveries are public, {on_time} of them within one second of their time.",
        published=format_number(total.published),
        all=format_number(total.deliveries),
        on_time=format_number(total.on_time),
    )
    return " ".join(part for part in (out, _coming(report), _reach_so_far(total)) if part)


def _coming(report: Report) -> str:
    count = len(report.coming)
    return n_("{count} is not due yet.", "{count} are not due yet.", count) if count else ""


def _reach_so_far(total: Sum) -> str:
    seen = total.figure(Metric.IMPRESSIONS).value
    if seen is None:
        return _("How often they were seen is not known yet.")
    posts = made_of(total, Metric.IMPRESSIONS)
    return _("They were seen {count} times so far, as told for {posts}.", count=format_number(seen), posts=posts)


def made_of(total: Sum, metric: Metric) -> str:
    """How many of the posts a figure is made of."""
    posts, told = format_number(total.published), format_number(total.told[metric])
    if total.told[metric] == total.published:
        return _("all {posts} posts", posts=posts)
    return _("{told} of {posts} posts", told=told, posts=posts)


def without(lacking: Iterable[Metric]) -> str:
    """`tanpa disimpan`: the kinds that interactions lack; empty where none is."""
    kinds = ", ".join(str(metric.label) for metric in lacking)
    return _("without {kinds}", kinds=kinds) if kinds else ""


def parts_of_interactions(total: Sum) -> str:
    """What the number is made of, and what some post does not tell."""
    kinds = ", ".join(str(metric.label) for metric in INTERACTIONS)
    lacking = ", ".join(str(metric.label) for metric in total.interactions_without)
    return _("{kinds}; ≥: not every post tells {lacking}", kinds=kinds, lacking=lacking) if lacking else kinds


def on_personal() -> str:
    """What stands above the sum of staff's own accounts."""
    return _(
        "All posts that staff sent from their own accounts, together and without names. No other figure counts them. "
        "What fewer than {count} people's posts tell is a dash.",
        count=SMALLEST,
    )


def kind(part: str) -> str:
    """What a platform calls a part of likes or shares, in the reader's language; new words as they are."""
    known = {
        "like": _("thumb up"), "love": _("love"), "care": _("care"), "haha": _("haha"), "wow": _("wow"),
        "sorry": _("sad"), "anger": _("angry"), "repost": _("reposts"), "quote": _("quotes"),
    }  # fmt: skip
    return known.get(part, part)


def lateness(late_by: timedelta | None) -> str:
    """`0,3 detik`, `4 menit`; a dash where nothing was published."""
    if late_by is None:
        return "–"
    seconds = late_by.total_seconds()
    if seconds < -ON_TIME.total_seconds():
        return _("{age} early", age=format_age(-late_by))
    if seconds >= 60:
        return format_age(late_by)
    return _("{seconds} s", seconds=format_number(round(seconds, 1) + 0.0))


def meaning(known: Known) -> str:
    return {
        Known.MEASURED: _("counted by the platform itself, or in our own books"),
        Known.ESTIMATED: _("calculated from other numbers; the way is given beside it"),
        Known.SELF_REPORTED: _("told by a person, not checked"),
        Known.UNKNOWN: _("not told, or not yet read; never to be taken as 0"),
    }[known]


def reason(each: ReportedDelivery) -> str:
    """Why a delivery is where it is."""
    return each.reason or str(each.status.remark)


def reading_gap(each: ReportedDelivery) -> str:
    """Why a post has no numbers; empty where it has some."""
    if each.status is not S.PUBLISHED or each.read_at:
        return ""
    known = {"": _("not read yet"), **{each.value: str(each.label) for each in Untold}}
    return known.get(each.unread_because, each.unread_because)


def remedy(each: ReportedDelivery) -> str:
    """What a person can do about a delivery that is not public."""
    remedies = {
        S.MISSED: _("If it is still wanted, give it a new time in the campaign file and have it approved."),
        S.FAILED: _("Mend the text, the card or the account, then schedule it again."),
        S.HELD: _("Look at the account, then settle it with `prokes delivery resolve {id}`.", id=each.id),
        S.UNCERTAIN: _("Wait: it is being looked up, and nothing is sent twice meanwhile."),
        S.WAITING: _("Its time has passed: approve it before its window closes."),
    }
    return remedies.get(each.status, _("Its time has passed: look whether the worker runs and the account is free."))


def ending(each: ReportedDelivery) -> str:
    """What became of a delivery whose answer was lost."""
    if each.status is S.PUBLISHED:
        return {
            FoundBy.LOOK_UP: _("looked for and found again; not sent twice"),
            FoundBy.PERSON: _("found and confirmed by a person; not sent twice"),
        }.get(each.found_by or FoundBy.ANSWER, _("not found at first, so it was sent again, and went out"))
    return {
        S.UNCERTAIN: _("still being looked for"),
        S.HELD: _("looked for and not found; a person decides"),
    }.get(each.status, str(each.status.label))


def time_scale(scale: float) -> str:
    """`1 detik = 1 hari`; empty where sandbox posts age as posts do."""
    return _("1 second = {age}", age=format_age(timedelta(seconds=scale))) if scale > 1 else ""


def units(row: UnitCounts) -> str:
    """A unit's name, or that several are shown as one."""
    if len(row.units) == 1:
        return row.units[0]
    return _("{count} small units together", count=format_number(len(row.units)))


def rate(counts: Counts) -> str:
    """`75 %`; a dash where nobody was asked."""
    return "–" if counts.rate is None else f"{format_number(round(counts.rate))} %"


def wave(each: Wave) -> str:
    return f"{each.key.message}, {each.key.audience_label}"


def counts_heads() -> list[str]:
    """What is counted of a wave, in the order people go through it."""
    return [_("staff"), _("invited"), _("opened"), _("said shared ○"), _("share ○"), _("proof ○"), _("clicks")]


def weekday(number: int) -> str:
    """Of the week that began on Monday, 5 January 1970."""
    from babel.dates import format_date

    return format_date(date(1970, 1, 5 + number), "EEEE", locale=language())


def median(cell: Hour) -> str:
    """In brackets where too few posts are behind it."""
    return f"({format_number(cell.median)})" if cell.is_thin else format_number(cell.median)


def posts(count: int) -> str:
    return n_("{count} post", "{count} posts", count)


def best_time(times: BestTimes) -> str:
    """What the heat map says, and how far it may be trusted."""
    scale = _("Median impressions of our own posts by weekday and hour, a day or more after they went out.")
    thin = _("Brackets: fewer than {count} posts, which is too few to go by.", count=FEWEST)
    if times.best is None:
        none = _("No hour has enough posts yet, so no hour is called the best.")
        return f"{scale} {thin} {none}"
    best = _("Highest so far: {day} at {hour}.00, from {posts}.", day=weekday(times.best.weekday),
             hour=f"{times.best.hour:02}", posts=posts(times.best.posts))  # fmt: skip
    return f"{scale} {best} {thin}" if times.thin else f"{scale} {best}"
