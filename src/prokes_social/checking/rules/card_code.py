"""Drawn card in, QR codes out that phones can't read or that lead elsewhere."""

from collections.abc import Iterator

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding
from prokes_social.i18n import Bilingual
from prokes_social.model.card import Card, CardCode

code = "card-code"
why = Bilingual(
    "Kode QR di kartu resmi dipercaya; ia harus terbaca dan menuju tautan pesan.",
    "A QR code on an official card is trusted; it has to be readable and lead to the message's link.",
)
looks_at = Card
can_be_silenced = False
bad = 'code: {link: "https://www.kemkes.go.id/", read: "https://contoh.xyz/"}'
good = 'code: {link: "https://www.kemkes.go.id/", read: "https://www.kemkes.go.id/"}'


def check(card: Card, context: CheckContext) -> Iterator[Finding]:
    for each in card.codes:
        if each.read is None:
            yield _finding(_unreadable(each, card), _MORE_ROOM)
        elif each.read not in (each.wanted, card.request.link) or card.request.link not in (None, each.read):
            yield _finding(_elsewhere(each, card), _LINK)


def _finding(what: Bilingual, remedy: Bilingual) -> Finding:
    return Finding(path=("link",), what=what, remedy=remedy)


def _unreadable(code: CardCode, card: Card) -> Bilingual:
    return Bilingual(
        f"Kode QR untuk {code.wanted} tidak terbaca di kartu {card.size}.",
        f"The QR code for {code.wanted} can't be read on the {card.size} card.",
    )


def _elsewhere(code: CardCode, card: Card) -> Bilingual:
    link = card.request.link or code.wanted
    return Bilingual(
        f"Kode QR di kartu {card.size} menuju {code.read}, bukan {link}.",
        f"The QR code on the {card.size} card leads to {code.read}, not {link}.",
    )


_MORE_ROOM = Bilingual(
    "Beri kode itu tempat yang lebih luas di templat, atau pakai tautan yang lebih pendek.",
    "Give the code more room in the template, or use a shorter link.",
)
_LINK = Bilingual("Tulis {link} sebagai isi kode di templat.", "Let the template's code say {link}.")
