"""Threads: the window for writing a post, with text and link in it, as Threads' own address for this offers."""

from urllib.parse import quote, urlencode

from prokes_social.i18n import Bilingual

name = "threads"
tag = "h"
label = Bilingual("Threads", "Threads")


def address(text: str, url: str) -> str:
    return "https://www.threads.com/intent/post?" + urlencode({"text": text, "url": url}, quote_via=quote, safe="")
