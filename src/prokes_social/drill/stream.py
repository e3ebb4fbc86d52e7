"""Approved deliveries written into the queue, and lies ordered from the sandbox with them, as a seed has it."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from prokes_social.app import App
from prokes_social.drill.stage import ALT_TEXT, CARD
from prokes_social.model.delivery import Content, Key
from prokes_social.planning import content_digest
from prokes_social.sandbox import Control
from prokes_social.store import approvals, campaigns, deliveries

CAMPAIGN = "drill"
#: Long enough that none is missed while the platform lies; what is missed would be told, not lost.
WINDOW = timedelta(minutes=15)
#: From being written to being due; longer than the time in which publishers prepare.
SOONEST, LATEST = 1.1, 1.7

#: Two in five public calls go wrong. Parameters are the sandbox's; the read timeout is 0.6 s.
PUBLIC_LIES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("accept_then_drop", 6, {}),
    ("error_after_accept", 6, {}),
    ("spoiled_json", 4, {}),
    ("no_id", 4, {}),
    ("hang", 4, {"seconds": 0.9}),
    ("hang", 2, {"seconds": 0.9, "accept": "later"}),
    ("late_landing", 4, {"seconds": 0.5}),
    ("late_landing", 2, {"seconds": 1.5}),
    ("late_landing", 1, {"seconds": 2.7}),  # later than the last look-up
    ("drop_before_accept", 3, {}),
    ("error_500", 2, {}),
    ("rate_limit", 3, {"reset_in": 1}),
)
LIES_A_CALL = 0.4
#: The longest a post may still land after its call.
LATEST_LANDING = 3.0
#: Calls that are not public go wrong as well: look-ups, uploads, questions about the account, containers.
OTHER_LIES = (
    ("timeline", "error_500"),
    ("timeline", "drop_before_accept"),
    ("timeline", "spoiled_json"),
    ("timeline", "rate_limit"),
    ("upload", "error_500"),
    ("upload", "accept_then_drop"),
    ("account", "error_500"),
    ("container", "error_500"),
)
LIES_ELSEWHERE = 0.15
#: Seconds by which timelines lag behind what is public; mostly little.
LAGS = (0.0, 0.0, 0.2, 0.5, 1.0, 2.0)


class Stream:
    """Writes as many deliveries as it is told; `written` counts them."""

    def __init__(self, app: App, control: Control, accounts: list[str], seed: int) -> None:
        self._app = app
        self._control = control
        self._accounts = accounts
        self._chance = Random(f"stream {seed}")  # noqa: S311 - a drill that can be repeated
        self.written = 0
        with app.store.write() as tx:
            self._version = campaigns.save_version(
                tx, name=CAMPAIGN, title="Drill", digest="-", yaml="-", by="drill", now=app.clock.now()
            )

    def write(self, count: int) -> None:
        """`count` more, approved and due in a moment, with the lies that they will be told."""
        wanted = [self._one() for _number in range(count)]
        with self._app.store.write() as tx:
            for key, content, platform in wanted:
                more = {"version_id": self._version, "zone": "WIB", "sources_until": None}
                cost = {"cost": Decimal("0.015") if platform == "x" else Decimal(0)}
                deliveries.put(tx, key, content, next_at=content.due_at - self._app.timing.lead, **more, **cost)
            digests = [content.digest for _key, content, _platform in wanted]
            approvals.add(tx, digests, verdict=approvals.APPROVED, who="drill", now=self._app.clock.now())
            deliveries.schedule_approved(tx, CAMPAIGN)
        for key, _content, platform in wanted:
            self._order_lies(platform, _number_of(key.account))
        self._control.settings(timeline_lag_s=self._chance.choice(LAGS))

    def _one(self) -> tuple[Key, Content, str]:
        self.written += 1
        account = self._chance.choice(self._accounts)
        platform = account.partition("-")[0]
        key = Key(campaign=CAMPAIGN, message=f"m{self.written}", account=account, occurrence="once")
        due_at = self._app.clock.now() + timedelta(seconds=self._chance.uniform(SOONEST, LATEST))
        pictured = platform == "instagram" or self._chance.random() < 0.2
        values: dict[str, Any] = {
            "text": _text(self.written),
            "alt_text": ALT_TEXT if pictured else "",
            "link": None,
            "card": CARD if pictured else None,
            "due_at": due_at,
            "not_after": due_at + WINDOW,
        }
        digest = content_digest(Content(**values), account)
        return key, Content(**values, digest=digest), platform

    def _order_lies(self, platform: str, account: str) -> None:
        if self._chance.random() < LIES_A_CALL:
            weights = [weight for _kind, weight, _more in PUBLIC_LIES]
            kind, _weight, more = self._chance.choices(PUBLIC_LIES, weights)[0]
            if platform == "x" or kind != "rate_limit":  # Meta tells its resets in minutes
                self._control.fault(platform, "publish", kind, account=account, **more)
        if self._chance.random() < LIES_ELSEWHERE:
            call, kind = self._chance.choice(OTHER_LIES)
            if platform == "x" or kind != "rate_limit":
                self._control.fault(platform, call, kind, account=account, reset_in=1)


def _number_of(account: str) -> str:
    """The sandbox's name for it."""
    return f"latihan_{account.rpartition('-')[2]}"


def _text(number: int) -> str:
    """Unlike every other, in words as offices write them; some with a link, which X rewrites."""
    link = " https://www.who.int/" if number % 5 == 0 else ""
    return f"Latihan {number}: cuci tangan 20 detik & jaga jarak, mari mulai dari rumah.{link}"
