"""Staff members: who shares from a personal account, and what each of them agreed to."""

from dataclasses import dataclass
from datetime import datetime

from prokes_social.i18n import Bilingual, Labelled
from prokes_social.model.account import Unit


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """One person of the directory. We keep no more than this, and never anything about health."""

    id: int
    name: str  #: as written, academic titles included
    unit: Unit
    leader: bool = False
    contact: str = ""  #: a phone number as +62…, or an e-mail address
    languages: tuple[str, ...] = ("id",)
    photo: str = ""  #: SHA-256 of the photograph that was handed in, which names the normalised one; empty: initials
    link_version: int = 1  #: raising it ends every link that was given out
    left_at: datetime | None = None  #: no longer asked since then


class Purpose(Labelled):
    """What a person can agree to, each on its own; the remark is the wording they agree to."""

    LINK = (
        "link",
        Bilingual("menerima tautan pribadi", "receive a personal link"),
        Bilingual(
            "Saya bersedia menerima tautan pribadi berisi kartu dan teks kampanye kantor, dan kantor mencatat apakah "
            "saya membuka serta membagikannya. Membagikan selalu pilihan saya. Saya dapat berhenti kapan saja.",
            "I agree to receive a personal link with the office's campaign cards and texts, and that the office notes "
            "whether I open and share them. Sharing is always my choice. I can stop at any time.",
        ),
    )
    PHOTO = (
        "photo",
        Bilingual("memakai foto", "use my photo"),
        Bilingual(
            "Saya bersedia foto saya dipakai pada kartu pribadi saya. Saya dapat menariknya kapan saja; kartu "
            "berikutnya memakai inisial.",
            "I agree that my photo is used on my personal cards. I can withdraw this at any time; cards then show "
            "initials.",
        ),
    )
    POST = (
        "post",
        Bilingual("mengunggah ke X atas nama saya", "post to X for me"),
        Bilingual(
            "Saya bersedia aplikasi ini mengunggah ke akun X saya, hanya untuk pesan yang saya pilih dan saya tekan "
            "sendiri. Izin ini dapat saya cabut di halaman ini atau di X kapan saja.",
            "I agree that this application posts to my X account, only messages that I choose and tap myself. I can "
            "revoke this here or at X at any time.",
        ),
    )


#: Raised whenever a wording changes: who agreed to an older one is asked again.
WORDING_VERSIONS = {Purpose.LINK: 1, Purpose.PHOTO: 1, Purpose.POST: 1}


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a person said about one purpose at one time; the newest counts."""

    purpose: Purpose
    given: bool
    at: datetime
    wording: str  #: exactly what was shown, in the language it was shown in
    version: int
    by: str  #: "person", or who recorded a paper form

    @property
    def stands(self) -> bool:
        return stands(self.purpose, self.given, self.version)


def stands(purpose: Purpose, given: bool, version: int) -> bool:
    """A no always does; a yes to an older wording is asked for again."""
    return not given or version == WORDING_VERSIONS[purpose]
