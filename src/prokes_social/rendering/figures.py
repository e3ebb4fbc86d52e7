"""Figures and names as people write them in; shares of a bar, initials of a name out."""

import re

#: What stands before and after a name and is not the name.
_BEFORE = re.compile(r"^(?:(?:Prof|Dr|dr|drg|Drs|Dra|Ir|Ns|H|Hj|KH|R|Rr|Ny|Tn|Bpk|Ibu)\.?\s+)+")


def number(text: str) -> float:
    """`62,5` or `62.5`, with or without a percent sign. Raises ValueError."""
    return float(text.replace("%", "").strip().replace(",", "."))


def share(text: str, most: float) -> float:
    """From 0 to 1; what is above `most` fills the bar."""
    return min(max(number(text) / most, 0.0), 1.0)


def initials(name: str) -> str:
    """The first letters of the first two names, without academic titles: `dr. Hj. Siti Rahmawati, Sp.A` gives SR."""
    names = _BEFORE.sub("", name.partition(",")[0].strip()).split()
    return "".join(each[0] for each in names[:2]).upper()
