"""Plan in, deliveries out that would say the same on several X accounts of the office."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.same_text_twice_on_x import gist
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan, WantedDelivery
from prokes_social.problem import Severity

code = "same-text-on-several-x"
why = Bilingual(
    "X melarang isi yang sama atau sangat mirip di beberapa akun sekaligus.",
    "X forbids the same or a very similar text on several accounts at once.",
)
looks_at = Plan
severity = Severity.WARNING
bad = """
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
sends:
  - {id: sekali, message: pesan, to: [humas-x, dinkes-x], at: 2026-11-24 07.30}
"""
good = """
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
sends:
  - {id: sekali, message: pesan, to: humas-x, at: 2026-11-24 07.30}
"""


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    accounts: dict[str, set[str]] = {}
    paths: dict[str, Path] = {}
    for wanted in _on_x(plan):
        text = gist(wanted.text)
        accounts.setdefault(text, set()).add(wanted.account.name)
        paths[text] = wanted.send_path
    for text, names in accounts.items():
        if len(names) > 1:
            yield _finding(paths[text], sorted(names))


def _on_x(plan: Plan) -> Iterator[WantedDelivery]:
    for change in plan.changes:
        if change.wanted and change.wanted.account.platform == "x" and change.change in (Change.ADD, Change.CHANGE):
            yield change.wanted


def _finding(path: Path, names: list[str]) -> Finding:
    listed = ", ".join(names)
    return Finding(
        path=(*path, "to"),
        what=Bilingual(f"Teks yang sama akan tayang di {listed}.", f"The same text would appear on {listed}."),
        remedy=Bilingual(
            "Pilih satu akun X, lalu biarkan akun lain mengunggah ulang; atau tulis teks tersendiri.",
            "Choose one X account and let the others repost; or write a text of its own.",
        ),
    )
