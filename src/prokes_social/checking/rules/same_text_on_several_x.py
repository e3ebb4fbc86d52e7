"""Plan in, texts out that would stand, the same or almost, on several X accounts of the office."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.same_text_twice_on_x import gist
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Path
from prokes_social.model.plan import Change, Plan, PlannedChange, PlannedWave
from prokes_social.problem import Severity

code = "same-text-on-several-x"
why = Bilingual(
    "X melarang isi yang sama atau sangat mirip di beberapa akun, juga bila jamnya berbeda: "
    "https://help.x.com/en/rules-and-policies/x-automation.",
    "X forbids the same or a very similar text on several accounts, at different hours too: "
    "https://help.x.com/en/rules-and-policies/x-automation.",
)
looks_at = Plan
severity = Severity.WARNING
bad = """
messages:
  - id: pesan
    text: Ayo cuci tangan dengan sabun sebelum makan bersama keluarga.
    sources: [kemenkes]
  - id: mirip
    text: Ayo cuci tangan dengan sabun sebelum makan bersama keluarga!! Yuk.
    sources: [kemenkes]
sends:
  - {id: sekali, message: pesan, to: humas-x, at: 2026-11-24 07.30}
  - {id: kedua, message: mirip, to: dinkes-x, at: 2026-11-25 07.30}
"""
good = """
messages:
  - {id: pesan, text: Ayo cuci tangan dengan sabun sebelum makan., sources: [kemenkes]}
  - {id: lain, text: Puskesmas buka sampai malam minggu ini., sources: [kemenkes]}
sends:
  - {id: sekali, message: pesan, to: humas-x, at: 2026-11-24 07.30}
  - {id: kedua, message: lain, to: dinkes-x, at: 2026-11-25 07.30}
"""


@dataclass
class _Family:
    """Texts that say the same, and who would say it."""

    gist: str
    accounts: set[str] = field(default_factory=set)
    path: Path | None = None  #: of the newest send that the plan adds or changes


def check(plan: Plan, context: CheckContext) -> Iterator[Finding]:
    families: list[_Family] = []
    known: dict[str, _Family] = {}
    for account, words, path in _on_x(plan, context):
        text = gist(words)
        family = known.get(text) or _alike(families, text, context.alike)
        if family is None:
            family = _Family(text)
            families.append(family)
        known[text] = family
        family.accounts.add(account)
        family.path = path or family.path
    for family in families:
        if family.path and len(family.accounts) > 1:
            yield _finding(family.path, sorted(family.accounts))


def _alike(families: list[_Family], text: str, alike: float) -> _Family | None:
    return next((each for each in families if fuzz.ratio(each.gist, text, score_cutoff=alike)), None)


def _on_x(plan: Plan, context: CheckContext) -> Iterator[tuple[str, str, Path | None]]:
    """Account, text, and the send's path where the plan brings it; what is queued already counts too."""
    for change in plan.changes:
        if change.wanted and change.wanted.account.platform == "x":
            yield change.wanted.account.name, change.wanted.text, _path(change)
    by_hand = {a.name for a in context.directory.accounts if a.platform == "x"} if context.directory else set()
    for wave in plan.waves:
        if wave.wanted and wave.content and wave.key.account in by_hand:
            yield wave.key.account, wave.content.captions[0], _path(wave)


def _path(change: PlannedChange | PlannedWave) -> Path | None:
    is_new = change.change in (Change.ADD, Change.CHANGE)
    return change.wanted.send_path if is_new and change.wanted else None


def _finding(path: Path, names: list[str]) -> Finding:
    listed = ", ".join(names)
    return Finding(
        path=(*path, "to"),
        what=Bilingual(
            f"Teks yang sama atau hampir sama akan tayang di {listed}.",
            f"The same or almost the same text would appear on {listed}.",
        ),
        remedy=Bilingual(
            "Pilih satu akun X, lalu biarkan akun lain mengunggah ulang; atau tulis teks tersendiri.",
            "Choose one X account and let the others repost; or write a text of its own.",
        ),
    )
