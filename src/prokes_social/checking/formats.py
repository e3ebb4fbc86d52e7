"""Problems in, the forms people and programs read them in out: plain text with a caret, JSON, GitHub annotations."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from prokes_social.i18n import _
from prokes_social.problem import Place, Problem, Severity

#: Longer source lines are cut around the place in question.
WIDTH = 100


def as_text(problems: Iterable[Problem]) -> str:
    """A block for each problem, without colours: place, severity, code, sentence, source line, remedy."""
    return "\n\n".join(_block(problem) for problem in problems)


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [problem.as_json() for problem in problems]


def as_github(problems: Iterable[Problem]) -> str:
    """Workflow commands that GitHub shows beside the line.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "\n".join(_annotation(problem) for problem in problems)


def _block(problem: Problem) -> str:
    severity = _("error") if problem.severity is Severity.ERROR else _("warning")
    place = f"{problem.place}: " if problem.place else ""
    lines = [f"{place}{severity} [{problem.code}]", f"  {problem.what}"]
    if problem.place and problem.place.excerpt.strip():
        lines += source_lines(problem.place)
    if problem.remedy:
        lines.append(f"  → {problem.remedy}")
    return "\n".join(lines)


def source_lines(place: Place) -> list[str]:
    """The line with its number, and a caret under the column."""
    start = max(0, min(place.column - 1 - WIDTH // 2, len(place.excerpt) - WIDTH))
    shown = place.excerpt[start : start + WIDTH]
    before = shown[: place.column - 1 - start]
    margin = f"  {place.line} | "
    return [margin + shown, " " * (len(margin) - 2) + "| " + _blank(before) + "^"]


def _blank(text: str) -> str:
    """As wide as `text` on a terminal; tabs stay tabs."""
    return "".join("\t" if each == "\t" else " " * _cells(each) for each in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _annotation(problem: Problem) -> str:
    place = problem.place
    where = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in {**where, "title": problem.code}.items())
    return f"::{problem.severity.value} {properties}::{_data(f'{problem.what} {problem.remedy}'.strip())}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
