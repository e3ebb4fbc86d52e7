"""Everything the sandbox remembers: accounts, uploads, posts, containers; with one lock, one clock, one order."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from prokes_social.sandbox import metrics
from prokes_social.sandbox.accounts import Account, Directory, default_directory
from prokes_social.sandbox.costs import Costs
from prokes_social.sandbox.faults import Faults
from prokes_social.sandbox.graph.grants import Grants as GraphGrants
from prokes_social.sandbox.limits import Windows
from prokes_social.sandbox.pictures import Picture
from prokes_social.sandbox.settings import Settings
from prokes_social.sandbox.x.grants import Grants

#: X counts milliseconds from here in its ids (4 November 2010).
SNOWFLAKE_EPOCH_MS = 1288834974657


@dataclass(kw_only=True)
class Medium:
    """An uploaded picture; `used_by` is the post that shows it."""

    id: str
    account: Account
    picture: Picture
    created_at: float
    alt_text: str = ""
    used_by: str | None = None

    @property
    def key(self) -> str:
        """X's media key; 3 stands for a picture."""
        return f"3_{self.id}"


@dataclass(kw_only=True)
class Post:
    """`order` counts what became public, from 1; None while a Facebook post is still unpublished."""

    id: str
    platform: str
    account: Account
    text: str
    created_at: float
    pictures: tuple[Medium, ...] = ()
    link: str = ""
    permalink: str = ""
    order: int | None = None
    published_at: float | None = None
    deleted_at: float | None = None

    @property
    def is_public(self) -> bool:
        return self.published_at is not None and self.deleted_at is None


@dataclass(kw_only=True)
class Container:
    """Instagram's waiting room for one picture."""

    id: str
    account: Account
    medium: Medium
    caption: str
    created_at: float
    ready_at: float
    published_as: str | None = None


@dataclass
class World:
    """Use the lock for every look and every change; the objects themselves do not lock."""

    directory: Directory = field(default_factory=default_directory)
    settings: Settings = field(default_factory=Settings)
    ledger: Path | None = None
    time: Callable[[], float] = time.time
    origin: str = ""  #: http://host:port, known once the server listens
    lock: threading.RLock = field(default_factory=threading.RLock)
    faults: Faults = field(default_factory=Faults)
    costs: Costs = field(default_factory=Costs)
    windows: Windows = field(default_factory=Windows)
    grants: Grants = field(default_factory=Grants)
    graph_grants: GraphGrants = field(default_factory=GraphGrants)
    nonces: dict[tuple[str, str], float] = field(default_factory=dict)
    media: dict[str, Medium] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    corrections: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  #: by post: since when, what share

    def __post_init__(self) -> None:
        self._last_id = 0
        self._orders = 0
        self.generation = 0  #: grows with each reset, so that a late landing does not reach a new world
        self._ledger: TextIO | None = self.ledger.open("a", encoding="utf-8") if self.ledger else None

    def now(self) -> float:
        return self.time() + self.settings.clock_offset_s

    def new_id(self) -> str:
        """Snowflake-like: grows with time, unique even within one millisecond."""
        fresh = (int(self.now() * 1000) - SNOWFLAKE_EPOCH_MS) << 22
        self._last_id = max(fresh, self._last_id + 1)
        return str(self._last_id)

    def publish(self, post: Post) -> Post:
        """Make a post public: from here on it counts, whatever the client learns of it."""
        self._orders += 1
        post.order, post.published_at = self._orders, self.now()
        for medium in post.pictures:
            medium.used_by = post.id
        self.posts[post.id] = post
        self._write_down(post)
        return post

    def public_posts(self, *, platform: str | None = None, deleted: bool = True) -> list[Post]:
        """In the order in which they were accepted; those deleted since are part of history."""
        known = [post for post in self.posts.values() if post.published_at is not None]
        chosen = [post for post in known if platform in (None, post.platform) and (deleted or post.is_public)]
        return sorted(chosen, key=lambda post: post.order or 0)

    def listed(self, account: Account) -> list[Post]:
        """What a listing of the account shows now, newest first: the lag has passed, nothing is deleted."""
        until = self.now() - self.settings.timeline_lag_s
        owner = (account.platform, account.id)
        mine = (post for post in self.posts.values() if (post.platform, post.account.id) == owner and post.is_public)
        shown = [post for post in mine if post.published_at is not None and post.published_at <= until]
        return sorted(shown, key=lambda post: post.order or 0, reverse=True)

    def age_s(self, post: Post, at: float | None = None) -> float:
        """Simulated seconds since the post became public."""
        at = self.now() if at is None else at
        since = post.published_at if post.published_at is not None else at
        return max(at - since, 0.0) * self.settings.age_speed

    def numbers(self, post: Post, *, delay_s: float = 0.0, at: float | None = None) -> dict[str, int]:
        """The truth of this moment, or of another: Unix time."""
        at = self.now() if at is None else at
        seen = metrics.numbers(post.platform, post.id, self.age_s(post, at) - delay_s, post.account.followers)
        share = next((share for since, share in reversed(self.corrections.get(post.id, [])) if since <= at), 1.0)
        return {name: int(value * share) for name, value in seen.items()}

    def correct(self, post: Post, share: float) -> None:
        """The platform found that some of it was robots: from now on only this share is counted."""
        self.corrections.setdefault(post.id, []).append((self.now(), share))

    def delete(self, post: Post) -> None:
        post.deleted_at = self.now()

    def restore(self, post: Post) -> None:
        post.deleted_at = None

    def forget(self) -> None:
        """Back to an empty world: accounts and settings stay, everything that happened goes."""
        self.faults.clear()
        self.costs = Costs()
        self.windows = Windows()
        for memory in (self.nonces, self.media, self.posts, self.containers, self.corrections):
            memory.clear()
        self._orders = 0
        self.generation += 1

    def close(self) -> None:
        if self._ledger:
            self._ledger.close()
            self._ledger = None

    def describe(self, post: Post) -> dict[str, Any]:
        """A post as tests and the ledger see it."""
        return {
            "order": post.order,
            "platform": post.platform,
            "account": post.account.handle,
            "account_id": post.account.id,
            "id": post.id,
            "text": post.text,
            "link": post.link,
            "alt_texts": [medium.alt_text for medium in post.pictures],
            "pictures": [self._describe_picture(medium.picture) for medium in post.pictures],
            "created_at": as_iso(post.published_at or post.created_at),
            "deleted_at": as_iso(post.deleted_at) if post.deleted_at else None,
            "permalink": post.permalink,
        }

    def _describe_picture(self, picture: Picture) -> dict[str, Any]:
        return {
            "sha256": picture.digest,
            "media_type": picture.media_type,
            "bytes": len(picture.data),
            "width": picture.width,
            "height": picture.height,
            "url": f"{self.origin}/_control/media/{picture.digest}",
        }

    def _write_down(self, post: Post) -> None:
        if self._ledger:
            self._ledger.write(json.dumps(self.describe(post), ensure_ascii=False) + "\n")
            self._ledger.flush()


def as_iso(moment: float) -> str:
    """UTC to the millisecond, as X writes it."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
