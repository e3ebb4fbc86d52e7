"""Plan in, new deliveries out whose time is over."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan

code = "past-date"
why = Bilingual("Kiriman yang waktunya sudah lewat tidak dapat tayang.", "A delivery whose time is over cannot go out.")
looks_at = Plan
can_be_silenced = False
bad = """
starts_on: 2026-11-01
sends:
  - {id: sekali, message: pesan, to: facebook, at: 2026-11-02 07.30}
"""
good = """
sends:
  - {id: sekali, message: pesan, to: facebook, at: 2026-11-24 07.30}
"""


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    """A send whose deliveries went out already stays in the queue and is not new; so files live on."""
    over: dict[Path, str] = {}
    for change in plan.changes:
        if change.change is Change.ADD and change.wanted and change.content and change.content.not_after < context.now:
            over.setdefault(change.wanted.send_path, change.key.occurrence)
    for path in over:
        yield Finding(path=(*path, "at"), what=_WHAT, remedy=_REMEDY)


_WHAT = Bilingual("Waktu kirim ini sudah lewat.", "This time is already over.")
_REMEDY = Bilingual(
    "Pilih waktu yang akan datang, atau hapus jadwal ini.", "Choose a time to come, or delete this send."
)
