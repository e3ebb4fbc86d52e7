"""Plan in, deliveries out that would say the same twice on one X account."""

import re
from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import without_addresses
from prokes_social.i18n import Bilingual
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.plan import Change, Plan, PlannedChange

code = "same-text-twice-on-x"
why = Bilingual(
    "X menolak unggahan yang sama dari satu akun, juga bila hanya tagarnya yang berbeda.",
    "X refuses the same post from one account, also where only hashtags differ.",
)
looks_at = Plan
bad = """
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
sends:
  - {id: pagi, message: pesan, to: x, at: 2026-11-24 07.30}
  - {id: sore, message: pesan, to: x, at: 2026-11-25 16.30}
"""
good = """
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
  - {id: lain, text: Yuk istirahat yang cukup malam ini., sources: [kemenkes]}
sends:
  - {id: pagi, message: pesan, to: x, at: 2026-11-24 07.30}
  - {id: sore, message: lain, to: x, at: 2026-11-25 16.30}
"""


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    said: dict[tuple[str, str], str] = {}
    for change in sorted(plan.changes, key=_due):
        text = _text_on_x(change)
        if text is None:
            continue
        first = said.setdefault((change.key.account, gist(text)), change.key.occurrence)
        if first != change.key.occurrence and change.wanted and change.change is not Change.KEEP:
            yield _finding(change, first)


def gist(text: str) -> str:
    """What remains when hashtags, addresses, punctuation and capitals are left aside."""
    words = re.sub(r"#\w+", " ", without_addresses(text)).casefold()
    return " ".join(re.findall(r"\w+", words))


def _due(change: PlannedChange) -> tuple[bool, str]:
    """What is out already comes first; the rest in the order of its time."""
    content = change.content or (change.queued.content if change.queued else None)
    out = change.queued is not None and change.queued.status is DeliveryStatus.PUBLISHED
    return not out, content.due_at.isoformat() if content else ""


def _text_on_x(change: PlannedChange) -> str | None:
    platform = change.wanted.account.platform if change.wanted else change.queued.platform if change.queued else ""
    if platform != "x" or change.change is Change.CANCEL:
        return None
    if change.queued and change.queued.status is DeliveryStatus.PUBLISHED:
        return change.queued.content.text
    return change.content.text if change.content else None


def _finding(change: PlannedChange, first: str) -> Finding:
    send, _, day = first.partition("@")
    path = change.wanted.send_path if change.wanted else ()
    return Finding(
        path=path,
        what=Bilingual(
            f"Di akun {change.key.account} teks yang sama sudah ada pada jadwal “{send}” ({day}).",
            f"On {change.key.account} the send “{send}” ({day}) already says the same.",
        ),
        remedy=Bilingual(
            "Tulis pesan lain untuk X, atau hapus X dari jadwal ini.", "Write another message for X, or leave X out."
        ),
    )
