"""Token: what another program shows to use the API, and what it may do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from prokes_social.i18n import Bilingual, Labelled
from prokes_social.model.user import Right


class Scope(Labelled):
    READ = (
        "read", Bilingual("membaca", "read"),
        Bilingual("melihat kampanye, kiriman, dan jangkauan", "see campaigns, deliveries and reach"),
    )  # fmt: skip
    PLAN = (
        "plan", Bilingual("merencanakan", "plan"),
        Bilingual("menghitung dan menerapkan rencana kampanye", "work a campaign's plan out and apply it"),
    )  # fmt: skip
    APPROVE = (
        "approve", Bilingual("menyetujui", "approve"),
        Bilingual("menyetujui isi kampanye", "approve what a campaign says"),
    )  # fmt: skip
    STOP = (
        "stop", Bilingual("menghentikan", "stop"),
        Bilingual("menghentikan semuanya dan melanjutkannya", "stop everything, and go on"),
    )  # fmt: skip


#: Whoever makes a token needs this right, then and whenever it is shown.
NEEDS: Mapping[Scope, Right] = {
    Scope.READ: Right.SEE, Scope.PLAN: Right.EDIT, Scope.APPROVE: Right.APPROVE, Scope.STOP: Right.STOP,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Token:
    """Its words are told once, when it is made; a digest of them is all that is kept."""

    id: int
    label: str
    scopes: frozenset[Scope]
    made_by: int  #: the user on whose behalf it acts
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.ends_at
