"""English from the source in, the reader's language out: texts, dates and numbers; Bahasa Indonesia is the default."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Self
from zoneinfo import ZoneInfo

from prokes_social.clock import zone_label

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE = "id"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def language() -> str:
    return _language.get()


def use_language(code: str) -> None:
    """Speak `code` from here on in this context; an unknown code means the default."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


@dataclass(frozen=True)
class Bilingual:
    """A text that carries its own two languages, as rules and templates do."""

    id: str
    en: str

    def __str__(self) -> str:
        return self.id if language() == "id" else self.en


_NONE = Bilingual("", "")  # for type checkers only: looking a member up by value needs no label


class Labelled(StrEnum):
    """Words of ours that people read: each member carries its label, and a remark, in both languages."""

    label: Bilingual
    remark: Bilingual

    def __new__(cls, value: str, label: Bilingual = _NONE, remark: Bilingual = _NONE) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.remark = remark
        return member


def _(text: str, /, **values: object) -> str:
    """Translate, then fill `{name}` places; texts without values are taken as they are."""
    translated = text if language() == "en" else _catalog(language()).get(text, text)
    return translated.format(**values) if values else translated


def n_(one: str, many: str, count: int, /, **values: object) -> str:
    """Like `_` for counted things; Bahasa Indonesia has one form."""
    text = one if count == 1 and language() == "en" else many
    return _(text, count=format_number(count), **values)


def gettext(text: str) -> str:
    """For a library that says its own words, and fills them itself."""
    return _(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _(one if count == 1 else many)


@cache
def _catalog(code: str) -> dict[str, str]:
    # The .po is read at start, so that no compiled file can lag behind it.
    from babel.messages.pofile import read_po

    texts: dict[str, str] = {}
    for name in (f"click.{code}.po", f"{code}.po"):  # where both say something, ours holds
        with files("prokes_social").joinpath("locale", name).open("rb") as file:
            catalog = read_po(file, locale=code)
        for message in catalog:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            text = message.string if isinstance(message.string, str) else (message.string or [""])[0]
            texts |= {each: text for each in ids if each and text and not message.fuzzy}
    return texts


def format_datetime(at: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """`Minggu, 22 November 2026 pukul 19.30 WIB`."""
    day, time = format_date(at.astimezone(zone).date(), weekday=True), format_time(at, zone, seconds=seconds)
    return _("{day} at {time}", day=day, time=time)


def format_short(at: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """`Min 22 Nov 19.30 WIB`, for tables."""
    from babel.dates import format_date as babel_date

    day = babel_date(at.astimezone(zone).date(), "EEE d MMM", locale=language())
    return f"{day} {format_time(at, zone, seconds=seconds)}"


def format_time(at: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    local = at.astimezone(zone)
    dot = "." if language() == "id" else ":"
    return local.strftime(f"%H{dot}%M{dot}%S" if seconds else f"%H{dot}%M") + f" {zone_label(zone)}"


def format_date(day: date, *, weekday: bool = False) -> str:
    from babel.dates import format_date as babel_date

    return babel_date(day, "EEEE, d MMMM y" if weekday else "d MMMM y", locale=language())


def format_days(first: date, last: date) -> str:
    """`23–29 November 2026`."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{format_date(last)}"
    from babel.dates import format_date as babel_date

    start = babel_date(first, "d MMMM" if first.year == last.year else "d MMMM y", locale=language())
    return f"{start} – {format_date(last)}"


def format_number(number: int | float | Decimal) -> str:
    """`1.234.567,5` in Bahasa Indonesia."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=language())


def format_dollars(amount: Decimal) -> str:
    """US dollars as X charges them, `US$0,015`; fractions of a cent are kept."""
    from babel.numbers import format_decimal

    return "US$" + format_decimal(amount, "#,##0.00##", locale=language())


def format_age(age: timedelta) -> str:
    """`28 hari`, `6 jam`, `15 detik`: the largest unit that fits, rounded."""
    seconds = age.total_seconds()
    if seconds >= 86400 * 0.95:
        return n_("{count} day", "{count} days", round(seconds / 86400))
    if seconds >= 3600 * 0.95:
        return n_("{count} hour", "{count} hours", round(seconds / 3600))
    if seconds >= 60 * 0.95:
        return n_("{count} minute", "{count} minutes", round(seconds / 60))
    return n_("{count} second", "{count} seconds", round(seconds))
