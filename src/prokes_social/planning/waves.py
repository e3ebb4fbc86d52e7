"""A campaign and a directory in, the waves it asks for out; and what of them would change."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from prokes_social.clock import zone_named
from prokes_social.i18n import _
from prokes_social.model.account import Account, Directory
from prokes_social.model.campaign import LEADERS, STAFF, Campaign, Message, Send, WallTime
from prokes_social.model.card import CardRequest
from prokes_social.model.plan import Change, PlannedWave, WantedWave
from prokes_social.model.platform import Size
from prokes_social.model.wave import Wave, WaveContent, WaveKey, WaveStatus, content_as_json
from prokes_social.planning.deliveries import (
    Customs,
    accounts_of,
    canonical_digest,
    card_request,
    occurrence_of,
    size_for,
)

#: What a card for staff is drawn in where the message names no size: the feed, and the status of WhatsApp.
FEED, STORY = Size(width=1080, height=1350), Size(width=1080, height=1920)


def expand_waves(campaign: Campaign, directory: Directory, customs: Customs) -> list[WantedWave]:
    """Each group to be asked together, and each account that is posted to by hand, in the order they open."""
    found: dict[WaveKey, WantedWave] = {}
    for index, send in enumerate(campaign.sends):
        for occasion in send.occasions(campaign.starts_on, campaign.ends_on):
            for each in _of_send(campaign, send, index, occasion, directory, customs):
                found.setdefault(each.key, each)
    return sorted(found.values(), key=lambda each: (each.content.opens_at, each.key.audience, each.key.message))


def compare_waves(
    wanted: Iterable[WantedWave],
    queue: Iterable[Wave],
    *,
    shared_digest: Callable[[CardRequest], str],
    now: datetime,
) -> Iterator[PlannedWave]:
    queued = {wave.key: wave for wave in queue}
    for each in wanted:
        row = queued.pop(each.key, None)
        if row is None and each.recurring and each.content.closes_at < now:
            continue
        content = _finished(each.content, each.key, shared_digest)
        yield _change(each, content, row)
    for row in queued.values():
        if row.status not in (WaveStatus.CLOSED, WaveStatus.CANCELLED):
            reason = _("the campaign no longer asks for it")
            yield PlannedWave(change=Change.CANCEL, key=row.key, content=None, wanted=None, queued=row, reason=reason)


def wave_digest(content: WaveContent, key: WaveKey) -> str:
    """SHA-256 over canonical JSON of everything people approve of a wave."""
    return canonical_digest({"audience": key.audience, "message": key.message, **content_as_json(content)})


def _of_send(
    campaign: Campaign, send: Send, index: int, occasion: WallTime, directory: Directory, customs: Customs
) -> Iterator[WantedWave]:
    message = campaign.message(send.message)
    for target in send.to:
        if target in (LEADERS, STAFF):
            content = _content_for_people(campaign, send, message, target, occasion, directory, customs)
            yield _wanted(campaign, send, index, occasion, target, content)
    for account in accounts_of(send, directory):
        if account.by_hand:
            content = _content_by_hand(campaign, send, message, account, occasion, customs)
            yield _wanted(campaign, send, index, occasion, f"account:{account.name}", content)


def _wanted(
    campaign: Campaign, send: Send, index: int, occasion: WallTime, audience: str, content: WaveContent
) -> WantedWave:
    occurrence = occurrence_of(send, occasion)
    return WantedWave(
        key=WaveKey(campaign=campaign.id, message=send.message, audience=audience, occurrence=occurrence),
        content=content,
        recurring=send.every is not None,
        send_path=("sends", index),
        message_path=("messages", next(n for n, each in enumerate(campaign.messages) if each.id == send.message)),
    )


def _content_for_people(
    campaign: Campaign, send: Send, message: Message, audience: str, occasion: WallTime, directory: Directory,
    customs: Customs,
) -> WaveContent:  # fmt: skip
    # Whoever is asked reads the hour on the wall of their own office, unless the send says otherwise.
    zones = [send.zone] if send.zone else sorted({unit.zone for unit in directory.units}) or [customs.zone]
    instants = [occasion.instant(zone_named(zone)) for zone in zones if zone]
    sizes = _sizes_for_people(message, customs)
    return WaveContent(
        captions=campaign.captions_for(message, audience),
        alt_text=message.card.alt if message.card else "",
        link=campaign.link_of(message),
        card=card_request(campaign, message, sizes[0]) if sizes else None,
        sizes=sizes,
        card_digest=None,
        wall_time=occasion,
        zone=send.zone,
        opens_at=min(instants),
        closes_at=min(max(instants) + (send.window or customs.open_for), _end_of(campaign, message, customs)),
        after=send.after.send if send.after else None,
        share=send.after.share if send.after else None,
    )


def _content_by_hand(
    campaign: Campaign, send: Send, message: Message, account: Account, occasion: WallTime, customs: Customs
) -> WaveContent:
    limits = customs.limits[account.platform]
    zone = send.zone or campaign.zone or account.unit.zone or customs.zone
    opens_at = occasion.instant(zone_named(zone))
    card = card_request(campaign, message, size_for(message, account.platform, limits))
    return WaveContent(
        captions=(campaign.text_for(message, account.platform, limits),),
        alt_text=message.card.alt if message.card else "",
        link=campaign.link_of(message),
        card=card,
        sizes=(card.size,) if card else (),
        card_digest=None,
        wall_time=occasion,
        zone=zone,
        opens_at=opens_at,
        closes_at=min(opens_at + (send.window or customs.window), _end_of(campaign, message, customs)),
    )


def _sizes_for_people(message: Message, customs: Customs) -> tuple[Size, ...]:
    if message.card is None:
        return ()
    if chosen := message.card.sizes.get(STAFF):
        return (Size.parse(chosen),)
    there = tuple(customs.sizes.get(message.card.template, (FEED, STORY)))
    return tuple(size for size in (FEED, STORY) if size in there) or there[:1]


def _end_of(campaign: Campaign, message: Message, customs: Customs) -> datetime:
    """Midnight after the campaign's last day, or after the last on which all sources of the message hold."""
    days = [campaign.ends_on, *(each.valid_until for each in campaign.sources if each.id in message.sources)]
    zone = zone_named(campaign.zone or customs.zone)
    return datetime.combine(min(days) + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def _finished(content: WaveContent, key: WaveKey, shared_digest: Callable[[CardRequest], str]) -> WaveContent:
    drawn = replace(content, card_digest=shared_digest(content.card) if content.card else None)
    return replace(drawn, digest=wave_digest(drawn, key))


def _change(each: WantedWave, content: WaveContent, row: Wave | None) -> PlannedWave:
    planned = PlannedWave(change=Change.ADD, key=each.key, content=content, wanted=each, queued=row)
    if row is None:
        return planned
    if row.status is WaveStatus.CANCELLED:
        return replace(planned, reason=_("it was withdrawn and returns"))
    if row.content.digest == content.digest:
        return replace(planned, change=Change.KEEP)
    return replace(planned, change=Change.CHANGE, reason=_differences(row.content, content))


def _differences(before: WaveContent, after: WaveContent) -> str:
    named = (
        (_("text"), before.captions != after.captions),
        (_("alt text"), before.alt_text != after.alt_text),
        (_("link"), before.link != after.link),
        (_("card"), (before.card, before.sizes, before.card_digest) != (after.card, after.sizes, after.card_digest)),
        (_("time"), (before.wall_time, before.zone, before.opens_at) != (after.wall_time, after.zone, after.opens_at)),
        (_("window"), before.closes_at != after.closes_at),
        (_("who goes first"), (before.after, before.share) != (after.after, after.share)),
    )
    return ", ".join(name for name, differs in named if differs)
