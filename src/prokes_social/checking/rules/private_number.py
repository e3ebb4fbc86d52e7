"""Campaign in, texts out with a number that identifies a person: NIK (16 digits) or NIP (18 digits)."""

import re
from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import texts, without_addresses
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "private-number"
why = Bilingual(
    "NIK dan NIP adalah data pribadi yang dilindungi UU 27/2022.",
    "NIK and NIP are personal data protected by Law 27/2022.",
)
looks_at = Campaign
can_be_silenced = False
bad = "text: Hubungi petugas dengan NIP 198001012005011001."
good = "text: Hubungi petugas di 119 ext 9."

_NUMBER = re.compile(r"(?<!\d)(?:\d{18}|\d{16}|\d{8} \d{6} \d \d{3})(?!\d)")


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        if match := _NUMBER.search(without_addresses(text.words)):
            yield Finding(path=text.path, near=match[0], what=_WHAT, remedy=_REMEDY)


_WHAT = Bilingual("Nomor ini tampak seperti NIK atau NIP seseorang.", "This looks like somebody's NIK or NIP.")
_REMEDY = Bilingual("Hapus nomornya; sebutkan nama unit atau nomor bantuan.", "Remove it; name a unit or a hotline.")
