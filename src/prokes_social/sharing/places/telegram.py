"""Telegram: a chat or channel, chosen there, with the link and the text below it."""

from urllib.parse import quote, urlencode

from prokes_social.i18n import Bilingual

name = "telegram"
tag = "t"
label = Bilingual("Telegram", "Telegram")


def address(text: str, url: str) -> str:
    return "https://t.me/share/url?" + urlencode({"url": url, "text": text}, quote_via=quote, safe="")
