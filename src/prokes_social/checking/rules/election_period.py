"""Campaign in, faces and candidates' names out that staff would share while an election is near."""

from collections.abc import Iterator

from prokes_social.checking.campaigning import candidates_in, faces
from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import Text, texts
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import LEADERS, STAFF, Campaign, Message, Path

code = "election-period"
why = Bilingual(
    "Selama masa pemilihan ASN harus netral: UU 7/2017 Pasal 282 dan 283, dan UU 20/2023 tentang ASN. Wajah pejabat "
    "atau nama calon di akun pegawai dapat dibaca sebagai kampanye.",
    "Before an election civil servants must be neutral: Law 7/2017, articles 282 and 283, and Law 20/2023 on civil "
    "servants. An official's face or a candidate's name on staff accounts may be read as campaigning.",
)
looks_at = Campaign
can_be_silenced = False
bad = """
messages:
  - id: pesan
    text: Terima kasih, Raden Surya Wicaksana, untuk puskesmas yang buka sampai malam.
    sources: [kemenkes]
    card:
      template: quote
      slots: {quote: Mari saling menjaga., speaker: Raden Surya Wicaksana, portrait: contoh-potret.jpg}
      alt: Kartu kutipan ajakan saling menjaga.
sends:
  - {id: pegawai, message: pesan, to: staff, at: 2026-11-24 07.30}
"""
good = """
messages:
  - id: pesan
    text: Puskesmas buka sampai malam. Ayo periksa bila batuk lebih dari dua minggu.
    sources: [kemenkes]
    card:
      template: announcement
      slots: {headline: Puskesmas buka sampai malam}
      alt: Kartu jam buka puskesmas.
sends:
  - {id: pegawai, message: pesan, to: staff, at: 2026-11-24 07.30}
"""


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    if not context.election:
        return
    for position, message in enumerate(campaign.messages):
        if goes_to_staff(campaign, message):
            yield from _faces(message, ("messages", position, "card", "slots"), context)
            for text in texts(campaign):
                if text.path[1] == position and _is_for_staff(text):
                    yield from (_named(text.path, name) for name in candidates_in(text.words, context.candidates))


def goes_to_staff(campaign: Campaign, message: Message) -> bool:
    return any(send.message == message.id and {LEADERS, STAFF} & set(send.to) for send in campaign.sends)


def _is_for_staff(text: Text) -> bool:
    return "variants" not in text.path or text.path[-1] in (LEADERS, STAFF)


def _faces(message: Message, path: Path, context: CheckContext) -> Iterator[Finding]:
    template = (context.templates or {}).get(message.card.template) if message.card else None
    if message.card and template:
        yield from (_shown((*path, name)) for name in faces(message.card.slots, template))


def _shown(path: Path) -> Finding:
    return Finding(
        path=path,
        what=Bilingual(
            "Masa pemilihan: kartu ini menampilkan foto orang lain di akun pegawai.",
            "Election period: this card shows somebody else's photograph on staff accounts.",
        ),
        remedy=Bilingual(
            "Pakai templat tanpa foto, atau jangan kirim kepada leaders dan staff sampai `prokes election off`.",
            "Use a template without a photograph, or don't send it to leaders and staff until `prokes election off`.",
        ),
    )


def _named(path: Path, name: str) -> Finding:
    return Finding(
        path=path,
        what=Bilingual(
            f"Masa pemilihan: nama calon “{name}” akan tampil di akun pegawai.",
            f"Election period: the candidate's name “{name}” would appear on staff accounts.",
        ),
        remedy=Bilingual(
            "Hapus namanya, atau jangan kirim kepada leaders dan staff sampai `prokes election off`.",
            "Leave the name out, or don't send it to leaders and staff until `prokes election off`.",
        ),
        near=name,
    )
