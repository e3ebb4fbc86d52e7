"""Verdict: what we know about a picture that somebody received, and whether it is ours."""

from dataclasses import dataclass
from typing import Any

from prokes_social.i18n import Bilingual, Labelled
from prokes_social.model.delivery import Delivery, as_row


class Origin(Labelled):
    """How sure we can be."""

    OURS = (
        "ours",
        Bilingual("kartu kami, tidak berubah", "our card, unchanged"),
        Bilingual("Setiap bita sama dengan kartu yang kami simpan.", "Every byte is that of a card we keep."),
    )
    ALIKE = (
        "alike",
        Bilingual("mirip kartu kami, berkasnya berbeda", "looks like ours, but the file differs"),
        Bilingual(
            "Kode QR-nya menuju alamat kampanye kami. WhatsApp dan aplikasi lain memampatkan gambar sehingga berkasnya"
            " berubah, tetapi siapa pun juga dapat memasang alamat itu di gambar lain. Bandingkan dulu dengan kartu"
            " aslinya, baru teruskan.",
            "Its QR code leads to an address of our campaigns. WhatsApp and others compress pictures, which changes the"
            " file; but anybody can also put that address on another picture. Compare it with the real card before you"
            " pass it on.",
        ),
    )
    UNKNOWN = (
        "unknown",
        Bilingual("tidak dikenal di sini", "not known here"),
        Bilingual(
            "Berkas ini bukan kartu yang kami simpan, dan tidak ada kode QR yang menuju alamat kampanye kami.",
            "The file is none of the cards we keep, and no QR code on it leads to an address of our campaigns.",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    origin: Origin
    file_digest: str
    links: tuple[str, ...] = ()  #: what its QR codes say
    deliveries: tuple[Delivery, ...] = ()  #: that show the card, or whose cards lead to the same address

    def as_json(self) -> dict[str, Any]:
        return {
            "origin": self.origin.value,
            "file_digest": self.file_digest,
            "links": list(self.links),
            "deliveries": [as_row(each) for each in self.deliveries],
        }
