"""What is, or was, approved of a campaign in; plain data for `typst/approval.typ` out: to sign, and to file."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_date, format_datetime, format_short, n_
from prokes_social.model.approval import Saying
from prokes_social.model.campaign import Source
from prokes_social.model.report import Letterhead, Paper
from prokes_social.reporting.paper import letterhead_data, number_line, signature_data
from prokes_social.reporting.thumbnails import thumbnail

#: Twice the points that a card is wide on paper, for printers.
CARD_WIDTH = 480
#: Times of one text that are written out; the queue has them all.
MOST_TIMES = 24


@dataclass(frozen=True, kw_only=True)
class Time:
    account: str
    due_at: datetime
    zone: str


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One text, as it stands on the accounts that have it."""

    to: str  #: of staff, whom they are; else empty
    text: str
    link: str
    card: bytes  #: as it goes out; empty without one
    alt_text: str
    times: Sequence[Time]


@dataclass(frozen=True, kw_only=True)
class Word:
    """What somebody said of it."""

    who: str
    what: Saying
    at: datetime
    remark: str
    contents: int


@dataclass(frozen=True, kw_only=True)
class SheetMessage:
    message: str
    author: str
    wordings: Sequence[Wording]
    sources: Sequence[Source]
    words: Sequence[Word]
    waiting: int  #: deliveries and waves without an approval
    digest: str  #: of all contents together


@dataclass(frozen=True, kw_only=True)
class ApprovalSheet:
    campaign: str
    title: str
    zone: str
    made_at: datetime
    sandbox: bool  #: some of its accounts are on trial
    version: str
    letterhead: Letterhead
    paper: Paper
    messages: Sequence[SheetMessage]


def document_of(sheet: ApprovalSheet) -> dict[str, Any]:
    made = format_datetime(sheet.made_at, zone_named(sheet.zone))
    waiting = sum(each.waiting for each in sheet.messages)
    return {
        "title": sheet.title,
        "kicker": _("Approval sheet"),
        "number": number_line(sheet.paper),
        "sandbox": _("Some accounts of this campaign are on trial in a sandbox.") if sheet.sandbox else "",
        "letterhead": letterhead_data(sheet.letterhead),
        "lead": n_("{count} message.", "{count} messages.", len(sheet.messages)) + " " + _state(waiting),
        "words": _headings(),
        "messages": [_message(each, sheet) for each in sheet.messages],
        "blocks": [_("Written by"), _("Facts checked by"), _("Approved by")],
        "names": _names(sheet.messages),
        "signature": signature_data(sheet.paper, made_at=sheet.made_at, zone=sheet.zone),
        "footer": _("Made {at} by prokes-social {version}.", at=made, version=sheet.version),
        "page": _("page {page} of {pages}", page="{page}", pages="{pages}"),
    }


def _state(waiting: int) -> str:
    if not waiting:
        return _("Everything on this sheet is approved.")
    return n_(
        "{count} delivery or invitation still waits for approval.",
        "{count} deliveries or invitations still wait for approval.", waiting,
    )  # fmt: skip


def _headings() -> Mapping[str, str]:
    return {
        "sources": _("Sources"), "said": _("What was said so far"),
        "none": _("This message claims nothing that needs a source."),
        "who": _("Who"), "what": _("What"), "when": _("When"), "remark": _("Remark"), "times": _("When and where"),
        "nobody": _("Nobody has said anything about it yet."), "alt": _("For screen readers"), "link": _("Link"),
        "digest": _("This content's digest:"), "signature": _("Signature and date"),
    }  # fmt: skip


def _message(each: SheetMessage, sheet: ApprovalSheet) -> dict[str, Any]:
    return {
        "name": each.message,
        "author": _("Written by {who}", who=each.author),
        "wordings": [_wording(wording) for wording in each.wordings],
        "sources": [
            _source(source, sheet.made_at.astimezone(zone_named(sheet.zone)).date()) for source in each.sources
        ],
        "said": [_word(word, sheet.zone) for word in each.words],
        "digest": each.digest[:32],
    }


def _wording(each: Wording) -> dict[str, Any]:
    shown = [f"{time.account}: {format_short(time.due_at, zone_named(time.zone))}" for time in each.times[:MOST_TIMES]]
    more = len(each.times) - len(shown)
    if more > 0:
        shown.append(n_("and {count} more", "and {count} more", more))
    return {
        "to": each.to, "text": each.text, "link": each.link, "alt": each.alt_text, "card": _picture(each.card),
        "times": shown,
    }  # fmt: skip


def _picture(card: bytes) -> str:
    """An SVG around the JPEG: data travels as text."""
    small = thumbnail(card, CARD_WIDTH) if card else b""
    if not small:
        return ""
    wide, tall = _size(small)
    inner = b64encode(small).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}">'
        f'<image width="{wide}" height="{tall}" href="data:image/jpeg;base64,{inner}"/></svg>'
    )


def _size(jpeg: bytes) -> tuple[int, int]:
    from io import BytesIO

    from PIL import Image  # as in `thumbnails`

    with Image.open(BytesIO(jpeg)) as picture:
        return picture.size


def _source(source: Source, today: date) -> dict[str, Any]:
    holds = _("checked {on}, holds until {until}", on=format_date(source.checked_on),
              until=format_date(source.valid_until))  # fmt: skip
    over = _("no longer holds")
    dates = f"{holds} · {over}" if source.valid_until < today else holds
    return {"title": source.title, "url": source.url, "dates": dates}


def _word(word: Word, zone: str) -> list[str]:
    return [word.who, str(word.what.label), format_datetime(word.at, zone_named(zone)), word.remark]


def _names(messages: Iterable[SheetMessage]) -> list[str]:
    """Who wrote, checked and approved, for the block that is signed; empty where nobody did."""
    messages = list(messages)
    wrote = {each.author for each in messages}
    checked = {word.who for each in messages for word in each.words if word.what is Saying.CHECKED}
    approved = {word.who for each in messages for word in each.words if word.what is Saying.APPROVED}
    return [", ".join(sorted(name for name in names if name)) for names in (wrote, checked, approved)]
