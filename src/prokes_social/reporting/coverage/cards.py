"""How the units stand in; what cards say of it out: one a unit, the ranking, and who has reached the target."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from prokes_social.i18n import _, format_date, format_number, n_
from prokes_social.model.coverage import Bound, Evaluation, UnitCoverage
from prokes_social.reporting.coverage import wording

#: What the card of a unit can do without, the first first.
SPARE = ("message", "doses")
#: Rows of a card; where their names are long, fewer fit.
MOST_ROWS = 8


@dataclass(frozen=True, kw_only=True)
class CoverageCard:
    """A card's words; `name` is that of its file, without size and ending."""

    name: str
    template: str
    slots: Mapping[str, Any]
    alt_text: str


def unit_card(found: Evaluation, each: UnitCoverage, *, kicker: str) -> CoverageCard:
    given = each.doses.get(found.measure)
    slots = {
        "kicker": kicker,
        "unit_name": each.name,
        "percent": _plain(each.percent),
        "shown": "" if each.is_exact else _spaced(wording.share(each)),
        "measure": str(found.measure.remark),
        "target": _plain(found.target),
        "group": format_number(each.group),
        "doses": format_number(given) if given is not None else "",
        "doses_label": _("people covered"),
        "message": _message(found, each, given),
        **_origin(found),
    }
    alt = _("{kicker}, {unit}: {share} {measure}, target {target}. {origin}", kicker=kicker, unit=each.name,
            share=_spaced(wording.share(each)), measure=found.measure.remark,
            target=_spaced(wording.per_cent(found.target)), origin=_said(found))  # fmt: skip
    return CoverageCard(name=f"unit-{each.unit_id}", template="coverage", slots=_told(slots), alt_text=alt)


def without(card: CoverageCard, *slots: str) -> CoverageCard:
    """With less on it, where long names leave no room."""
    return replace(card, slots={name: value for name, value in card.slots.items() if name not in slots})


def ranking_cards(found: Evaluation, *, kicker: str, most: int = MOST_ROWS) -> Iterator[CoverageCard]:
    """All ranked units, evenly over as many cards as they need."""
    headline = _("Coverage *unit by unit*")
    yield from _lists(found, found.ranked, name=_("ranking"), headline=headline, kicker=kicker, most=most)


def reached_cards(found: Evaluation, *, kicker: str, most: int = MOST_ROWS) -> Iterator[CoverageCard]:
    """Those that have reached the target; none where nobody has."""
    headline = _("Reached: *the target*") if found.mark == found.target else _(
        "Reached: *{mark} or more*", mark=_spaced(wording.per_cent(found.mark)))  # fmt: skip
    yield from _lists(found, found.reached, name=_("reached"), headline=headline, kicker=kicker, most=most)


def _lists(
    found: Evaluation, units: Sequence[UnitCoverage], *, name: str, headline: str, kicker: str, most: int
) -> Iterator[CoverageCard]:
    pages = ceil(len(units) / most)
    for page in range(pages):
        shown = units[len(units) * page // pages : len(units) * (page + 1) // pages]
        paged = _(" · {page} of {pages}", page=page + 1, pages=pages) if pages > 1 else ""
        slots = {
            "kicker": f"{kicker}{paged}",
            "headline": headline,
            "rows": [_row(each) for each in shown],
            "target": _plain(found.target),
            "note": _note(found),
            **_origin(found),
        }
        told = "; ".join(f"{each.rank}. {each.name} {_spaced(wording.share(each))}" for each in shown)
        alt = _("{kicker}. {headline}. {list}. Target {target}. {origin}", kicker=slots["kicker"],
                headline=headline.replace("*", ""), list=told, target=_spaced(wording.per_cent(found.target)),
                origin=_said(found))  # fmt: skip
        yield CoverageCard(
            name=f"{name}-{page + 1}" if pages > 1 else name, template="ranking", slots=_told(slots), alt_text=alt
        )


def _row(each: UnitCoverage) -> dict[str, str]:
    row = {
        "unit": each.name,
        "value": _plain(each.percent),
        "shown": _spaced(wording.share(each)),
        "rank": str(each.rank),
        "highlight": "ya" if each.reached else "",
    }
    return {name: value for name, value in row.items() if value}


def _message(found: Evaluation, each: UnitCoverage, given: int | None) -> str:
    """Thanks, or how few are missing; nobody is blamed."""
    if each.reached:
        return _("Thank you. Let's keep looking after each other.")
    if given is None or each.bound is not Bound.EXACT:
        return _("Every step counts. Ask a colleague to come along.")
    missing = found.missing(each)
    return n_(
        "{count} person more, and the target is reached. Ask a colleague to come along.",
        "{count} people more, and the target is reached. Ask a colleague to come along.", missing,
    )  # fmt: skip


def _note(found: Evaluation) -> str:
    said = [_("All together: {share}.", share=_spaced(wording.overall(found.overall)))]
    if found.pooled or found.left_out:
        said.append(_("Units below 20 people are not told singly."))
    return " ".join(said)


def _origin(found: Evaluation) -> dict[str, str]:
    return {"as_of": format_date(found.data_on), "source": found.source}


def _said(found: Evaluation) -> str:
    return _("Data of {day}; source: {source}.", day=format_date(found.data_on), source=found.source)


def _told(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slots.items() if value != ""}


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _spaced(text: str) -> str:
    """Cards set plain spaces only."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
