"""X: the window for writing a post, with text and link in it."""

from urllib.parse import quote, urlencode

from prokes_social.i18n import Bilingual

name = "x"
tag = "x"
label = Bilingual("X", "X")


def address(text: str, url: str) -> str:
    return "https://x.com/intent/post?" + urlencode({"text": text, "url": url}, quote_via=quote, safe="")
