"""Campaign in, brand kits out that this workspace does not have."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.unknown_target import suggestion
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

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
    if context.brands is not None and campaign.brand not in context.brands:
        yield Finding(
            path=("brand",),
            what=Bilingual(
                f"Identitas visual “{campaign.brand}” tidak ada.", f"There is no brand kit “{campaign.brand}”."
            ),
            remedy=suggestion(campaign.brand, sorted(context.brands)),
        )
