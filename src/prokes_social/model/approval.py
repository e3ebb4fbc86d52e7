"""What people say of a content before, or after, it is public."""

from prokes_social.i18n import Bilingual, Labelled


class Saying(Labelled):
    """The verdicts of the table `approval`; the newest one on a content counts."""

    CHECKED = "fact-checked", Bilingual("memeriksa faktanya", "checked the facts")
    APPROVED = "approved", Bilingual("menyetujui", "approved")
    SENT_BACK = "sent-back", Bilingual("mengembalikannya", "sent it back")
    RECALLED = "recalled", Bilingual("menariknya kembali", "called it back")
