"""A WeekReport in, its files out: the page for Monday as PDF, the figures as XLSX and as JSON, and a letter's words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prokes_social.i18n import _, format_number, speaking
from prokes_social.model.participation import added
from prokes_social.model.reach import Metric
from prokes_social.model.week import CampaignWeek, WeekReport
from prokes_social.reporting import document, wording
from prokes_social.reporting.document import Block
from prokes_social.reporting.formats import json as json_format
from prokes_social.reporting.formats import xlsx
from prokes_social.reporting.pdf import compile_pdf
from prokes_social.reporting.workbook import About, Sheet, workbook

#: The page has room for this many of each.
MOST_CAMPAIGNS = 12
MOST_BARS = 8


def files_of(week: WeekReport) -> dict[str, bytes]:
    """By name, in the report's own language whatever is spoken around."""
    whole = week.whole
    with speaking(whole.language):
        return {
            f"{whole.subject.campaign}.pdf": compile_pdf("report.typ", page(week), made_at=whole.made_at),
            f"{whole.subject.campaign}.xlsx": _workbook(week),
            f"{whole.subject.campaign}.json": _json(week),
        }


def summary(week: WeekReport) -> str:
    """The answer in one paragraph."""
    with speaking(week.whole.language):
        return wording.lead(week.whole)


# --- the page ---


def page(week: WeekReport) -> dict[str, Any]:
    data = document.document_of(week.whole)
    return {**data, "kicker": _("Weekly report"), "about": data["about"][-1:], "blocks": list(_blocks(week))}


def _blocks(week: WeekReport) -> Iterator[Block]:
    whole = week.whole
    yield document.heading(_("By campaign"))
    yield _campaigns(week)
    if len(week.campaigns) > MOST_CAMPAIGNS:
        yield document.text(_("The others are in the spreadsheet."))
    if whole.widest_wave:
        yield from document.bars(whole.widest_wave, MOST_BARS)
    yield from document.not_out(whole)
    if whole.notes:
        yield document.heading(_("To know"))
        yield {"kind": "notes", "items": [note.replace("`", "") for note in whole.notes]}


def _campaigns(week: WeekReport) -> Block:
    heads = [
        _("Campaign"), _("Published"), _("On time"), str(Metric.IMPRESSIONS.label).capitalize(), _("Interactions"),
        _("Above the usual"),
    ]  # fmt: skip
    rows = [[each.sum.label, *document.essentials(each.sum)] for each in week.campaigns[:MOST_CAMPAIGNS]]
    total = [_("Together"), *document.essentials(week.whole.total)] if len(week.campaigns) > 1 else []
    if any(each.waves for each in week.campaigns):  # a column of dashes would only ask questions
        heads.append(_("Said shared ○"))
        rows = [[*row, _said(each)] for row, each in zip(rows, week.campaigns, strict=False)]
        total = [*total, "–"] if total else []
    return document.table(heads, rows, total=total)


def _said(each: CampaignWeek) -> str:
    """Invitations of the week's waves, and how many were answered; a person may have had several."""
    counts = added(wave.total for wave in each.waves if wave.total)
    return document.of(counts.said, counts.offered)


# --- the spreadsheet ---


def _workbook(week: WeekReport) -> bytes:
    whole = week.whole
    title = f"{whole.subject.title} (SANDBOX)" if whole.sandbox else whole.subject.title
    about = About(title=title, author=whole.letterhead.organisation, made_at=whole.made_at)
    return workbook(list(_sheets(week)), about, accent=whole.letterhead.accent)


def _sheets(week: WeekReport) -> Iterator[Sheet]:
    whole = week.whole
    yield xlsx.summary(whole)
    yield xlsx.sums(_("By campaign"), [each.sum for each in week.campaigns], charted=True)
    yield xlsx.sums(_("By account"), whole.by_account, charted=True)
    yield xlsx.sums(_("By unit"), whole.by_unit)
    if whole.waves:
        yield xlsx.participation(whole)
    yield xlsx.not_out(whole)
    yield xlsx.deliveries(whole)


# --- for other programs ---


def _json(week: WeekReport) -> bytes:
    whole = json_format.as_document(week.whole)
    told = {
        **whole,
        "document": "prokes-social/week-report",
        "campaign": None,
        "by_campaign": [_campaign(each) for each in week.campaigns],
    }
    return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def _campaign(each: CampaignWeek) -> Mapping[str, Any]:
    counts = added(wave.total for wave in each.waves if wave.total)
    took_part = {"invited": counts.offered, "said_shared": counts.said} if each.waves else None
    return {**json_format.as_sum(each.sum), "participation": took_part}


# --- the letter ---


def letter(week: WeekReport) -> str:
    """What stands in the e-mail above its attachments."""
    with speaking(week.whole.language):
        lines: Sequence[str] = [_line(each) for each in week.campaigns]
        return "\n\n".join([wording.lead(week.whole), "\n".join(lines)])


def _line(each: CampaignWeek) -> str:
    return _(
        "• {campaign}: {published} of {all} published",
        campaign=each.sum.label,
        published=format_number(each.sum.published),
        all=format_number(each.sum.deliveries),
    )
