"""Campaign in, cards out whose alternative text is missing, too short, too long, or only repeats the headline."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.describing import LONGEST, describe
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, CardSpec, Path
from prokes_social.problem import Severity

code = "alt-missing"
why = Bilingual(
    "Warga yang tidak dapat melihat gambar mendengar teks alternatifnya.",
    "People who cannot see the picture hear its alternative text.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
messages:
  - id: kartu
    text: Ayo cuci tangan sebelum makan.
    card: {template: announcement, slots: {headline: Cuci tangan}}
"""
good = """
messages:
  - id: kartu
    text: Ayo cuci tangan sebelum makan.
    card:
      template: announcement
      slots: {headline: Cuci tangan}
      alt: Kartu berjudul “Cuci tangan” dengan ajakan mencuci tangan sebelum makan.
"""

SHORTEST = 20


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, message in enumerate(campaign.messages):
        if message.card:
            template = (context.templates or {}).get(message.card.template)
            proposal = describe(message.card, template, campaign.language) if template else ""
            yield from _judge(message.card, proposal, ("messages", position, "card", "alt"))


def _judge(card: CardSpec, proposal: str, path: Path) -> Iterator[Finding]:
    alt, headline = card.alt.strip(), str(card.slots.get("headline") or "").strip()
    if not alt:
        yield Finding(path=path, what=Bilingual("Kartu ini tidak punya teks alternatif.", "This card has no alt text."),
                      remedy=_tell(proposal))  # fmt: skip
    elif len(alt) > LONGEST:
        what = Bilingual(
            f"Teks alternatif lebih dari {LONGEST} karakter.", f"The alt text exceeds {LONGEST} characters."
        )
        yield Finding(path=path, what=what, remedy=Bilingual("Persingkat.", "Shorten it."))
    elif len(alt) < SHORTEST:
        what = Bilingual("Teks alternatif ini terlalu singkat.", "This alt text says too little.")
        yield Finding(path=path, what=what, remedy=_tell(proposal), severity=Severity.WARNING)
    elif alt.casefold().rstrip(".!") == headline.casefold().rstrip(".!"):
        what = Bilingual("Teks alternatif hanya mengulang judul.", "The alt text only repeats the headline.")
        yield Finding(path=path, what=what, remedy=_tell(proposal), severity=Severity.WARNING)


def _tell(proposal: str) -> Bilingual:
    """How to write it, and what it could say."""
    return Bilingual(
        "Tulis “alt:” dalam satu atau dua kalimat: apa yang tampak dan apa isi kartunya."
        + (f" Usulan: {proposal}" if proposal else ""),
        "Write “alt:” in a sentence or two: what is to be seen and what the card says."
        + (f" Proposed: {proposal}" if proposal else ""),
    )
