"""Drawn card in, a warning out where it costs people much mobile data."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.card import Card
from prokes_social.problem import Severity

code = "card-heavy"
why = Bilingual(
    "Banyak pegawai dan warga memakai kuota; kartu yang ringan lebih sering dibuka dan dibagikan.",
    "Many people pay for their data; light cards are opened and shared more often.",
)
looks_at = Card
severity = Severity.WARNING
bad = "bytes: 600000"
good = "bytes: 150000"

LARGEST = 300_000  #: bytes; a card of the samples has about half of it


def check(card: Card, context: CheckContext) -> Iterator[Finding]:
    size = len(card.data)
    if size > LARGEST:
        yield Finding(
            path=("card",),
            what=Bilingual(f"Kartu ini berukuran {size // 1000} KB.", f"This card has {size // 1000} KB."),
            remedy=Bilingual(
                "Pakai foto yang lebih sederhana atau lebih kecil.", "Use a simpler or a smaller photograph."
            ),
        )
