"""Campaign in, recipients out that are no account, platform, unit or group of this workspace."""

import difflib
from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import GROUPS, OFFICIAL, Campaign
from prokes_social.problem import Severity

code = "unknown-target"
why = Bilingual(
    "Jadwal untuk penerima yang tidak dikenal tidak akan pernah terkirim.",
    "A send to an unknown recipient would never go out.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
sends:
  - {id: sekali, message: pesan, to: facebok, at: 2026-11-24 07.30}
"""
good = """
sends:
  - {id: sekali, message: pesan, to: facebook, at: 2026-11-24 07.30}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    if context.directory is None:
        return
    known = [*GROUPS, *sorted(context.directory.targets())]
    for position, send in enumerate(campaign.sends):
        for index, target in enumerate(send.to):
            if target == OFFICIAL and not context.directory.official():
                yield Finding(
                    path=("sends", position, "to", index), what=_NOBODY, remedy=_ADD, severity=Severity.WARNING
                )
            if target not in known:
                yield Finding(
                    path=("sends", position, "to", index),
                    near=target,
                    what=Bilingual(f"Penerima “{target}” tidak dikenal.", f"The recipient “{target}” is not known."),
                    remedy=suggestion(target, known),
                )


_NOBODY = Bilingual(
    "Belum ada akun resmi; jadwal ini belum sampai ke siapa pun.", "No official account yet; this send reaches nobody."
)
_ADD = Bilingual("Tambahkan akun dengan `prokes account add`.", "Add an account with `prokes account add`.")


def suggestion(word: str, known: list[str]) -> Bilingual:
    """The nearest known word first, then all of them."""
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    listed = ", ".join(known)
    if not near:
        return Bilingual(f"Yang dikenal: {listed}.", f"Known: {listed}.")
    return Bilingual(f"Maksud Anda “{near[0]}”? Yang dikenal: {listed}.", f"Did you mean “{near[0]}”? Known: {listed}.")
