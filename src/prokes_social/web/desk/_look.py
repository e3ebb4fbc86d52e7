"""What all pages of the desk look like: menu, icons, colours of the brand kit, how times and numbers are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from prokes_social.clock import zone_named
from prokes_social.i18n import (
    _,
    format_age,
    format_date,
    format_dollars,
    format_number,
    format_short,
    format_time,
    language,
)
from prokes_social.model.brand import BrandKit, contrast
from prokes_social.model.user import Right
from prokes_social.rendering.icons import icon_svg

if TYPE_CHECKING:
    from prokes_social.web.desk._visit import Visit


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of the menu."""

    path: str
    label: str
    icon: str
    here: bool
    group: str = ""


#: Address, words, icon, right, and the heading it stands below; `whole` is for who works for the whole office.
_MENU: tuple[tuple[str, Callable[[], str], str, Right, str], ...] = (
    ("/", lambda: _("Today"), "house", Right.SEE, ""),
    ("/calendar", lambda: _("Calendar"), "calendar-days", Right.SEE, ""),
    ("/campaigns", lambda: _("Campaigns"), "megaphone", Right.SEE, ""),
    ("/approvals", lambda: _("Approval"), "badge-check", Right.SEE, ""),
    ("/studio", lambda: _("Card studio"), "image", Right.EDIT, ""),
    ("/reports", lambda: _("Reach"), "chart-column", Right.SEE, ""),
    ("/accounts", lambda: _("Accounts"), "at-sign", Right.SEE, "office"),
    ("/staff", lambda: _("Staff"), "users", Right.STAFF, "office"),
    ("/units", lambda: _("Units"), "network", Right.SEE, "office"),
    ("/alarms", lambda: _("Alarms"), "bell", Right.SEE, "office"),
    ("/users", lambda: _("Users"), "key-round", Right.MANAGE, "office"),
    ("/tokens", lambda: _("Tokens of the API"), "plug", Right.MANAGE, "office"),
    ("/audit", lambda: _("Audit trail"), "scroll-text", Right.MANAGE, "whole"),
    ("/settings", lambda: _("Settings"), "settings", Right.MANAGE, "whole"),
    ("/manual", lambda: _("Manual"), "book-open", Right.SEE, "office"),
)  # fmt: skip


def menu(visit: "Visit") -> list[Item]:
    """What this user may open."""
    at = visit.request.url.path
    return [
        Item(path=path, label=label(), icon=icon, here=at == path or (path != "/" and at.startswith(f"{path}/")),
             group=group)
        for path, label, icon, right, group in _MENU
        if visit.may(right) and (group != "whole" or visit.units is None)
    ]  # fmt: skip


@cache
def icon(name: str, size: int = 20) -> Markup:
    """A drawing beside words; whoever listens hears the words alone."""
    drawn = icon_svg(name, _NO_KIT)
    inner = drawn[drawn.index(">", drawn.index("<svg")) + 1 : drawn.rindex("</svg>")]
    return Markup(  # noqa: S704 - drawings of ours and of Lucide's
        f'<svg class="icon" aria-hidden="true" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none"'
        f' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{inner}</svg>'
    )


class _NoKit:
    files: Mapping[str, bytes] = {}


_NO_KIT: Any = _NoKit()


def _short(at: datetime, zone: str) -> str:
    return format_short(at, zone_named(zone))


def _time(at: datetime, zone: str) -> str:
    return format_time(at, zone_named(zone))


def _hour(at: datetime, zone: str) -> str:
    """Without the zone, where it is written once for all."""
    return format_time(at, zone_named(zone)).rpartition(" ")[0]


def _day_name(day: date) -> str:
    from babel.dates import format_date as babel_date

    return babel_date(day, "EEE", locale=language())


def month_of(day: date) -> str:
    from babel.dates import format_date as babel_date

    return babel_date(day, "MMMM y", locale=language())


#: What templates write times and numbers with.
FORMATS: Mapping[str, Any] = {
    "short": _short, "clock": _time, "day": format_date, "number": format_number, "dollars": format_dollars,
    "age": format_age, "zone_of": zone_named, "hour": _hour, "day_name": _day_name,
    "month_of": month_of,
}  # fmt: skip


# --- colours of the brand kit ---


def colours(kit: BrandKit | None) -> str:
    """CSS variables; the desk's own greens where no kit says otherwise, or its colours could not be read."""
    light, dark = _pair(kit, "light"), _pair(kit, "dark")
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"


_OWN = {"light": ("#0b5a50", "#ffffff", "#0b5a50", "#e2f1ed"), "dark": ("#7fdccb", "#06211d", "#8fe3d3", "#12352f")}
_PAPER = (255, 255, 255)
#: WCAG 2.2 AA for text.
LEGIBLE = 4.5


def _pair(kit: BrandKit | None, tone: str) -> str:
    brand, on_brand, text, soft = _OWN[tone]
    if kit and tone == "light":
        primary, on_primary = kit.color("primary"), kit.color("on_primary")
        if contrast(primary, on_primary) >= LEGIBLE and contrast(primary, _PAPER) >= LEGIBLE:
            brand, on_brand, text = _hex(primary), _hex(on_primary), _hex(primary)
    return f"--brand:{brand};--on-brand:{on_brand};--brand-text:{text};--brand-soft:{soft}"


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
