"""A cell's text in, the number it says out: as Indonesian and English offices write it, or as a sheet holds it."""

import re
from decimal import Decimal

#: 1.284 and 1 284 are counts of people; 1,284 is told as a decimal, because a comma is one here.
_GROUPED = re.compile(r"-?\d{1,3}(?:[. ]\d{3})+(?:,\d+)?")
_PLAIN = re.compile(r"-?\d+(?:[.,]\d+)?")
_MINUS = str.maketrans("−–", "--")


def read_number(said: str, *, held: bool, grouped: bool = True) -> Decimal | None:
    """None where it is no number. `held`: the sheet holds a number, so that its point is a decimal one."""
    said = said.translate(_MINUS).replace("- ", "-")
    if held:
        return Decimal(said)
    if grouped and _GROUPED.fullmatch(said):
        return Decimal(re.sub(r"[. ]", "", said).replace(",", "."))
    return Decimal(said.replace(",", ".")) if _PLAIN.fullmatch(said) else None


def decimals_of(number: Decimal) -> int:
    """How much stands behind the comma."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
