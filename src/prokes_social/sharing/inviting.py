"""People in, the words and addresses that bring each of them to their own page out.

WhatsApp is never automated: a person of the unit taps, reads and sends, one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote

from prokes_social.i18n import _
from prokes_social.model.staff import StaffMember

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Somebody to be brought to their page; `tap` opens the app with the text filled in, empty without a contact."""

    name: str
    unit: str
    contact: str
    page: str
    text: str
    tap: str


def invitee(member: StaffMember, page: str, *, office: str, has_agreed: bool) -> Invitee:
    text = _personal_text(member, page, office=office, has_agreed=has_agreed)
    return Invitee(
        name=member.name, unit=member.unit.name, contact=member.contact, page=page, text=text,
        tap=_tap(member.contact, text),
    )  # fmt: skip


def group_text(unit: str, headline: str, *, office: str) -> str:
    """For the unit's group: what is there to share, and nobody's own link."""
    return _(
        "Hello everyone at {unit},\n\n“{headline}” is ready on your personal pages. Open the link that was sent to you "
        "alone, choose the card and share it if you like. Sharing is a choice; nobody keeps a list of names.\n\n"
        "No link yet, or lost it? Please ask the communications team of {office}. Thank you for looking after each "
        "other.",
        unit=unit, headline=headline, office=office,
    )  # fmt: skip


def as_xlsx(invitees: Sequence[Invitee]) -> bytes:
    """One row a person with a link to tap; every cell is text, so that no name becomes a formula."""
    import xlsxwriter

    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Links"))
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "vcenter"})
        plain = book.add_format({"num_format": "@", "valign": "top"})
        titles = (_("name"), _("unit"), _("contact"), _("send"), _("personal page"))
        for column, (title, width) in enumerate(zip(titles, (42, 34, 20, 20, 60), strict=True)):
            sheet.set_column(column, column, width, plain)
            sheet.write_string(0, column, title, head)
        for row, each in enumerate(invitees, start=1):
            _write_row(sheet, row, each)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(invitees), 1), len(titles) - 1)
    return file.getvalue()


#: Excel refuses longer addresses in a cell.
_MOST = 2000


def _write_row(sheet: "Worksheet", row: int, each: Invitee) -> None:
    cells = (each.name, each.unit, each.contact, "", each.page)
    for column, text in enumerate(cells):
        sheet.write_string(row, column, text)
    if each.tap and len(each.tap) < _MOST:
        sheet.write_url(row, 3, each.tap, string=_("Send"))


def _personal_text(member: StaffMember, page: str, *, office: str, has_agreed: bool) -> str:
    if has_agreed:
        return _(
            "Hello {name},\n\nhere is your own page with today's card of {office}. It is yours alone, so please don't "
            "pass it on:\n{page}\n\nSharing is your choice. Thank you.",
            name=member.name, page=page, office=office,
        )  # fmt: skip
    return _(
        "Hello {name},\n\n{office} invites its staff to share caring health messages. On your own page you can read "
        "how it works and say yes or no; both are fine:\n{page}\n\nThe page is yours alone, so please don't pass it "
        "on. Thank you.",
        name=member.name, page=page, office=office,
    )  # fmt: skip


def _tap(contact: str, text: str) -> str:
    if contact.startswith("+"):
        return f"https://wa.me/{contact[1:]}?text={quote(text)}"
    if "@" in contact:
        subject = quote(_("Your personal page"))
        return f"mailto:{quote(contact)}?subject={subject}&body={quote(text)}"
    return ""
