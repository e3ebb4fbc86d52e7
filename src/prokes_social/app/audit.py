"""The audit trail: noted, looked at, proved whole."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prokes_social.store import audit as rows
from prokes_social.store.audit import Entry

if TYPE_CHECKING:
    from prokes_social.app import App


@dataclass(frozen=True, kw_only=True)
class Proof:
    broken: Entry | None  #: the first that does not fit
    count: int  #: entries that fit
    seal: str  #: of the newest fitting one


class Audit:
    def __init__(self, app: "App") -> None:
        self._app = app

    def note(self, *, who: str, act: str, subject: str, before: str = "", after: str = "") -> None:
        """`who` is `user:3`, `token:2` or `command`; values are ids and digests."""
        with self._app.store.write() as tx:
            rows.add(
                tx, who=who, act=act, subject=subject, now=self._app.clock.now(), before=before, after=after
            )  # fmt: skip

    def newest(self, *, below: int | None = None, most: int = 100, subject: str = "") -> list[Entry]:
        with self._app.store.read() as tx:
            return rows.newest(tx, below=below, most=most, subject=subject)

    def verify(self) -> Proof:
        with self._app.store.read() as tx:
            broken, count, seal = rows.first_broken(tx)
        return Proof(broken=broken, count=count, seal=seal)
