"""A report in, one JSON document out, for other programs; every figure carries how it is known."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from prokes_social.i18n import Bilingual
from prokes_social.model.analysis import Against, Hour, Usual
from prokes_social.model.participation import Counts, Participation
from prokes_social.model.reach import Figure, Known, Metric
from prokes_social.model.report import Curves, PersonalPosts, Point, Report, ReportedDelivery, ReportedMessage, Sum
from prokes_social.reporting import engagement

name = "json"
suffix = ".json"
media_type = "application/json"
label = Bilingual("JSON, untuk program lain", "JSON, for other programs")

#: Raised when a key changes its meaning or goes; new keys may come at any time.
VERSION = 1


def write(report: Report) -> Mapping[str, bytes]:
    text = json.dumps(as_document(report), ensure_ascii=False, indent=2, allow_nan=False)
    return {suffix: text.encode() + b"\n"}


def as_document(report: Report) -> dict[str, Any]:
    subject = report.subject
    return {
        "document": "prokes-social/reach-report",
        "document_version": VERSION,
        "campaign": subject.campaign,
        "title": subject.title,
        "purpose": subject.purpose,
        "owner": subject.owner,
        "starts_on": _time(subject.starts_on),
        "ends_on": _time(subject.ends_on),
        "organisation": report.letterhead.organisation,
        "office": report.letterhead.unit,
        "made_at": _time(report.made_at),
        "zone": report.zone,
        "language": report.language,
        "made_by": f"prokes-social {report.version}",
        "sandbox": report.sandbox,
        "only_sandbox": report.only_sandbox,
        "sandbox_time_scale": report.time_scale if report.sandbox else None,
        "notes": list(report.notes),
        "total": as_sum(report.total),
        "by_account": [as_sum(each) for each in report.by_account],
        "by_unit": [as_sum(each) for each in report.by_unit],
        "by_message": [_message(each) for each in report.messages],
        "by_platform": [as_sum(each) for each in report.by_platform],
        "by_template": [as_sum(each) for each in report.by_template],
        "by_text": [as_sum(each) for each in report.by_variant],
        "participation": [_wave(each) for each in report.participation],
        "personal": _personal(report.personal) if report.personal else None,
        "engagement_by_kind": _engagement(report),
        "best_times": [_hour(each) for each in report.best_times.hours],
        "deliveries": [_delivery(each) for each in report.deliveries],
        "impressions_over_time": _curves(report.curves),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "known": figure.known.value}


def _interactions(of: Sum | ReportedDelivery | PersonalPosts) -> dict[str, Any]:
    """`without` names the kinds that are not in the number, because not every post tells them."""
    return {**_figure(of.interactions), "without": [metric.value for metric in of.interactions_without]}


def _personal(personal: PersonalPosts) -> dict[str, Any]:
    """Of staff's own accounts together; no other sum counts them."""
    figures = {metric.value: _figure(personal.figure(metric)) for metric in Metric if metric.adds_up}
    return {
        "accounts": personal.accounts,
        "posts": personal.posts,
        "sandbox": personal.sandbox,
        "figures": figures,
        "interactions": _interactions(personal),
    }


def _engagement(report: Report) -> list[dict[str, Any]]:
    """`part` is what a kind is made of, such as one reaction; `by_platform` has `""` for all platforms together."""
    keys = [each.key for each in engagement.columns(report)]
    return [
        {
            "kind": each.metric.value,
            "part": each.part or None,
            "by_platform": {key: _figure(figure) for key, figure in zip(keys, each.figures, strict=True)},
        }
        for each in engagement.by_kind(report)
    ]


def as_sum(each: Sum) -> dict[str, Any]:
    return {
        "key": each.key,
        "label": each.label,
        "platform": each.platform or None,
        "deliveries": each.deliveries,
        "published": each.published,
        "confirmed_by_a_person": each.confirmed,
        "on_time": each.on_time,
        "greatest_lateness_seconds": _seconds(each.latest),
        "posts_read": each.read,
        "newest_reading_at": _time(each.read_at),
        "figures": {metric.value: _figure(each.figure(metric)) for metric in Metric},
        "posts_telling": {metric.value: each.told.get(metric, 0) for metric in Metric},
        "interactions": _interactions(each),
        "reach_of_one_post": list(each.reach_of_one) if each.reach_of_one else None,
        "against_usual": {verdict.value: each.against.get(verdict, 0) for verdict in Against},
    }


def _message(message: ReportedMessage) -> dict[str, Any]:
    alt_text = message.picture.alt_text if message.picture else None
    return {**as_sum(message.sum), "text": message.text, "card_alt_text": alt_text}


def _delivery(each: ReportedDelivery) -> dict[str, Any]:
    return {
        "id": each.id,
        "due_at": _time(each.due_at),
        "zone": each.zone,
        "platform": each.platform,
        "account": each.account,
        "unit": each.unit,
        "message": each.message,
        "sandbox": each.sandbox,
        "status": each.status.value,
        "status_label": str(each.status.label),
        "reason": each.reason,
        "published_at": _time(each.published_at),
        "lateness_seconds": _seconds(each.late_by),
        "permalink": each.permalink,
        "found_by": each.found_by.value if each.found_by else None,
        "answer_lost_at": _time(each.answer_lost_at),
        "removed_at": _time(each.removed_at),
        "attempts": each.attempts,
        "figures": {metric.value: _figure(each.figure(metric)) for metric in Metric},
        "interactions": _interactions(each),
        "read_at": _time(each.read_at),
        "unread_because": each.unread_because,
        "usual": _usual(each.usual) if each.usual else None,
    }


def _usual(usual: Usual) -> dict[str, Any]:
    return {"median_impressions": usual.median, "posts": usual.posts, "against": usual.against.value}


def _wave(each: Participation) -> dict[str, Any]:
    """Without rows and total where everybody together is too small a group."""
    return {
        "message": each.wave.key.message,
        "audience": each.wave.key.audience,
        "status": each.wave.status.value,
        "opened_at": _time(each.wave.opened_at),
        "by_unit": [{"units": list(row.units), **_counts(row.counts)} for row in each.rows],
        "total": _counts(each.total) if each.total else None,
    }


def _counts(counts: Counts) -> dict[str, Any]:
    """What people say of themselves is marked so; `clicks` are measured."""
    told = {name: _figure(Figure(value=getattr(counts, name), known=Known.SELF_REPORTED)) for name in ("said", "proof")}
    clicks = _figure(Figure(value=counts.clicks, known=Known.MEASURED))
    return {"members": counts.members, "offered": counts.offered, "opened": counts.opened, **told, "clicks": clicks}


def _hour(each: Hour) -> dict[str, Any]:
    """`weekday` 0 is Monday, on the clock of `zone`."""
    return {
        "weekday": each.weekday,
        "hour": each.hour,
        "posts": each.posts,
        "median_impressions": each.median,
        "too_few_posts": each.is_thin,
    }


def _curves(curves: Curves) -> dict[str, Any]:
    return {
        "axis": curves.axis.value,
        "lines": [{"label": each.label, "points": [_point(point) for point in each.points]} for each in curves.curves],
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "age_seconds": _seconds(point.age),
        "at": _time(point.at),
        "impressions": point.impressions,
        "posts": point.posts,
    }


def _time(value: datetime | date | None) -> str | None:
    return value.isoformat() if value else None


def _seconds(value: timedelta | None) -> float | None:
    return round(value.total_seconds(), 3) if value is not None else None
