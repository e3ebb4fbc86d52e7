"""A campaign and a directory in, the deliveries it asks for out; and what of them would change in the queue."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from prokes_social.clock import zone_named
from prokes_social.i18n import _
from prokes_social.model.account import Account, Directory
from prokes_social.model.campaign import OFFICIAL, Campaign, Message, Path, Send, WallTime
from prokes_social.model.card import CardRequest
from prokes_social.model.delivery import OPEN, OUT, Content, Delivery, DeliveryStatus, Key
from prokes_social.model.plan import Change, PlannedChange, WantedDelivery
from prokes_social.model.platform import Limits, Size


@dataclass(frozen=True, kw_only=True)
class Customs:
    """What the workspace decides where a campaign says nothing."""

    zone: str
    window: timedelta
    limits: Mapping[str, Limits]
    open_for: timedelta = timedelta(days=14)  #: how long an invitation stands
    sizes: Mapping[str, Sequence[Size]] = field(default_factory=dict)  #: that each template has


def expand_deliveries(campaign: Campaign, directory: Directory, customs: Customs) -> list[WantedDelivery]:
    """Each delivery by API the campaign asks for, in the order they are due."""
    found: dict[Key, WantedDelivery] = {}
    for index, send in enumerate(campaign.sends):
        accounts = [account for account in accounts_of(send, directory) if not account.by_hand]
        for occasion in send.occasions(campaign.starts_on, campaign.ends_on):
            for account in accounts:
                wanted = _delivery(campaign, send, index, occasion, account, customs)
                found.setdefault(wanted.key, wanted)
    return sorted(found.values(), key=lambda each: (each.due_at, each.key.account, each.key.message))


def compare_deliveries(
    wanted: Iterable[WantedDelivery],
    queue: Iterable[Delivery],
    *,
    card_digest: Callable[[CardRequest], str],
    cost: Callable[[str, str], Decimal],
    now: datetime,
) -> list[PlannedChange]:
    queued = {delivery.key: delivery for delivery in queue}
    digests = _CardDigests(card_digest)
    changes = []
    for each in wanted:
        row = queued.pop(each.key, None)
        if row is None and each.recurring and each.not_after < now:
            continue  # a weekly send that began before the file was queued asks for nothing in the past
        content = _content(each, digests)
        changes.append(_change(each, content, row, cost(each.account.platform, each.text)))
    return changes + [_cancel(row) for row in queued.values() if row.status in OPEN]


def _change(each: WantedDelivery, content: Content, row: Delivery | None, cost: Decimal) -> PlannedChange:
    planned = PlannedChange(change=Change.ADD, key=each.key, content=content, wanted=each, queued=row, cost=cost)
    if row is None:
        return planned
    if row.status is DeliveryStatus.CANCELLED:
        return replace(planned, reason=_("it was withdrawn and returns"))
    if row.content.digest == content.digest:
        return replace(planned, change=Change.KEEP)
    if row.status in OUT:
        return replace(planned, change=Change.REFUSE, reason=_out(row))
    return replace(planned, change=Change.CHANGE, reason=_differences(row.content, content))


def _cancel(row: Delivery) -> PlannedChange:
    reason = _("the campaign no longer asks for it")
    return PlannedChange(change=Change.CANCEL, key=row.key, content=None, wanted=None, queued=row, reason=reason)


def _out(row: Delivery) -> str:
    if row.status is DeliveryStatus.PUBLISHED and row.post:
        return _("it is public already at {address}; what is public never changes", address=row.post.permalink)
    return _("it may be out already ({status}); settle it first with `prokes delivery resolve {id}`",
             status=row.status.label, id=row.id)  # fmt: skip


def _differences(before: Content, after: Content) -> str:
    named = (
        (_("text"), before.text != after.text),
        (_("alt text"), before.alt_text != after.alt_text),
        (_("link"), before.link != after.link),
        (_("card"), before.card != after.card),
        (_("time"), before.due_at != after.due_at),
        (_("window"), before.not_after - before.due_at != after.not_after - after.due_at),
    )
    return ", ".join(name for name, differs in named if differs)


def accounts_of(send: Send, directory: Directory) -> list[Account]:
    chosen: dict[int, Account] = {}
    for target in send.to:
        accounts = directory.official() if target == OFFICIAL else directory.official(target)
        chosen |= {account.id: account for account in accounts}
    return list(chosen.values())


def _delivery(
    campaign: Campaign, send: Send, index: int, occasion: WallTime, account: Account, customs: Customs
) -> WantedDelivery:
    message = campaign.message(send.message)
    limits = customs.limits[account.platform]
    zone = send.zone or campaign.zone or account.unit.zone or customs.zone
    due_at = occasion.instant(zone_named(zone))
    return WantedDelivery(
        key=Key(
            campaign=campaign.id, message=message.id, account=account.name, occurrence=occurrence_of(send, occasion)
        ),
        account=account,
        zone=zone,
        text=campaign.text_for(message, account.platform, limits),
        link=campaign.link_of(message),
        card=card_request(campaign, message, size_for(message, account.platform, limits)),
        due_at=due_at,
        not_after=due_at + (send.window or customs.window),
        sources_until=min((s.valid_until for s in campaign.sources if s.id in message.sources), default=None),
        recurring=send.every is not None,
        send_path=("sends", index),
        message_path=("messages", next(n for n, each in enumerate(campaign.messages) if each.id == message.id)),
    )


def card_request(campaign: Campaign, message: Message, size: Size) -> CardRequest | None:
    """The picture of a message in one size; None where the message has no card."""
    if message.card is None:
        return None
    return CardRequest(
        template=message.card.template,
        brand=campaign.brand_of(message.card),
        size=size,
        slots=message.card.slots,
        alt_text=message.card.alt,
        link=campaign.link_of(message),
    )


def size_for(message: Message, platform: str, limits: Limits) -> Size:
    chosen = message.card.sizes.get(platform) if message.card else None
    return Size.parse(chosen) if chosen else limits.card_size


def occurrence_of(send: Send, occasion: WallTime) -> str:
    # The nominal date, not the hour: moving a send within its day keeps its row.
    return f"{send.id}@{occasion.day.isoformat()}"


class _CardDigests:
    """Asks once for each message and size, however many deliveries show the card."""

    def __init__(self, card_digest: Callable[[CardRequest], str]) -> None:
        self._ask = card_digest
        self._known: dict[tuple[Path, Size], str] = {}

    def of(self, each: WantedDelivery) -> str | None:
        if each.card is None:
            return None
        key = (each.message_path, each.card.size)
        if key not in self._known:
            self._known[key] = self._ask(each.card)
        return self._known[key]


def _content(each: WantedDelivery, digests: _CardDigests) -> Content:
    content = Content(
        text=each.text,
        alt_text=each.card.alt_text if each.card else "",
        link=each.link,
        card=digests.of(each),
        due_at=each.due_at,
        not_after=each.not_after,
    )
    return replace(content, digest=content_digest(content, each.key.account))


def content_digest(content: Content, account: str) -> str:
    """SHA-256 over canonical JSON of everything people approve."""
    return canonical_digest(
        {
            "account": account,
            "text": content.text,
            "alt_text": content.alt_text,
            "link": content.link,
            "card": content.card,
            "due_at": content.due_at.isoformat(),
            "not_after": content.not_after.isoformat(),
        }
    )


def canonical_digest(said: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON."""
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
