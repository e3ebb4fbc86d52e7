"""Problem: one thing to put right in a campaign, template, brand or table; says what, where and how to mend it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    ERROR = "error"  #: nothing goes out until it is mended
    WARNING = "warning"  #: may go out, but look at it


@dataclass(frozen=True, kw_only=True)
class Place:
    """A position in a text file; `line` and `column` count from 1, columns in characters."""

    file: str
    line: int
    column: int
    excerpt: str = ""  #: the source line, so that a caret can be drawn without reading the file again

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`what` and `remedy` are sentences in the reader's language; `code` never changes with it."""

    code: str
    what: str
    remedy: str
    place: Place | None = None
    severity: Severity = Severity.ERROR

    def as_json(self) -> dict[str, Any]:
        place = asdict(self.place) if self.place else {"file": None, "line": None, "column": None}
        place.pop("excerpt", None)
        return {"code": self.code, "severity": self.severity.value, **place, "what": self.what, "remedy": self.remedy}


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort by file, line and column; problems without a place come last."""
    return sorted(problems, key=_reading_key)


def _reading_key(problem: Problem) -> tuple[bool, str, int, int, str]:
    place = problem.place
    return (
        place is None,
        place.file if place else "",
        place.line if place else 0,
        place.column if place else 0,
        problem.code,
    )


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)
