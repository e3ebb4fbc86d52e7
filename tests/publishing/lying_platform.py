"""A platform in memory whose answers a test decides; it keeps every post that became public."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from prokes_social.clock import Clock
from prokes_social.errors import OutcomeUnknown
from prokes_social.i18n import Bilingual
from prokes_social.model.platform import Connection, Identity, Limits, Post, Prepared, Submission
from prokes_social.model.reach import ReachSnapshot
from prokes_social.platforms import Charge, CredentialField, IsOurs, Platform, PlatformSettings, anybodys, free


@dataclass
class Public:
    text: str
    account: str
    at: datetime


class LyingPlatform(Platform):
    name = "x"
    label = "Lying"
    limits = Limits(text_length=280)
    live_url = "https://lying.example"
    settings_prefix = "LYING"
    Settings = PlatformSettings
    credential_fields: ClassVar[tuple[CredentialField, ...]] = ()
    external_id_is = Bilingual("nomor", "number")

    def __init__(self, clock: Clock) -> None:
        super().__init__(PlatformSettings(base_url="https://sandbox.example"), clock)
        self.public: list[Public] = []
        self.next_answers: list[Exception | str] = []
        self.next_prepares: list[Exception | Prepared] = []
        self.visible = True
        self.deaf: Exception | None = None  #: what look-ups are answered with
        self.prefix = ""  #: of the ids it gives, where several processes each have one
        self.prepares = 0
        self.while_preparing: Callable[[], None] = lambda: None

    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        self.prepares += 1
        self.while_preparing()
        told = self.next_prepares.pop(0) if self.next_prepares else Prepared(markers={"key": submission.text})
        if isinstance(told, Exception):
            raise told
        return told

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        told = self.next_answers.pop(0) if self.next_answers else "ok"
        if isinstance(told, Exception):
            raise told
        self.public.append(Public(text=submission.text, account=connection.account, at=self.clock.now()))
        if told == "drop":
            raise OutcomeUnknown("sambungan putus", account=connection.account)
        return self._post(len(self.public), self.public[-1].at)

    def find(
        self,
        submission: Submission,
        prepared: Prepared,
        connection: Connection,
        since: datetime,
        is_ours: IsOurs = anybodys,
    ) -> Post | None:
        if self.deaf:
            raise self.deaf
        key = prepared.markers.get("key")
        for number, public in enumerate(self.public, start=1):
            post = self._post(number, public.at)
            seen = self.visible and public.text == (key or submission.text) and post.published_at >= since
            if seen and (key or is_ours(post)):
                return post
        return None

    def show(self, text: str, account: str = "x-kabupaten") -> None:
        """A post that became public without a trace in the database."""
        self.public.append(Public(text=text, account=account, at=self.clock.now()))

    def measure(self, posts: Sequence[Post], connection: Connection, charge: Charge = free) -> list[ReachSnapshot]:
        return []

    def verify(self, connection: Connection) -> Identity:
        return Identity(external_id="1", handle="@lying", name="Lying")

    def _post(self, number: int, at: datetime) -> Post:
        return Post(
            external_id=f"{self.prefix}{number}",
            permalink=f"https://lying.example/{number}",
            published_at=at,
        )
