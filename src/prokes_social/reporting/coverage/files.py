"""How the units stand in, files out: PDF to sign, XLSX to work on, CSV and JSON; the same figures in all."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from prokes_social.i18n import _
from prokes_social.model.coverage import Bound, Evaluation, UnitCoverage
from prokes_social.reporting.coverage import wording
from prokes_social.reporting.coverage.document import document_of, title
from prokes_social.reporting.coverage.paper import CoveragePaper
from prokes_social.reporting.workbook import About, Series, Sheet, SheetChart, workbook

Cell = str | int | float | None

#: Of the sheet of units.
_UNIT, _MOST_BARS = 1, 40


def names() -> tuple[str, ...]:
    return tuple(_WRITERS)


def file_name(found: Evaluation, form: str) -> str:
    """`cakupan-2026-11-19.pdf`; what everybody may read says so."""
    words = [_("coverage"), found.data_on.isoformat(), *([_("public")] if found.public else [])]
    return f"{'-'.join(words)}.{form}"


def write(found: Evaluation, paper: CoveragePaper, form: str) -> bytes:
    """`form` is one of `names()`."""
    return _WRITERS[form](found, paper)


def as_json(found: Evaluation) -> dict[str, Any]:
    """The JSON that `prokes coverage show` and `prokes coverage report` promise; a bound says which."""
    total = found.overall
    return {
        "data_on": found.data_on.isoformat(),
        "source": found.source,
        "known": "measured",
        "before_on": found.before_on.isoformat() if found.before_on else None,
        "measure": found.measure.value,
        "target": _float(found.target),
        "public": found.public,
        "in_percent": found.in_percent,
        "group": total.group,
        "given": total.given,
        "percent": _float(total.low) if total.is_exact else None,
        "percent_from": _float(total.low),
        "percent_to": _float(total.high),
        "change": _float(total.change),
        "pooled": found.pooled,
        "left_out": found.left_out,
        "units": [_unit_json(found, each) for each in found.units],
    }


def _unit_json(found: Evaluation, each: UnitCoverage) -> dict[str, Any]:
    return {
        "id": each.unit_id or None,
        "name": each.name,
        "rank": each.rank,
        "group": each.group,
        "given": each.doses.get(found.measure),
        "doses": {dose.value: each.doses.get(dose) for dose in found.told_doses},
        "percent": _float(each.percent),
        "bound": each.bound.value,
        "change": _float(each.change),
        "reached": each.reached,
    }


def _pdf(found: Evaluation, paper: CoveragePaper) -> bytes:
    from prokes_social.reporting.pdf import compile_pdf

    return compile_pdf("report.typ", document_of(found, paper), made_at=paper.made_at)


def _json(found: Evaluation, paper: CoveragePaper) -> bytes:
    said = {**as_json(found), "made_at": paper.made_at.isoformat(), "version": paper.version}
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _csv(found: Evaluation, paper: CoveragePaper) -> bytes:
    from prokes_social.reporting.formats.csv import csv_file

    return csv_file([_heads(found), *_rows(found), _together(found)])


def _xlsx(found: Evaluation, paper: CoveragePaper) -> bytes:
    about = About(title=title(found), author=paper.letterhead.organisation, made_at=paper.made_at)
    units = Sheet(name=_("By unit"), heads=tuple(_heads(found)), rows=list(_rows(found)), chart=_chart(found))
    sheets = [_in_short(found), units, Sheet(name=_("To know"), heads=(_("To know"),), rows=_remarks(found))]
    return workbook(sheets, about, accent=paper.letterhead.accent)


_WRITERS: Mapping[str, Callable[[Evaluation, CoveragePaper], bytes]] = {
    "pdf": _pdf,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
}


def _in_short(found: Evaluation) -> Sheet:
    total = found.overall
    rows: list[Sequence[Cell]] = [
        (_("Coverage (%), at least"), _float(total.low)),
        (_("Coverage (%), at most"), _float(total.high)),
        (_("Target (%)"), _float(found.target)),
        (_("Target group"), total.group),
        (_("People covered"), total.given),
        (_("Units that have reached the target"), len(found.reached)),
        (_("Units that are ranked"), len(found.ranked)),
        (_("Change in points"), _float(total.change)),
        (_("What counts"), str(found.measure.remark)),
        (_("Data of"), found.data_on.isoformat()),
        (_("Source"), found.source),
    ]
    return Sheet(name=_("In short"), heads=(_("Figure"), _("Value")), rows=rows)


def _remarks(found: Evaluation) -> list[Sequence[Cell]]:
    return [(note,) for note in wording.notes(found)]


def _heads(found: Evaluation) -> list[str]:
    doses = [str(dose.label).capitalize() for dose in found.told_doses]
    return [
        _("Rank"), _("Unit"), _("Target group"), *doses, _("told as"), _("Coverage (%)"), _("Target (%)"),
        _("Change in points"), _("Reached"), _("Data of"), _("Source"),
    ]  # fmt: skip


def _rows(found: Evaluation) -> Iterator[list[Cell]]:
    for each in found.units:
        reached = None if each.rank is None else _("yes") if each.reached else _("no")
        yield [
            each.rank, each.name, each.group, *(each.doses.get(dose) for dose in found.told_doses),
            str(each.bound.label), _float(each.percent), _float(found.target), _float(each.change), reached,
            found.data_on.isoformat(), found.source,
        ]  # fmt: skip


def _together(found: Evaluation) -> list[Cell]:
    """In a file without other sheets; where only bounds are known, the lower one."""
    total = found.overall
    sums = [None if found.public else sum(each.doses.get(dose, 0) for each in found.units) for dose in found.told_doses]
    bound = Bound.EXACT if total.is_exact else Bound.AT_LEAST
    return [
        None, _("Together"), total.group, *sums, str(bound.label), _float(total.low),
        _float(found.target), _float(total.change), None, found.data_on.isoformat(), found.source,
    ]  # fmt: skip


def _chart(found: Evaluation) -> SheetChart | None:
    shown = found.units[:_MOST_BARS]
    if not shown:
        return None
    at = 4 + len(found.told_doses)
    last = len(shown) - 1
    told = "; ".join(f"{each.name} {wording.share(each)}" for each in shown)
    return SheetChart(
        kind="bar", title=title(found), x_title="", y_title=_("Coverage (%)"),
        series=(
            Series(name=_("Coverage (%)"), x=_UNIT, y=at, first=0, last=last),
            Series(name=_("Target (%)"), x=_UNIT, y=at + 1, first=0, last=last),
        ),
        alt=_("Bars of coverage by unit against the target of {target}: {list}.",
              target=wording.per_cent(found.target), list=told),
    )  # fmt: skip


def _float(number: Decimal | None) -> float | None:
    return float(number) if number is not None else None
