"""WhatsApp: a chat or the own status, chosen there; nothing is ever sent without the person."""

from urllib.parse import quote

from prokes_social.i18n import Bilingual

name = "whatsapp"
tag = "w"
label = Bilingual("WhatsApp", "WhatsApp")


def address(text: str, url: str) -> str:
    # One field alone; a blank line keeps the link apart, so that it is found and previewed.
    return "https://wa.me/?text=" + quote(f"{text}\n\n{url}".strip(), safe="")
