"""Turn a campaign and a directory into what it asks for, and compare that with the queue; touches nothing outside."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from prokes_social.model.account import Directory
from prokes_social.model.campaign import Campaign, Loaded
from prokes_social.model.card import CardRequest
from prokes_social.model.delivery import Delivery
from prokes_social.model.plan import Plan, Wanted
from prokes_social.model.wave import Wave
from prokes_social.planning.deliveries import (
    Customs,
    accounts_of,
    card_request,
    compare_deliveries,
    content_digest,
    expand_deliveries,
)
from prokes_social.planning.waves import compare_waves, expand_waves

__all__ = ["Customs", "accounts_of", "card_request", "compare", "content_digest", "expand"]


def expand(file: Loaded[Campaign], directory: Directory, customs: Customs) -> Wanted:
    """Each delivery and each wave the campaign asks for, in the order they are due."""
    return Wanted(
        file=file,
        deliveries=tuple(expand_deliveries(file.value, directory, customs)),
        waves=tuple(expand_waves(file.value, directory, customs)),
    )


def compare(
    wanted: Wanted,
    queue: Iterable[Delivery],
    waves: Iterable[Wave] = (),
    *,
    card_digest: Callable[[CardRequest], str],
    shared_digest: Callable[[CardRequest], str],
    cost: Callable[[str, str], Decimal],
    now: datetime,
) -> Plan:
    """What applying the campaign would change.

    `card_digest` names a card by its content, `shared_digest` what all personal cards of a request have in common;
    they and `cost(platform, text)` are handed in.
    """
    return Plan(
        file=wanted.file,
        changes=tuple(compare_deliveries(wanted.deliveries, queue, card_digest=card_digest, cost=cost, now=now)),
        waves=tuple(compare_waves(wanted.waves, waves, shared_digest=shared_digest, now=now)),
    )
