"""Settings and a brand's look in; letterhead, number and who signs out, as nouns and as plain data for a PDF."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_date
from prokes_social.model.report import Letterhead, Paper, Signature
from prokes_social.reporting.colour import readable
from prokes_social.settings import Settings

#: Where no brand kit gives a colour that can be used: a deep teal, 8:1 on white.
ACCENT = "#0b5563"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a brand kit gives to paper."""

    accent: str = ""  #: `#rrggbb`
    emblem: str = ""  #: an SVG's text


def letterhead_of(settings: Settings, look: Look) -> Letterhead:
    named = settings.organisation
    return Letterhead(
        organisation=named.name,
        unit=named.unit,
        accent=readable(look.accent, otherwise=ACCENT),
        address=named.address,
        emblem=look.emblem,
    )


def paper_of(settings: Settings, *, number: str = "") -> Paper:
    """`number` as the office's register of letters gives it."""
    signatory = settings.organisation.signature
    return Paper(number=number, signature=Signature(**signatory.model_dump()) if signatory.office else None)


def letterhead_data(letterhead: Letterhead) -> dict[str, Any]:
    """For `typst/letterhead.typ`."""
    return {
        "lines": [line for line in (letterhead.organisation, letterhead.unit) if line],
        "address": letterhead.address,
        "emblem": letterhead.emblem,
        "emblem-alt": _("Emblem of {organisation}", organisation=letterhead.organisation),
        "accent": letterhead.accent,
    }


def signature_data(paper: Paper, *, made_at: datetime, zone: str) -> dict[str, str] | None:
    signature = paper.signature
    if signature is None:
        return None
    day = format_date(made_at.astimezone(zone_named(zone)).date())
    return {
        "place-and-date": f"{signature.place}, {day}" if signature.place else day,
        "office": signature.office,
        "name": signature.name,
        "rank": signature.rank,
        "nip": f"NIP {signature.nip}" if signature.nip else "",
    }


def number_line(paper: Paper) -> str:
    return _("Number: {number}", number=paper.number) if paper.number else ""
