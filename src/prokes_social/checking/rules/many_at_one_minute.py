"""Plan in, minutes out at which several accounts of the office would post on one platform."""

from collections.abc import Iterator
from datetime import datetime

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan
from prokes_social.problem import Severity

code = "many-at-one-minute"
why = Bilingual(
    "Banyak akun pada menit yang sama tampak seperti perilaku terkoordinasi, yang dibatasi X "
    "(https://help.x.com/en/rules-and-policies/authenticity) dan Meta "
    "(https://transparency.meta.com/policies/community-standards/spam/).",
    "Many accounts at the same minute look like coordinated behaviour, which X "
    "(https://help.x.com/en/rules-and-policies/authenticity) and Meta "
    "(https://transparency.meta.com/policies/community-standards/spam/) limit.",
)
looks_at = Plan
severity = Severity.WARNING
bad = """
sends:
  - {id: serentak, message: pesan, to: [humas-x, dinkes-x, setda-x], at: 2026-11-24 07.30}
"""
good = """
sends:
  - {id: pertama, message: pesan, to: [humas-x, dinkes-x], at: 2026-11-24 07.30}
  - {id: kemudian, message: pesan, to: setda-x, at: 2026-11-24 07.45}
"""

MANY = 3

_Minute = tuple[str, datetime]


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    together: dict[_Minute, set[str]] = {}
    paths: dict[_Minute, Path] = {}
    for platform, due_at, account, path in _posts(plan, context):
        minute = platform, due_at.replace(second=0, microsecond=0)
        together.setdefault(minute, set()).add(account)
        if path:
            paths[minute] = path
    told = set[tuple[Path, str]]()
    for (platform, due_at), accounts in together.items():
        path = paths.get((platform, due_at))
        # A send that comes back each week is told of once.
        if path and len(accounts) >= MANY and (path, platform) not in told:
            told.add((path, platform))
            yield _finding(plan, path, platform, len(accounts))


def _posts(plan: Plan, context: CheckContext) -> Iterator[tuple[str, datetime, str, Path | None]]:
    """Platform, time, account, and the send's path where the plan brings it; also what is posted by hand."""
    new = (Change.ADD, Change.CHANGE)
    for change in plan.changes:
        if (wanted := change.wanted) and change.change is not Change.REFUSE and wanted.due_at > context.now:
            path = wanted.send_path if change.change in new else None
            yield wanted.account.platform, wanted.due_at, wanted.account.name, path
    platforms = {each.name: each.platform for each in context.directory.accounts} if context.directory else {}
    for wave in plan.waves:
        if wave.wanted and wave.key.account in platforms and wave.wanted.content.opens_at > context.now:
            path = wave.wanted.send_path if wave.change in new else None
            yield platforms[wave.key.account], wave.wanted.content.opens_at, wave.key.account, path


def _finding(plan: Plan, path: Path, platform: str, count: int) -> Finding:
    send = plan.campaign.sends[int(path[1])]
    return Finding(
        path=(*path, "every" if send.every else "at"),
        what=Bilingual(
            f"{count} akun {platform} akan mengunggah pada menit yang sama.",
            f"{count} {platform} accounts would post at the same minute.",
        ),
        remedy=Bilingual(
            "Bagi menjadi beberapa jadwal dengan selang 10 sampai 30 menit.",
            "Split it into several sends, 10 to 30 minutes apart.",
        ),
    )
