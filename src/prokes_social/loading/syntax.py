"""PyYAML's complaint in, a Problem in the words of an office out: the commonest slips by name, the rest in general."""

import re
from collections.abc import Callable

import yaml

from prokes_social.i18n import _
from prokes_social.model.campaign import place_in
from prokes_social.problem import Problem

Said = tuple[str, str, str]  #: code, what, remedy


def syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """What stopped the parser, at the place where a person would mend it."""
    complaint, context = error.problem or "", error.context or ""
    index = _index(error.problem_mark, len(text))
    began = _index(error.context_mark, index)
    for matches, at_beginning, say in _SLIPS:
        if matches(complaint, context):
            at = began if at_beginning else index
            code, what, remedy = say(text, at)
            at = _line_begins(text, at) if code == "yaml-indent" else at
            return Problem(code=code, what=what, remedy=remedy, place=place_in(text, file, at))
    what = _("YAML cannot be followed here (“{words}”).", words=" ".join(f"{context} {complaint}".split()))
    return Problem(code="yaml", what=what, remedy=_quote_or_indent(), place=place_in(text, file, index))


def unreadable_problem(text: str, file: str, index: int) -> Problem:
    what = _("There is a character here that cannot be read.")
    remedy = _("Delete it and type the text anew; it often comes from copying out of another program.")
    return Problem(code="yaml-character", what=what, remedy=remedy, place=place_in(text, file, index))


def _index(mark: yaml.Mark | None, otherwise: int) -> int:
    return otherwise if mark is None else min(int(mark.index), otherwise) if otherwise else int(mark.index)


def _line_begins(text: str, at: int) -> int:
    """The first character of the line that is not a space."""
    line_start = text.rfind("\n", 0, at) + 1
    return line_start + len(text[line_start:at]) - len(text[line_start:at].lstrip())


def _quote_or_indent() -> str:
    return _("Check the indentation (spaces only) and put texts with special signs in quotes.")


def _colon(text: str, at: int) -> Said:
    before = text[text.rfind("\n", 0, at) + 1 : at]
    if re.fullmatch(r"\s*(?:-\s+)?[\w-]+\s*", before):
        return _indented(text, at)
    return (
        "yaml-colon",
        _("A colon followed by a space cannot stand in a text without quotes."),
        _("Put the whole text in quotes, or write it below “|” on lines of its own."),
    )


def _indented(text: str, at: int) -> Said:
    return (
        "yaml-indent",
        _("This line is indented differently from its neighbours."),
        _("Parts that belong together begin in the same column; use two spaces for each level."),
    )


def _block_ended(text: str, at: int) -> Said:
    """A mapping or list did not go on as it began: text behind a quote, a bracket in a text, or indentation."""
    before = text[text.rfind("\n", 0, at) + 1 : at].rstrip()
    if before.endswith(("'", '"')):
        return (
            "yaml-quotes",
            _("The text goes on after its closing quote."),
            _("Put the whole text in one pair of quotes; inside them write “ ” or ' for further quotes."),
        )
    if before.endswith(("}", "]")):
        return _bracket(text, at)
    if text[at : at + 1] == ":":
        return "key-empty", _("A key is missing before the colon."), _("Write the key's name before the colon.")
    return _indented(text, at)


def _bracket(text: str, at: int) -> Said:
    return (
        "yaml-bracket",
        _("A bracket opens a list here, and the list does not end as it should."),
        _("Put the whole text in quotes if the bracket belongs to it; otherwise close the bracket."),
    )


def _question_in_brackets(text: str, at: int) -> Said:
    return (
        "yaml-quotes",
        _("Between brackets, a text with a question mark must stand in quotes."),
        _("Put this text in quotes, or write the list without brackets, one item to a line."),
    )


def _tab(text: str, at: int) -> Said:
    return (
        "yaml-tab",
        _("There is a tab here; YAML allows only spaces for indentation."),
        _("Replace the tab by spaces, two for each level."),
    )


def _first_sign(text: str, at: int) -> Said:
    if text[at : at + 1] == "\t":
        return _tab(text, at)
    return (
        "yaml-sign",
        _("A text cannot begin with “{sign}” unless it stands in quotes.", sign=text[at : at + 1]),
        _("Put the whole text in quotes."),
    )


def _open_quote(text: str, at: int) -> Said:
    return (
        "yaml-quotes",
        _("The quote that opens here is never closed."),
        _("Add the same quote sign at the end of the text."),
    )


def _escape(text: str, at: int) -> Said:
    return (
        "yaml-escape",
        _("A backslash inside double quotes begins a special sign, and this one is unknown."),
        _("Write \\\\ for a backslash, or use single quotes."),
    )


def _no_colon(text: str, at: int) -> Said:
    return (
        "yaml-no-colon",
        _("This line has no colon, so it is neither a key nor part of the text above."),
        _("Write “key: value”. If it continues a text, indent it further than that text's key."),
    )


def _after_bar(text: str, at: int) -> Said:
    return (
        "yaml-block",
        _("A text after “|” or “>” must begin on the next line."),
        _("Break the line after the sign, or put the whole text in quotes."),
    )


def _dash(text: str, at: int) -> Said:
    return (
        "yaml-dash",
        _("A list cannot begin on the line of its key."),
        _("Put each “- …” on a line of its own below the key, or put the text in quotes."),
    )


def _says(*words: str) -> Callable[[str, str], bool]:
    return lambda complaint, context: any(word in complaint for word in words)


def _while(*words: str) -> Callable[[str, str], bool]:
    return lambda complaint, context: any(word in context for word in words)


def _unclosed_quote(complaint: str, context: str) -> bool:
    return "quoted scalar" in context and ("end of stream" in complaint or "document separator" in complaint)


#: Which complaint; whether the place is where the part began (else where reading stopped); how to say it.
_SLIPS: tuple[tuple[Callable[[str, str], bool], bool, Callable[[str, int], Said]], ...] = (
    (_unclosed_quote, True, _open_quote),
    (_while("quoted scalar"), False, _escape),
    (_says("mapping values are not allowed"), False, _colon),
    (_says("sequence entries are not allowed"), False, _dash),
    (_says("that cannot start any token"), False, _first_sign),
    (_while("scanning a simple key"), True, _no_colon),
    (_while("scanning a block scalar"), False, _after_bar),
    (_while("scanning an alias", "scanning an anchor", "a tag", "parsing a node"), True, _first_sign),
    (_says("but got '?'"), False, _question_in_brackets),
    (_while("parsing a flow"), True, _bracket),
    (_while("parsing a block"), False, _block_ended),
    (_says("<document start>"), False, _block_ended),
)
