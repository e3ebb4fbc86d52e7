"""How the units stand in, plain data for `typst/report.typ` out: a page of essentials, the table, and who signs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_date, format_number, format_short, n_
from prokes_social.model.coverage import Evaluation, UnitCoverage
from prokes_social.model.reach import Known
from prokes_social.reporting.coverage import wording
from prokes_social.reporting.coverage.paper import CoveragePaper
from prokes_social.reporting.document import Block, heading, table, text
from prokes_social.reporting.paper import letterhead_data, number_line, signature_data
from prokes_social.reporting.wording import SIGNS

#: More bars leave no room for the figures above them; of many units the first and the last are drawn.
MOST_BARS = 16
MOST_BEHIND = 5


def document_of(found: Evaluation, paper: CoveragePaper) -> dict[str, Any]:
    made = format_short(paper.made_at, zone_named(paper.zone))
    kept = _("For internal use: exact figures, small units too.") if not found.public else ""
    footer = _("Made {at} by prokes-social {version}.", at=made, version=paper.version)
    return {
        "title": title(found),
        "kicker": _("Evaluation of vaccination coverage"),
        "purpose": "",
        "number": number_line(paper.paper),
        "sandbox": "",
        "letterhead": letterhead_data(paper.letterhead),
        "about": [
            {"what": _("Data of"), "value": format_date(found.data_on)},
            {"what": _("Source"), "value": found.source},
            {"what": _("Compared with"), "value": format_date(found.before_on) if found.before_on else wording.DASH},
        ],
        "lead": wording.lead(found),
        "figures": list(_figures(found)),
        "blocks": [*_essentials(found), {"kind": "page"}, *_details(found)],
        "signature": signature_data(paper.paper, made_at=paper.made_at, zone=paper.zone),
        "footer": f"{kept} {footer}".strip(),
        "page": _("page {page} of {pages}", page="{page}", pages="{pages}"),
    }


def title(found: Evaluation) -> str:
    return _("Vaccination coverage by unit, {day}", day=format_date(found.data_on))


def _figures(found: Evaluation) -> Iterable[Mapping[str, str]]:
    total = found.overall
    people = _("{part} of {all} people", part=wording.count(total.given), all=format_number(total.group))
    yield _figure(_("Coverage"), wording.overall(total), people if total.is_exact else _people(total.group))
    yield _figure(_("Target"), wording.per_cent(found.target), str(found.measure.remark), known="")
    of = _("of {all}", all=format_number(len(found.ranked)))
    mark = _("units at {mark} or more", mark=wording.per_cent(found.mark))
    yield _figure(_("Reached"), format_number(len(found.reached)), mark, of=of)
    since = _("points since {day}", day=format_date(found.before_on)) if found.before_on else _("no table before")
    yield _figure(_("Changed by"), wording.change(total.change), since)
    if found.ranked:
        best = [each for each in found.ranked if each.rank == 1]
        yield _figure(_("First"), wording.share(best[0]), _named(best))


def _figure(what: str, value: str, more: str, *, of: str = "", known: str | None = None) -> Mapping[str, str]:
    by_table = f"{SIGNS[Known.MEASURED]} " + _("according to the table")
    return {"what": what, "value": value, "of": of, "more": more, "known": by_table if known is None else known}


def _people(count: int) -> str:
    return n_("{count} person", "{count} people", count)


def _named(units: Sequence[UnitCoverage]) -> str:
    if len(units) <= 2:
        return ", ".join(each.name for each in units)
    return n_("{count} unit", "{count} units", len(units))


def _essentials(found: Evaluation) -> Iterable[Block]:
    shown, left = _drawn(found.ranked)
    if shown:
        yield heading(_("Coverage against the target"))
        yield _bars(found, shown, gap=bool(left))
    if left:
        yield text(n_("{count} unit between them is in the table on the next page.",
                      "{count} units between them are in the table on the next page.", left))  # fmt: skip
    if found.behind:
        yield heading(_("Who needs help first"))
        yield text("; ".join(_behind(found, each) for each in found.behind[:MOST_BEHIND]) + ".")


def _drawn(units: Sequence[UnitCoverage]) -> tuple[Sequence[UnitCoverage], int]:
    """The first and the last, and how many stand between."""
    if len(units) <= MOST_BARS:
        return units, 0
    half = MOST_BARS // 2
    return [*units[:half], *units[-half:]], len(units) - 2 * half


def _bars(found: Evaluation, units: Sequence[UnitCoverage], *, gap: bool) -> Block:
    """`gap`: units between the first and the second half are not drawn."""
    rows = [_bar(each) for each in units]
    if gap:
        rows.insert(len(rows) // 2, {"label": "…", "gap": True, "text": ""})
    told = "; ".join(f"{each.name} {wording.share(each)}" for each in units)
    target = wording.per_cent(found.target)
    return {
        "kind": "bars",
        "alt": _("Bars of coverage by unit against the target of {target}: {list}.", target=target, list=told),
        "target": float(found.target) / 100,
        "target-label": _("Target {target}. Dark bars have reached {mark}.", target=target,
                          mark=wording.per_cent(found.mark)),
        "label-width": 62,
        "rows": rows,
    }  # fmt: skip


def _bar(each: UnitCoverage) -> Mapping[str, Any]:
    return {
        "label": f"{each.rank}. {each.name}",
        "value": float(each.percent) / 100,
        "text": wording.share(each),
        "strong": each.reached,
    }


def _behind(found: Evaluation, each: UnitCoverage) -> str:
    given = each.doses.get(found.measure)
    if given is None:
        return f"{each.name} ({wording.share(each)})"
    missing = n_("{count} person is missing", "{count} people are missing", found.missing(each))
    return f"{each.name} ({wording.share(each)}, {missing})"


def _details(found: Evaluation) -> Iterable[Block]:
    yield heading(_("All units"))
    doses = found.told_doses
    heads = ["", _("Unit"), _("Target group"), *(str(dose.label).capitalize() for dose in doses), _("Coverage"),
             _("Changed by"), _("Reached")]  # fmt: skip
    rows = [_cells(found, each) for each in found.units]
    total = found.overall
    sums = [
        "" if found.public else wording.count(sum(each.doses.get(dose, 0) for each in found.units)) for dose in doses
    ]
    last = [
        "",
        _("Together"),
        format_number(total.group),
        *sums,
        wording.overall(total),
        wording.change(total.change),
        "",
    ]
    yield table(heads, rows, total=last, grow=(1,), numbers=[at for at in range(len(heads)) if at != 1])
    yield heading(_("To know"))
    yield {"kind": "notes", "items": wording.notes(found)}


def _cells(found: Evaluation, each: UnitCoverage) -> list[str]:
    counts = [wording.count(each.doses.get(dose)) for dose in found.told_doses]
    reached = wording.DASH if each.rank is None else _("yes") if each.reached else _("no")
    rank = str(each.rank or "")
    return [
        rank,
        each.name,
        format_number(each.group),
        *counts,
        wording.share(each),
        wording.change(each.change),
        reached,
    ]
