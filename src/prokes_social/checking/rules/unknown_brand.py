"""Campaign in, brand kits out that this workspace does not have."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.unknown_target import suggestion
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Path

code = "unknown-brand"
why = Bilingual(
    "Tanpa identitas visual yang dikenal kartu tidak dapat digambar.",
    "Without a known brand kit no card can be drawn.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
brand: nusa-raja
"""
good = """
brand: nusa-raya
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    if context.brands is None:
        return
    if campaign.brand not in context.brands:
        yield _finding(("brand",), campaign.brand, context.brands)
        return
    for position, message in enumerate(campaign.messages):
        if message.card and (brand := campaign.brand_of(message.card)) not in context.brands:
            yield _finding(("messages", position, "card", "tone"), brand, context.brands)


def _finding(path: Path, name: str, known: frozenset[str]) -> Finding:
    return Finding(
        path=path,
        what=Bilingual(f"Identitas visual “{name}” tidak ada.", f"There is no brand kit “{name}”."),
        remedy=suggestion(name, sorted(known)),
    )
