"""Alarm: something that wants a person, with what happened, to what, and the next step."""

from dataclasses import dataclass
from datetime import datetime

from prokes_social.i18n import Bilingual, Labelled


class AlarmKind(Labelled):
    """Each kind carries its label and, as its remark, the next step."""

    UNCERTAIN = (
        "uncertain",
        Bilingual("kiriman belum pasti", "delivery uncertain"),
        Bilingual(
            "Jangan unggah sendiri; kiriman ini sedang dicari di platform.",
            "Don't post it by hand; it is being looked up on the platform.",
        ),
    )
    HELD = (
        "held",
        Bilingual("kiriman ditahan", "delivery held"),
        Bilingual(
            "Lihat di platform, lalu putuskan dengan `prokes delivery resolve`.",
            "Look at the platform, then decide with `prokes delivery resolve`.",
        ),
    )
    MISSED = (
        "missed",
        Bilingual("kiriman terlewat", "delivery missed"),
        Bilingual(
            "Kirim terlambat atau batalkan dengan `prokes delivery resolve`.",
            "Send it late or drop it with `prokes delivery resolve`.",
        ),
    )
    FAILED = (
        "failed",
        Bilingual("kiriman ditolak", "delivery refused"),
        Bilingual(
            "Perbaiki pesannya di berkas kampanye, lalu jadwalkan dan setujui lagi.",
            "Mend the message in the campaign file, then schedule and approve it again.",
        ),
    )
    EXPIRED = (
        "source-expired",
        Bilingual("sumber kedaluwarsa", "source expired"),
        Bilingual(
            "Periksa sumbernya, perbarui `valid_until`, lalu jadwalkan dan setujui lagi.",
            "Check the source, renew `valid_until`, then schedule and approve it again.",
        ),
    )
    BY_HAND = (
        "by-hand-missed",
        Bilingual("unggahan manual terlewat", "post by hand missed"),
        Bilingual(
            "Minta pemilik akun mengunggah lalu memberi alamatnya, atau batalkan jadwalnya.",
            "Ask the account's owner to post it and give its address, or withdraw the send.",
        ),
    )
    CARD_CHANGED = (
        "card-changed",
        Bilingual("kartu pegawai berubah", "staff card changed"),
        Bilingual(
            "Templat atau identitas visual berubah setelah disetujui: jadwalkan dan setujui lagi kampanyenya.",
            "The template or brand kit changed after approval: schedule and approve the campaign again.",
        ),
    )
    BLOCKED = (
        "blocked",
        Bilingual("akun diblokir", "account blocked"),
        Bilingual(
            "Sambungkan lagi akunnya, lalu jalankan `prokes account check`.",
            "Connect the account again, then run `prokes account check`.",
        ),
    )
    BUDGET = (
        "budget",
        Bilingual("anggaran X habis", "X budget spent"),
        Bilingual(
            "Naikkan `x_monthly_budget` di prokes.toml atau tunggu bulan depan.",
            "Raise `x_monthly_budget` in prokes.toml or wait for the next month.",
        ),
    )
    INSIGHTS = (
        "insights-refused",
        Bilingual("angka tidak boleh dibaca", "numbers may not be read"),
        Bilingual(
            "Sambungkan lagi akunnya dengan izin membaca insight (Halaman: read_insights; Instagram: "
            "instagram_manage_insights). Unggahan tetap jalan.",
            "Connect the account again with the right to read insights (Page: read_insights; Instagram: "
            "instagram_manage_insights). Posting goes on.",
        ),
    )
    CLOCK = (
        "clock-jump",
        Bilingual("jam komputer melompat", "clock jumped"),
        Bilingual(
            "Periksa jam dan NTP; bila penayangan berhenti, lanjutkan dengan `prokes resume`.",
            "Check the clock and NTP; if publishing stands still, go on with `prokes resume`.",
        ),
    )
    DATABASE = (
        "database-gone",
        Bilingual("basis data tidak terjangkau", "database gone"),
        Bilingual(
            "Periksa disk dan server basis data; tidak ada yang dikirim selama itu.",
            "Check the disk and the database server; nothing is sent meanwhile.",
        ),
    )

    WEBHOOK = (
        "webhook-lost",
        Bilingual("perubahan status tidak sampai", "status changes not delivered"),
        Bilingual(
            "Periksa penerima webhook; ambil yang terlewat dari API dengan `GET /api/v1/deliveries`.",
            "Look at what receives the webhook; fetch what it missed from the API with `GET /api/v1/deliveries`.",
        ),
    )

    @property
    def remedy(self) -> Bilingual:
        """What to do next."""
        return self.remark


@dataclass(frozen=True, kw_only=True)
class Alarm:
    kind: AlarmKind
    subject: str  #: `delivery:12`, `account:3`, `wave:4`, `clock`, `database` or `webhooks`
    what: str
    opened_at: datetime
    id: int = 0
    closed_at: datetime | None = None
