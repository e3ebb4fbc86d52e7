"""Facebook: the sharer, which takes the link alone; the preview comes from the link's own page."""

from urllib.parse import quote

from prokes_social.i18n import Bilingual

name = "facebook"
tag = "f"
label = Bilingual("Facebook", "Facebook")


def address(text: str, url: str) -> str:
    # Facebook forbids captions that somebody else filled in, and reads no other parameter than `u`.
    return "https://www.facebook.com/sharer/sharer.php?u=" + quote(url, safe="")
