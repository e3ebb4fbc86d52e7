"""Reach: how campaigns stand, a campaign's report as a page and as files, and the reports that are kept."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import Response

from prokes_social.app.reports import Reports
from prokes_social.errors import ContentError, StoreError
from prokes_social.i18n import _
from prokes_social.model.kept import KeptReport
from prokes_social.model.user import Right
from prokes_social.store.overview import Standing
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk._words import plain

area = Area(topic="how-to/read-the-report")
ROWS, KEPT = 30, 30
FORMATS = ("pdf", "xlsx", "csv", "json")
#: What a kept campaign report is made of.
KEEPS = ("html", "pdf", "xlsx")
_TYPES = {
    ".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".json": "application/json",
    ".csv": "text/csv; charset=utf-8", ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """A campaign, summed over the units that this user sees."""

    campaign: str
    title: str
    deliveries: int
    published: int
    told: int
    impressions: int
    last_at: datetime | None
    whole: bool  #: every unit of it is seen, so its report is too


@area.get("/reports", Right.SEE)
def listing(visit: Visit) -> Response:
    after = visit.asked("page")
    page = max(1, int(after)) if after.isascii() and after.isdecimal() and 0 < len(after) < 6 else 1
    lines = _lines(visit)
    kept = [each for each in visit.app.reports.listing() if _may_see(visit, each)]
    return visit.show(
        "reports.html.j2", lines=lines[(page - 1) * ROWS : page * ROWS], page=page, pages=-(-len(lines) // ROWS),
        kept=kept[:KEPT], formats=FORMATS, whole_office=visit.units is None,
    )  # fmt: skip


@area.get("/reports/kept/{id}/{file}", Right.SEE)
def download(visit: Visit) -> Response:
    kept = _kept(visit)
    name = visit.path["file"]
    if kept is None or name not in kept.files:
        return visit.missing()
    try:
        data = visit.app.reports.files(kept)[name]
    except StoreError as error:  # the file, not the database
        return visit.notice(404, _("This file is gone, or was changed"), plain(error))
    suffix = "." + name.rpartition(".")[2]
    return visit.send(data, _TYPES.get(suffix, "application/octet-stream"), name=name)


@area.post("/reports/week", Right.EDIT)
def week(visit: Visit) -> Response:
    if visit.units is not None:  # it tells of every unit
        return visit.missing()
    try:
        kept = visit.app.reports.keep_week(by=visit.user.name)
    except ContentError as error:
        return visit.go("/reports", mind=plain(error))
    return _is_kept(visit, kept)


@area.get("/reports/{campaign}.{suffix}", Right.SEE)
def files(visit: Visit) -> Response:
    from prokes_social.reporting import formats

    campaign, suffix = visit.path["campaign"], visit.path["suffix"]
    if suffix not in FORMATS or not _is_whole(visit, campaign):
        return visit.missing()
    made = formats.render(visit.app.reach.report(campaign), suffix)
    if len(made) > 1:
        return visit.send(_zipped(made), _TYPES[".zip"], name=f"{campaign}-{suffix}.zip", caching="no-store")
    name, data = next(iter(made.items()))
    return visit.send(data, _TYPES["." + suffix], name=name, caching="no-store")


@area.get("/reports/{campaign}", Right.SEE)
def page(visit: Visit) -> Response:
    """The report as it would be sent: a page of its own, which may do nothing but sort its tables."""
    from prokes_social.reporting.formats import html

    campaign = visit.path["campaign"]
    if not _is_whole(visit, campaign):
        return visit.missing()
    answer = visit.send(visit.app.reach.page(campaign).encode(), html.media_type, caching="no-store")
    answer.headers["Content-Security-Policy"] = (
        "sandbox allow-scripts allow-popups allow-top-navigation-by-user-activation; default-src 'none';"
        f" img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{html.script_hash()}'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    )
    return answer


@area.post("/reports/{campaign}/keep", Right.EDIT)
def keep(visit: Visit) -> Response:
    campaign = visit.path["campaign"]
    if not _is_whole(visit, campaign):
        return visit.missing()
    return _is_kept(visit, visit.app.reports.keep_campaign(campaign, formats=KEEPS, by=visit.user.name))


def _is_kept(visit: Visit, kept: KeptReport) -> Response:
    visit.app.audit.note(who=visit.who, act="report.keep", subject=f"report:{kept.id}")
    said = _("Kept as “{title}”, version {number}.", title=kept.title, number=kept.version)
    return visit.go("/reports#kept", ok=said)


# --- what this user sees ---


def _lines(visit: Visit) -> list[Line]:
    """In the order in which campaigns go on longest."""
    titles, groups = visit.app.reach.titles(), dict[str, list[Standing]]()
    for each in visit.app.reach.standings():
        groups.setdefault(each.campaign, []).append(each)
    lines = [_line(visit, campaign, titles.get(campaign, campaign), parts) for campaign, parts in groups.items()]
    return [line for line in lines if line]


def _line(visit: Visit, campaign: str, title: str, parts: Iterable[Standing]) -> Line | None:
    every = list(parts)
    seen = [each for each in every if visit.sees(each.unit_id)]
    if not seen:
        return None
    return Line(
        campaign=campaign, title=title, deliveries=sum(each.deliveries for each in seen),
        published=sum(each.published for each in seen), told=sum(each.told for each in seen),
        impressions=sum(each.impressions for each in seen), whole=len(seen) == len(every),
        last_at=max(each.last_at for each in seen if each.last_at),
    )  # fmt: skip


def _is_whole(visit: Visit, campaign: str) -> bool:
    """Whether nothing in the campaign's report is of a unit that this user does not see."""
    if visit.units is None:
        return True
    return any(line.campaign == campaign and line.whole for line in _lines(visit))


def _may_see(visit: Visit, kept: KeptReport) -> bool:
    return visit.units is None or (bool(kept.subject) and _is_whole(visit, kept.subject))


def _kept(visit: Visit) -> KeptReport | None:
    reports: Reports = visit.app.reports
    try:
        kept = reports.get(visit.number())
    except ContentError:
        return None
    return kept if _may_see(visit, kept) else None


def _zipped(files_: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files_.items():
            archive.writestr(name, data)
    return packed.getvalue()
