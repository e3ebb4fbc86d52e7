"""Figures of coverage in, what people read out; cards, papers and screens say the same."""

from decimal import Decimal

from prokes_social.i18n import _, format_date, format_number, language, n_
from prokes_social.model.coverage import Bound, Evaluation, OverallCoverage, UnitCoverage

DASH = "–"
_SIGNS = {Bound.EXACT: "", Bound.AT_LEAST: "≥ ", Bound.AT_MOST: "≤ "}


def per_cent(share: Decimal) -> str:
    """`14,3 %`, with a space that no line ends at."""
    return f"{format_number(share.normalize() + 0)}\N{NO-BREAK SPACE}%"


def measured(share: Decimal) -> str:
    """`49,0 %`, so that commas of a column stand below each other."""
    return per_cent(share) if share in (0, 100) else f"{_fixed(share)}\N{NO-BREAK SPACE}%"


def share(each: UnitCoverage) -> str:
    return measured(each.percent) if each.is_exact else f"{_SIGNS[each.bound]}{per_cent(each.percent)}"


def overall(total: OverallCoverage) -> str:
    if total.is_exact:
        return measured(total.low)
    return f"{format_number(total.low + 0)}–{per_cent(total.high)}"


def change(points: Decimal | None) -> str:
    """`+3,2`, in per cent points."""
    if points is None:
        return DASH
    if not points:
        return "0"
    return f"{'+' if points > 0 else '−'}{_fixed(abs(points))}"


def _fixed(number: Decimal) -> str:
    whole, _point, rest = f"{number:.1f}".partition(".")
    return f"{whole},{rest}" if language() == "id" else f"{whole}.{rest}"


def count(people: int | None) -> str:
    return DASH if people is None else format_number(people)


def lead(found: Evaluation) -> str:
    """The whole in two sentences."""
    total = found.overall
    first = _("{share} of the target group {measure}, {target} is the target.", share=overall(total),
              measure=found.measure.remark, target=per_cent(found.target))  # fmt: skip
    units = n_("{count} unit is told", "{count} units are told", len(found.ranked))
    if found.mark < found.target:
        reached = _("{units}; {count} of them stand at {mark} or more.", units=units,
                    count=format_number(len(found.reached)), mark=per_cent(found.mark))  # fmt: skip
    else:
        reached = _("{units}; {count} of them have reached it.", units=units, count=format_number(len(found.reached)))
    return f"{first} {reached}"


def notes(found: Evaluation) -> list[str]:
    """What to know before trusting the figures."""
    said = [_("According to the table of {source}; data of {day}. Counted by the office itself, not by this program.",
              source=found.source, day=format_date(found.data_on))]  # fmt: skip
    if found.in_percent:
        said.append(_("The table gives per cents; numbers of people are computed from them."))
    if found.before_on:
        said.append(_("Changes, in per cent points, are counted from the data of {day}.",
                      day=format_date(found.before_on)))  # fmt: skip
    if found.public:
        said.append(_("Shares of 95 % and more, and of fewer than 5 people, are told as bounds, so that no single "
                      "person's status can be worked out."))  # fmt: skip
        if found.pooled:
            said.append(_("Units of fewer than 20 people are told together."))
        if found.left_out:
            said.append(_("Units of fewer than 20 people are not shown, and are in no sum."))
    return said
