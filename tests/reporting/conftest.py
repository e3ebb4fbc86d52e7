"""An office with a real database: campaigns queued, sent, lost, found and read the way the other steps do it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from shutil import copyfile

import pytest
from PIL import Image

from prokes_social.i18n import speaking
from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.delivery import Claim, Content, Delivery, DeliveryStatus, Key, Outcome
from prokes_social.model.platform import Post, Prepared, Size
from prokes_social.model.reach import Metric, ReachSnapshot
from prokes_social.model.report import Report
from prokes_social.reporting import campaign_report
from prokes_social.reporting.paper import Look
from prokes_social.settings import Settings, load_settings
from prokes_social.store import Store, accounts, approvals, campaigns, claims, deliveries, snapshots
from prokes_social.store.snapshots import DueReading

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # Monday, 07.00 WIB
DAY = 86400
YAML = """\
id: cuci-tangan
title: Cuci tangan, jaga yang tersayang
purpose: Mengingatkan warga mencuci tangan dengan sabun sebelum makan.
owner: Biro Administrasi Pimpinan
brand: nusa-raya
starts_on: 2026-11-23
ends_on: 2026-12-20
messages:
  - id: sabun
    text: Cuci tangan.
  - id: masker
    text: Pakai masker saat sakit.
"""


@dataclass
class Office:
    """Every method is one thing that happens to a campaign; times are seconds after the start."""

    store: Store
    settings: Settings
    campaign: str = "cuci-tangan"
    version: int = 0
    posts: dict[int, tuple[int, Post, int]] = field(default_factory=dict)  #: delivery to post id, post, account

    def saves(self, yaml: str = YAML, title: str = "Cuci tangan, jaga yang tersayang") -> None:
        with self.store.write() as tx:
            digest = sha256(yaml.encode()).hexdigest()
            self.version = campaigns.save_version(
                tx, name=self.campaign, title=title, digest=digest, yaml=yaml, by="ayu", now=START
            )

    def has_unit(self, unit: str, name: str) -> None:
        with self.store.write() as tx:
            accounts.put_unit(tx, Unit(id=unit, name=name, zone="WIB"))

    def has_account(self, name: str, platform: str, unit: str = "adpim", *, sandbox: bool = True) -> None:
        with self.store.write() as tx:
            kind = AccountKind.OFFICIAL
            accounts.add(tx, name=name, platform=platform, unit_id=unit, kind=kind, sandbox=sandbox)

    def keeps_card(
        self, digest: str, *, colour: str = "#0b5563", alt: str = "Kartu cuci tangan", data: bytes = b""
    ) -> None:
        request = CardRequest(
            template="pesan", brand="nusa-raya", size=Size(1080, 1350), slots={}, alt_text=alt, link=None
        )
        card = Card(
            request=request,
            content_digest=digest,
            file_digest=digest,
            media_type="image/jpeg",
            data=data or picture(colour),
        )
        with self.store.write() as tx:
            campaigns.keep_card(tx, card)

    def queues(
        self,
        message: str,
        account: str,
        due: float = 0,
        *,
        window: float = 1800,
        text: str = "Cuci tangan pakai sabun 20 detik.",
        card: str | None = None,
        approve: bool = True,
        zone: str = "WIB",
    ) -> Delivery:
        key = Key(campaign=self.campaign, message=message, account=account, occurrence=f"pagi-{due}@2026-11-23")
        due_at = START + timedelta(seconds=due)
        content = Content(
            text=text,
            alt_text="",
            link=None,
            card=card,
            due_at=due_at,
            not_after=due_at + timedelta(seconds=window),
            digest=sha256(f"{key}{text}".encode()).hexdigest(),
        )
        with self.store.write() as tx:
            deliveries.put(tx, key, content, next_at=due_at, version_id=self.version, zone=zone, cost=0)
            if approve:
                approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who="budi", now=START)
                deliveries.schedule_approved(tx, self.campaign)
        return self.find(message, account, due)

    def find(self, message: str, account: str, due: float = 0) -> Delivery:
        with self.store.read() as tx:
            rows = deliveries.listing(tx, campaign=self.campaign, account_name=account)
        occurrence = f"pagi-{due}@2026-11-23"
        return next(row for row in rows if row.key.message == message and row.key.occurrence == occurrence)

    def claims(self, delivery: Delivery, now: datetime) -> Claim:
        with self.store.write() as tx:
            lease = now + timedelta(seconds=60)
            held = claims.claim(tx, owner="w", now=now, uptime=0, lease_until=lease, limit=50)
            for other in held:
                if other.delivery.id != delivery.id:
                    claims.release(tx, other, next_at=other.delivery.content.due_at)
        return next(claim for claim in held if claim.delivery.id == delivery.id)

    def sends(self, delivery: Delivery, late: float = 0.2) -> Claim:
        """Claimed, and the intent committed `late` seconds after its time."""
        now = delivery.content.due_at + timedelta(seconds=max(late, 0))
        held = self.claims(delivery, now)
        with self.store.write() as tx:
            assert claims.begin_sending(tx, held, prepared=Prepared(markers={}), now=now, today=now.date())
        return held

    def publishes(self, delivery: Delivery, late: float = 0.2, *, permalink: str = "") -> Delivery:
        self._record(self.sends(delivery, late), late, "answer", permalink)
        return delivery

    def loses_the_answer(self, delivery: Delivery, reason: str = "no answer within 20 s") -> Claim:
        held = self.sends(delivery)
        now = delivery.content.due_at + timedelta(seconds=20)
        with self.store.write() as tx:
            claims.end_attempt(tx, delivery.id, outcome=Outcome.UNKNOWN, said=reason, now=now)
            claims.mark_uncertain(tx, held, now=now, first_look=now, reason=reason)
        return held

    def finds_again(self, delivery: Delivery, late: float = 0.4) -> Delivery:
        self.loses_the_answer(delivery)
        now = delivery.content.due_at + timedelta(seconds=35)
        with self.store.write() as tx:
            lease = now + timedelta(seconds=60)
            held = claims.claim_lookups(tx, owner="w", now=now, uptime=0, lease_until=lease, limit=9)
        self._record(next(each for each in held if each.delivery.id == delivery.id), late, "look-up", "")
        return delivery

    def is_confirmed(self, delivery: Delivery) -> Delivery:
        """A person saw the post; its time is nobody's knowledge."""
        self._record(self.loses_the_answer(delivery), 20, "person", "")
        return delivery

    def holds(self, delivery: Delivery, reason: str) -> Delivery:
        held = self.loses_the_answer(delivery)
        with self.store.write() as tx:
            claims.leave(tx, held, DeliveryStatus.HELD, reason=reason)
        return delivery

    def is_refused(self, delivery: Delivery, reason: str) -> Delivery:
        held = self.sends(delivery)
        with self.store.write() as tx:
            claims.end_attempt(tx, delivery.id, outcome=Outcome.REJECTED, said=reason, now=START)
            claims.leave(tx, held, DeliveryStatus.FAILED, reason=reason)
        return delivery

    def misses(self, delivery: Delivery, reason: str = "its window closed") -> Delivery:
        with self.store.write() as tx:
            late = delivery.content.not_after + timedelta(seconds=1)
            assert delivery.id in claims.miss_overdue(tx, now=late, reason=reason)
        return delivery

    def withdraws(self, delivery: Delivery) -> None:
        with self.store.write() as tx:
            assert deliveries.cancel(tx, delivery.id, reason="")

    def reads(
        self,
        delivery: Delivery,
        after: float,
        *,
        delay: float = 0,
        gone: bool = False,
        kinds: Mapping[Metric, Mapping[str, int]] | None = None,
        **numbers: int | None,
    ) -> None:
        """A reading planned `after` seconds of the post's life on our clock, and taken `delay` later."""
        reading, post = self._reading(delivery, after)
        told = {Metric(name): value for name, value in numbers.items()}
        taken = ReachSnapshot(
            external_id=post.external_id,
            taken_at=reading.due_at + timedelta(seconds=delay),
            numbers=told,
            raw=dict(numbers),
            missing=gone,
            kinds=kinds or {},
        )
        with self.store.write() as tx:
            snapshots.record(tx, [(reading, taken)])

    def is_not_told(self, delivery: Delivery, after: float, reason: str) -> None:
        reading, _post = self._reading(delivery, after)
        with self.store.write() as tx:
            snapshots.plan_readings(tx, reading.post_id, [reading.due_at])
            snapshots.put_off(tx, [reading], next_at=reading.due_at + timedelta(minutes=15), reason=reason)

    def reports(self, after: float = 60, *, language: str = "id", accent: str = "#0b5563") -> Report:
        with speaking(language):
            now = START + timedelta(seconds=after)
            look = Look(accent=accent)
            return campaign_report(
                self.store, self.campaign, settings=self.settings, now=now, look_of=lambda brand: look
            )

    def _reading(self, delivery: Delivery, after: float) -> tuple[DueReading, Post]:
        post_id, post, account_id = self.posts[delivery.id]
        due_at = post.published_at + timedelta(seconds=after)
        asked = DueReading(post_id=post_id, account_id=account_id, post=post, due_at=due_at, asked_for=True)
        return asked, post

    def _record(self, held: Claim, late: float, found_by: str, permalink: str) -> None:
        delivery = held.delivery
        post = Post(
            external_id=f"p{delivery.id}",
            permalink=permalink or f"http://127.0.0.1:8000/{delivery.platform}/p{delivery.id}",
            published_at=delivery.content.due_at + timedelta(seconds=late),
        )
        with self.store.write() as tx:
            post_id = claims.record_post(tx, held, post, found_by=found_by)
            assert post_id is not None
            claims.end_attempt(tx, delivery.id, outcome=Outcome.PUBLISHED, said="", now=post.published_at)
        self.posts[delivery.id] = (post_id, post, delivery.account_id)


def picture(colour: str = "#0b5563", size: tuple[int, int] = (1080, 1350)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, colour).save(data, "JPEG")
    return data.getvalue()


def settings_of(home: Path, *, time_scale: float) -> Settings:
    (home / "prokes.toml").write_text(
        f"""
        database_url = "sqlite:///{home}/p.db"
        [organisation]
        name = "Provinsi Nusa Raya"
        unit = "Biro Administrasi Pimpinan"
        [tracking]
        sandbox_time_scale = {time_scale}
        """
    )
    return load_settings({"PROKES_HOME": str(home)})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest version; making one takes longer than most tests here."""
    path = tmp_path_factory.mktemp("migrated") / "p.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def office(tmp_path: Path, migrated: Path) -> Iterator[Office]:
    copyfile(migrated, tmp_path / "p.db")
    settings = settings_of(tmp_path, time_scale=86400)
    store = Store(settings.database_url)
    office = Office(store, settings)
    office.has_unit("adpim", "Biro Administrasi Pimpinan")
    office.saves()
    yield office
    store.close()
