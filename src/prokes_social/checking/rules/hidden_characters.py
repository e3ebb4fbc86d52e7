"""Campaign in, texts out with characters that nobody sees but platforms and readers' devices act on."""

import re
import unicodedata
from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.checking.texts import texts
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign

code = "hidden-characters"
why = Bilingual(
    "Karakter tak terlihat dari program lain dapat membalik arah teks atau memecah kata dan tagar.",
    "Invisible characters from other programs can turn a text round or break words and hashtags.",
)
looks_at = Campaign
can_be_silenced = False
bad = 'text: "Ayo cuci\\u200b tangan sebelum makan."'
good = "text: Ayo cuci tangan sebelum makan 🙂"

# Zero-width space, soft hyphen, direction marks and overrides, word joiner, BOM. The zero-width joiner stays: emoji
# are built with it.
_HIDDEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def check(campaign: Campaign, context: CheckContext) -> Iterator[Finding]:
    for text in texts(campaign):
        if match := _HIDDEN.search(text.words):
            name = unicodedata.name(match[0], f"U+{ord(match[0]):04X}").lower()
            yield Finding(
                path=text.path,
                near=match[0],
                what=Bilingual(f"Ada karakter tak terlihat ({name}).", f"There is an invisible character ({name})."),
                remedy=Bilingual("Ketik ulang bagian ini.", "Type this part anew."),
            )
