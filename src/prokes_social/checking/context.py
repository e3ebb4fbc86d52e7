"""What rules know besides the noun they look at; handed in by `app`, so that checking asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from prokes_social.clock import zone_named
from prokes_social.model.account import Directory
from prokes_social.model.campaign import LEADERS, OFFICIAL, STAFF, Campaign, Message, Send
from prokes_social.model.platform import Limits
from prokes_social.model.template import Template


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    now: datetime  #: aware
    limits: Mapping[str, Limits]  #: by platform
    directory: Directory | None = None  #: None outside a workspace: accounts are then not looked up
    allowed_hosts: tuple[str, ...] = ("go.id", "who.int")  #: with everything below them
    templates: Mapping[str, Template] | None = None  #: None: not known
    brands: frozenset[str] | None = None
    emblem_brands: frozenset[str] = frozenset()  #: whose personal cards carry the office's emblem
    alike: float = 90  #: per cent of alike words above which two texts count as the same
    election: bool = False  #: an election is near
    candidates: tuple[str, ...] = ()  #: names that stay out of staff feeds meanwhile
    x_budget: Mapping[str, Decimal] = field(default_factory=dict)  #: US dollars left this month, by account
    unattended: frozenset[str] = frozenset()  #: accounts by hand for which nobody is here to post

    def today(self, campaign: Campaign) -> date:
        return self.now.astimezone(zone_named(campaign.zone or "WIB")).date()

    def platforms_of(self, send: Send) -> set[str]:
        """Platforms a send may reach; all of them where an account's platform isn't known."""
        return {platform for target in send.to for platform in self._platforms_named(target)}

    def platforms_for(self, campaign: Campaign, message: Message) -> list[str]:
        """Platforms on which a message will be seen, in a steady order."""
        sends = (send for send in campaign.sends if send.message == message.id)
        reached = {platform for send in sends for platform in self.platforms_of(send)} | set(message.variants)
        return [platform for platform in self.limits if platform in reached]

    def _platforms_named(self, target: str) -> set[str]:
        if target in self.limits:
            return {target}
        if target in (LEADERS, STAFF):
            return set()
        if self.directory is None:
            return set(self.limits)
        accounts = self.directory.official(None if target == OFFICIAL else target)
        return {account.platform for account in accounts}
