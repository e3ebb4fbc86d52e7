"""Campaign in, brand kits out that would put the regional emblem on the cards of single staff members."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.rules.election_period import goes_to_staff
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Path
from prokes_social.problem import Severity

code = "emblem-on-personal-card"
why = Bilingual(
    "PP 77/2007 tentang Lambang Daerah membatasi pemakaian lambang; di akun pribadi pegawai berbicara sendiri, "
    "bukan kantor.",
    "Regulation PP 77/2007 on regional emblems limits their use; on a personal account a person speaks, not the "
    "office.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = """
brand: berlambang
messages:
  - id: pesan
    text: Ayo cuci tangan sebelum makan.
    sources: [kemenkes]
    card:
      template: announcement
      slots: {headline: Cuci tangan}
      alt: Kartu ajakan cuci tangan.
sends:
  - {id: pegawai, message: pesan, to: staff, at: 2026-11-24 07.30}
"""
good = bad.replace("berlambang", "nusa-raya")


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for path in dict.fromkeys(_places(campaign, context)):
        yield Finding(
            path=path,
            what=Bilingual(
                "Kartu pribadi pegawai akan memuat lambang daerah.",
                "The personal cards of staff would carry the regional emblem.",
            ),
            remedy=Bilingual(
                "Hapus `emblem_on_personal: true` dari brand.yaml, kecuali bagian hukum menyetujuinya secara tertulis.",
                "Take `emblem_on_personal: true` out of brand.yaml, unless the legal office agreed in writing.",
            ),
        )


def _places(campaign: Campaign, context: CheckContext) -> Iterator[Path]:
    for position, message in enumerate(campaign.messages):
        if not message.card or not goes_to_staff(campaign, message):
            continue
        if campaign.brand_of(message.card) in context.emblem_brands:
            yield ("messages", position, "card", "tone") if message.card.tone else ("brand",)
