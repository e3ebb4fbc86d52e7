"""Plan in, accounts out that would keep their deliveries waiting: blocked, or never asked whether they work."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.account import Account
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan
from prokes_social.problem import Severity

code = "account-not-ready"
why = Bilingual(
    "Kiriman ke akun yang terblokir menunggu sampai akunnya disambungkan lagi, lalu bisa terlewat.",
    "Deliveries of a blocked account wait until it is connected again, and may be missed.",
)
looks_at = Plan
severity = Severity.WARNING
bad = """
sends:
  - {id: sekali, message: pesan, to: lama-facebook, at: 2026-11-24 07.30}
"""
good = """
sends:
  - {id: sekali, message: pesan, to: humas-facebook, at: 2026-11-24 07.30}
"""


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    found: dict[str, tuple[Path, Account]] = {}
    for change in plan.changes:
        if change.wanted and change.change in (Change.ADD, Change.CHANGE, Change.KEEP):
            found.setdefault(change.wanted.account.name, ((*change.wanted.send_path, "to"), change.wanted.account))
    for path, account in found.values():
        if account.blocked_at or account.checked_at is None:
            yield Finding(path=path, what=_state(account), remedy=_remedy(account))


def _state(account: Account) -> Bilingual:
    if account.blocked_at:
        return Bilingual(f"Akun “{account.name}” terblokir.", f"The account “{account.name}” is blocked.")
    return Bilingual(
        f"Akun “{account.name}” belum pernah diperiksa.", f"The account “{account.name}” was never checked."
    )


def _remedy(account: Account) -> Bilingual:
    if account.blocked_at:
        command = f"`prokes account connect {account.name} --credentials FILE`"
        return Bilingual(f"Sambungkan lagi dengan {command}.", f"Connect it again with {command}.")
    command = f"`prokes account check {account.name}`"
    return Bilingual(f"Tanyakan kepada platformnya dengan {command}.", f"Ask the platform with {command}.")
