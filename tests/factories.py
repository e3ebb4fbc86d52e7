"""Valid nouns and rows, made with as little as a test wants to say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.model.delivery import Content, Delivery, Key
from prokes_social.planning import content_digest
from prokes_social.store import Store, accounts, approvals, campaigns, deliveries

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
