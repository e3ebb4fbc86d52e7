"""Plan in, accounts by hand out for which nobody is here to post what is due."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan
from prokes_social.problem import Severity

code = "account-without-owner"
why = Bilingual(
    "Akun tanpa API diunggah pemiliknya sendiri; tanpa pemilik tidak ada yang diajak dan unggahannya terlewat.",
    "An account without API is posted to by its owner; without one nobody is asked and the post is missed.",
)
looks_at = Plan
severity = Severity.ERROR
bad = """
sends:
  - {id: sekali, message: pesan, to: manual-facebook, at: 2026-11-24 07.30}
"""
good = """
sends:
  - {id: sekali, message: pesan, to: humas-facebook, at: 2026-11-24 07.30}
"""


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    found: dict[str, Path] = {}
    for each in plan.waves:
        if each.wanted and each.key.account in context.unattended and each.change is not Change.CANCEL:
            found.setdefault(each.key.account, (*each.wanted.send_path, "to"))
    for name, path in found.items():
        command = f"`prokes account hand-over {name} --owner ORANG`"
        yield Finding(
            path=path,
            what=Bilingual(
                f"Akun “{name}” diunggah manual, tetapi tidak ada pemiliknya.",
                f"The account “{name}” is posted to by hand, and nobody looks after it.",
            ),
            remedy=Bilingual(f"Tunjuk pemiliknya dengan {command}.", f"Name its owner with {command}."),
        )
