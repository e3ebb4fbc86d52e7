"""Valid nouns and rows, made with as little as a test wants to say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from prokes_social.clock import ZONES, zone_named
from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.model.campaign import WallTime
from prokes_social.model.delivery import Content, Delivery, Key
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Opened, Wave, WaveContent, WaveKey, WaveStatus
from prokes_social.planning import content_digest
from prokes_social.planning.waves import wave_digest
from prokes_social.store import Store, accounts, approvals, campaigns, consents, deliveries, people, waves
from prokes_social.store.tables import person

DUE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def add_account(store: Store, name: str = "x-kabupaten", platform: str = "x", *, sandbox: bool = True) -> Account:
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id="diskominfo", name="Diskominfo", zone="WIB"))
        accounts.add(tx, name=name, platform=platform, unit_id="diskominfo", kind=AccountKind.OFFICIAL, sandbox=sandbox)
        account = accounts.by_name(tx, name)
    assert account
    return account


def make_content(account: str = "x-kabupaten", *, text: str = "Cuci tangan, yuk.", due_at: datetime = DUE) -> Content:
    content = Content(
        text=text, alt_text="", link=None, card=None, due_at=due_at, not_after=due_at + timedelta(minutes=30)
    )
    return Content(**{**vars(content), "digest": content_digest(content, account)})


def queue_delivery(
    store: Store,
    *,
    account: str = "x-kabupaten",
    campaign: str = "agen",
    message: str = "cuci-tangan",
    occurrence: str = "pagi@2026-11-23",
    content: Content | None = None,
    approved: bool = True,
) -> Delivery:
    """One row, approved and scheduled unless said otherwise."""
    content = content or make_content(account)
    key = Key(campaign=campaign, message=message, account=account, occurrence=occurrence)
    with store.write() as tx:
        version = campaigns.save_version(
            tx, name=campaign, title=campaign.title(), digest="d", yaml="id: agen\n", by="Ayu", now=DUE
        )
        more = {"version_id": version, "zone": "WIB", "sources_until": None, "cost": Decimal("0.015")}
        assert deliveries.put(tx, key, content, next_at=content.due_at, **more)
        if approved:
            approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who="Citra", now=DUE)
            deliveries.schedule_approved(tx, campaign)
        rows = deliveries.listing(tx, campaign=campaign)
    return next(row for row in rows if row.key == key)


def add_person(
    store: Store, name: str = "Budi Santoso", *, unit: str = "diskominfo", zone: str = "WIB", leader: bool = False,
    agreed: bool = True, contact: str = "",
) -> StaffMember:  # fmt: skip
    """A staff member who agreed to be asked, unless said otherwise."""
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id=unit, name=unit.title(), zone=zone))
        values = {"name": name, "unit_id": unit, "leader": leader, "contact": contact, "added_at": DUE}
        person_id = tx.execute(insert(person).values(**values).returning(person.c.id)).scalar_one()
        if agreed:
            consents.record(tx, person_id, Purpose.LINK, given=True, wording="ya", by="Ayu", now=DUE)
        member = people.get(tx, person_id)
    assert member
    return member


def put_wave(
    store: Store, *, audience: str = "staff", occurrence: str = "pagi@2026-11-23", wall_time: str = "2026-11-23 12.00",
    zone: str | None = None, after: str | None = None, share: int | None = None, status: WaveStatus = WaveStatus.READY,
    message: str = "cuci-tangan", closes_at: datetime = DUE + timedelta(days=14), campaign: str = "agen", **more: Any,
) -> Wave:  # fmt: skip
    """One wave, ready unless said otherwise; 12.00 is noon on the wall of each unit."""
    wall = WallTime.parse(wall_time)
    opens_at = min(wall.instant(zone_named(each)) for each in ([zone] if zone else ZONES))
    content = WaveContent(
        **{"captions": ("Yuk, cuci tangan.",), "alt_text": "", "link": "https://dinkes.nusaraya.go.id/", "card": None,
           "sizes": (), "card_digest": None, "wall_time": wall, "zone": zone, "opens_at": opens_at,
           "closes_at": closes_at, "after": after, "share": share, **more}
    )  # fmt: skip
    key = WaveKey(campaign=campaign, message=message, audience=audience, occurrence=occurrence)
    content = replace(content, digest=wave_digest(content, key))
    with store.write() as tx:
        version = campaigns.save_version(
            tx, name=campaign, title=campaign.title(), digest="d", yaml="id: agen\n", by="Ayu", now=DUE
        )
        waves.put(tx, key, content, version_id=version)
        if status is not WaveStatus.WAITING:
            approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who="Citra", now=DUE)
            waves.release_approved(tx, campaign)
        row = next(each for each in waves.listing(tx) if each.key == key)
        if status is WaveStatus.OPEN:
            waves.open_(tx, row.id, by=Opened.TIME, now=DUE)
        found = waves.get(tx, row.id)
    assert found
    return found
