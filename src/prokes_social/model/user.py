"""Whoever works at the desk: roles, and what each of them may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from prokes_social.i18n import Bilingual, Labelled


class Right(StrEnum):
    """What a page or a tap asks for."""

    SEE = "see"  #: what goes out, and how far it reached
    EDIT = "edit"  #: write campaigns, queue and move them
    REVIEW = "review"  #: send back what is to be put right
    CHECK = "check"  #: vouch for the facts
    APPROVE = "approve"  #: let it go out
    STOP = "stop"  #: halt everything
    STAFF = "staff"  #: see who is in the directory, with names
    MANAGE = "manage"  #: accounts, users, settings, the audit trail


class Role(Labelled):
    VIEWER = "viewer", Bilingual("pengamat", "viewer"), Bilingual("melihat semuanya", "sees everything")
    EDITOR = "editor", Bilingual("penyusun", "editor"), Bilingual("menyusun kampanye", "writes campaigns")
    CHECKER = (
        "fact-checker", Bilingual("pemeriksa fakta", "fact checker"),
        Bilingual("memeriksa kebenaran isi", "vouches for the facts"),
    )  # fmt: skip
    APPROVER = "approver", Bilingual("penyetuju", "approver"), Bilingual("menyetujui penayangan", "lets it go out")
    ADMIN = (
        "admin", Bilingual("pengelola", "admin"),
        Bilingual("mengatur akun, pengguna, dan pengaturan", "looks after accounts, users and settings"),
    )  # fmt: skip


_EVERYBODY = frozenset({Right.SEE})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: _EVERYBODY,
    Role.EDITOR: _EVERYBODY | {Right.EDIT, Right.STOP, Right.STAFF},
    Role.CHECKER: _EVERYBODY | {Right.REVIEW, Right.CHECK, Right.STOP},
    Role.APPROVER: _EVERYBODY | {Right.REVIEW, Right.APPROVE, Right.STOP},
    Role.ADMIN: _EVERYBODY | {Right.STOP, Right.STAFF, Right.MANAGE},
}
#: Who may do one of these proves it with a second factor.
SECOND_FACTOR = frozenset({Right.APPROVE, Right.MANAGE})


@dataclass(frozen=True, kw_only=True)
class User:
    """The password's digest and the second factor's seed stay in the store."""

    id: int
    name: str  #: typed at login, lower case
    roles: frozenset[Role]
    language: str
    unit_id: str | None = None  #: where set, they see and touch this unit and those below it alone
    has_code: bool = False  #: a second factor is set up
    must_change: bool = False  #: the password was chosen by somebody else
    added_at: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def rights(self) -> frozenset[Right]:
        return frozenset(right for role in self.roles for right in RIGHTS[role])

    @property
    def needs_code(self) -> bool:
        return bool(self.rights & SECOND_FACTOR)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One browser, logged in."""

    id: str  #: digest of what the cookie holds
    user: User
    is_whole: bool  #: the second factor, where one is needed, was given
    opened_at: datetime
    seen_at: datetime
    notice: tuple[str, str] | None = None  #: kind and words, shown once
