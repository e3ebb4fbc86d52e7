"""Campaign in, sources out whose last check lies in the future or more than a year back."""

from collections.abc import Iterator
from datetime import timedelta

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign
from prokes_social.problem import Severity

code = "source-unchecked"
why = Bilingual(
    "Sumber perlu dibaca ulang paling sedikit setahun sekali.",
    "A source needs to be read again at least once a year.",
)
looks_at = Campaign
severity = Severity.WARNING
bad = """
sources:
  - {id: kemenkes, title: Panduan, url: "https://kemkes.go.id/", checked_on: 2025-01-10, valid_until: 2027-11-30}
"""
good = """
sources:
  - {id: kemenkes, title: Panduan, url: "https://kemkes.go.id/", checked_on: 2026-11-10, valid_until: 2027-11-30}
"""

LONGEST = timedelta(days=366)


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    today = context.today(campaign)
    for position, source in enumerate(campaign.sources):
        path = ("sources", position, "checked_on")
        if source.checked_on > today:
            yield Finding(
                path=path,
                what=Bilingual(
                    f"Sumber “{source.id}” tercatat diperiksa pada tanggal yang belum tiba.",
                    f"The source “{source.id}” is said to have been checked on a day still to come.",
                ),
                remedy=Bilingual("Tulis tanggal pemeriksaan terakhir.", "Write the day of the last check."),
            )
        elif today - source.checked_on > LONGEST:
            yield Finding(
                path=path,
                what=Bilingual(
                    f"Sumber “{source.id}” terakhir diperiksa lebih dari setahun lalu.",
                    f"The source “{source.id}” was last checked more than a year ago.",
                ),
                remedy=Bilingual(
                    "Baca lagi sumbernya, lalu perbarui “checked_on”.", "Read the source again and renew “checked_on”."
                ),
            )
