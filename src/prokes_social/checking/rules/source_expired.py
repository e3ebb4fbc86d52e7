"""Campaign in, sources out that no longer hold when a message relying on them goes out."""

from collections.abc import Iterator
from datetime import date

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual, format_date, speaking
from prokes_social.model.campaign import Campaign, Source

code = "source-expired"
why = Bilingual(
    "Aturan kesehatan berubah; pesan yang sumbernya sudah tidak berlaku dapat menyesatkan.",
    "Health rules change; a message whose source no longer holds can mislead.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
sources:
  - {id: lama, title: Panduan lama, url: "https://kemkes.go.id/", checked_on: 2026-11-10, valid_until: 2026-11-23}
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [lama]}
sends:
  - {id: sekali, message: pesan, to: official, at: 2026-11-24 07.30}
"""
good = """
sources:
  - {id: baru, title: Panduan baru, url: "https://kemkes.go.id/", checked_on: 2026-11-10, valid_until: 2027-11-30}
messages:
  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [baru]}
sends:
  - {id: sekali, message: pesan, to: official, at: 2026-11-24 07.30}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for position, source in enumerate(campaign.sources):
        last = max([context.today(campaign), *_days_used(campaign, source)])
        if source.valid_until < last:
            yield _finding(position, source, last)


def _days_used(campaign: Campaign, source: Source) -> Iterator[date]:
    relying = {message.id for message in campaign.messages if source.id in message.sources}
    for send in campaign.sends:
        if send.message in relying:
            yield from (occasion.day for occasion in send.occasions(campaign.starts_on, campaign.ends_on))


def _finding(position: int, source: Source, last: date) -> Finding:
    return Finding(
        path=("sources", position, "valid_until"),
        what=Bilingual(
            f"Sumber “{source.id}” berlaku sampai {_day(source.valid_until, 'id')}, tetapi masih dipakai pada "
            f"{_day(last, 'id')}.",
            f"The source “{source.id}” holds until {_day(source.valid_until, 'en')}, but is still used on "
            f"{_day(last, 'en')}.",
        ),
        remedy=Bilingual(
            "Periksa lagi sumbernya, lalu perbarui “checked_on” dan “valid_until”; atau majukan jadwalnya.",
            "Check the source again and renew “checked_on” and “valid_until”; or send earlier.",
        ),
    )


def _day(day: date, language: str) -> str:
    with speaking(language):
        return format_date(day)
