"""Campaign in, captions out that are hardly a choice: staff would all post the same."""

from collections.abc import Iterator
from itertools import combinations

from rapidfuzz import fuzz

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.same_text_twice_on_x import gist
from prokes_social.checking.texts import Text, captions
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import GROUPS, Campaign, Message, Path
from prokes_social.problem import Severity

code = "captions-alike"
why = Bilingual(
    "Pegawai memilih satu teks. Bila semua pilihan mirip, puluhan akun menulis hal yang sama, dan X menganggapnya "
    "spam: https://help.x.com/en/rules-and-policies/x-automation.",
    "Staff choose one text. Where all choices are alike, dozens of accounts write the same, which X takes for spam: "
    "https://help.x.com/en/rules-and-policies/x-automation.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = """
messages:
  - id: pesan
    text: Ayo cuci tangan dengan sabun sebelum makan.
    captions: [Ayo cuci tangan dengan sabun sebelum makan ya!]
    sources: [kemenkes]
"""
good = """
messages:
  - id: pesan
    text: Ayo cuci tangan dengan sabun sebelum makan.
    captions: ["Di rumah kami sabun selalu siap di dekat wastafel. Di rumah Anda?"]
    sources: [kemenkes]
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, message in enumerate(campaign.messages):
        yield from _in_message(message, ("messages", position), context.alike)


def _in_message(message: Message, path: Path, alike: float) -> Iterator[Finding]:
    """Each caption once, however many others it is like."""
    found = set[Path]()
    for first, second in combinations(_choices(message, path), 2):
        is_choice = "captions" in second.path
        if is_choice and second.path not in found and fuzz.ratio(gist(first.words), gist(second.words)) >= alike:
            found.add(second.path)
            yield _finding(second.path)


def _choices(message: Message, path: Path) -> list[Text]:
    """The text, or what stands for it among staff, and the captions; variants for platforms are no choice."""
    return [each for each in captions(message, path) if "variants" not in each.path or each.path[-1] in GROUPS]


def _finding(path: Path) -> Finding:
    return Finding(
        path=path,
        what=Bilingual("Pilihan teks ini hampir sama dengan yang lain.", "This caption is almost the same as another."),
        remedy=Bilingual(
            "Tulis dengan sudut pandang lain: cerita sendiri, pertanyaan, atau ajakan singkat.",
            "Write it from another side: a story of one's own, a question, or a short invitation.",
        ),
    )
