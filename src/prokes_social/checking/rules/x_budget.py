"""Plan in, X accounts out whose month would cost more than is left of their budget."""

from collections.abc import Iterator
from decimal import Decimal

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual, format_dollars, speaking
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan
from prokes_social.problem import Severity

code = "x-budget"
why = Bilingual(
    "Unggahan di X berbayar; anggaran yang habis menghentikan semua kampanye bulan itu.",
    "Posts on X are paid for; a spent budget stops every campaign of the month.",
)
looks_at = Plan
severity = Severity.WARNING
bad = """
messages:
  - {id: satu, text: Ayo baca kemkes.go.id hari ini., sources: [kemenkes]}
  - {id: dua, text: Yuk buka covid19.go.id sebelum tidur., sources: [kemenkes]}
sends:
  - {id: pagi, message: satu, to: humas-x, at: 2026-11-24 07.30}
  - {id: sore, message: dua, to: humas-x, at: 2026-11-24 16.30}
"""
good = """
messages:
  - {id: satu, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}
sends:
  - {id: pagi, message: satu, to: humas-x, at: 2026-11-24 07.30}
"""


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    costs: dict[str, Decimal] = {}
    paths: dict[str, Path] = {}
    for change in plan.changes:
        if change.wanted and change.change in (Change.ADD, Change.CHANGE, Change.KEEP):
            name = change.wanted.account.name
            costs[name] = costs.get(name, Decimal(0)) + change.cost
            paths[name] = change.wanted.send_path
    for name, cost in costs.items():
        left = context.x_budget.get(name)
        if left is not None and cost > left:
            yield _finding(paths[name], name, cost, left)


def _finding(path: Path, name: str, cost: Decimal, left: Decimal) -> Finding:
    return Finding(
        path=path,
        what=Bilingual(
            f"Rencana ini berbiaya {_dollars(cost, 'id')} di {name}; sisa anggaran bulan ini {_dollars(left, 'id')}.",
            f"This plan costs {_dollars(cost, 'en')} on {name}; {_dollars(left, 'en')} are left of the month's budget.",
        ),
        remedy=Bilingual(
            "Kurangi kiriman ke X, pindahkan alamat web ke kartu, atau tambah anggaran.",
            "Send less to X, move web addresses to the card, or raise the budget.",
        ),
    )


def _dollars(amount: Decimal, language: str) -> str:
    with speaking(language):
        return format_dollars(amount)
