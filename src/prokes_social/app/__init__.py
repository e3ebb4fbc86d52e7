"""Joins the steps: what one step needs from another is handed in here. A table of contents of the product by area."""

import os
import socket
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from prokes_social import platforms
from prokes_social.alerting import Relay, Teller, Watchdog
from prokes_social.app.accounts import Accounts
from prokes_social.app.alarms import Alarms
from prokes_social.app.approving import Approving
from prokes_social.app.audit import Audit
from prokes_social.app.campaigns import Campaigns
from prokes_social.app.channels import alarm_channels, status_webhook
from prokes_social.app.coverage import Coverage
from prokes_social.app.decisions import Decisions
from prokes_social.app.deliveries import Deliveries
from prokes_social.app.drafts import Drafts
from prokes_social.app.inviting import Inviting
from prokes_social.app.media import Media
from prokes_social.app.personal_posts import PersonalPosts
from prokes_social.app.privacy import Privacy
from prokes_social.app.reach import Reach
from prokes_social.app.recalling import Recalling
from prokes_social.app.reports import Reports
from prokes_social.app.sharing import Sharing
from prokes_social.app.staff import Staff
from prokes_social.app.texts import Texts
from prokes_social.app.tokens import Tokens
from prokes_social.app.units import Units
from prokes_social.app.upkeep import Upkeep
from prokes_social.app.users import Users
from prokes_social.clock import Clock, SystemClock
from prokes_social.connecting import Connector
from prokes_social.errors import Rejected
from prokes_social.i18n import _
from prokes_social.model.account import Account, AccountKind
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.platform import Connection, Post
from prokes_social.model.staff import Purpose
from prokes_social.platforms import Platform
from prokes_social.publishing import LookUp, Publisher, Timing
from prokes_social.settings import Settings
from prokes_social.store import Connection as StoreConnection
from prokes_social.store import Store, consents
from prokes_social.store import accounts as account_rows
from prokes_social.tracking import Tracker

if TYPE_CHECKING:
    from prokes_social.model.card import CardRequest
    from prokes_social.rendering import Studio


class App:
    """One workspace, opened. Its areas mirror the commands and the pages."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.store = Store(settings.database_url)
        self.store.require_current()
        self.clock = clock or self.store.clock()
        self.campaigns = Campaigns(self)
        self.accounts = Accounts(self)
        self.alarms = Alarms(self)
        self.deliveries = Deliveries(self)
        self.decisions = Decisions(self)
        self.reach = Reach(self)
        self.reports = Reports(self)
        self.coverage = Coverage(self)
        self.sharing = Sharing(self)
        self.personal_posts = PersonalPosts(self)
        self.inviting = Inviting(self)
        self.privacy = Privacy(self)
        self.staff = Staff(self)
        self.units = Units(self)
        self.media = Media(self)
        self.upkeep = Upkeep(self)
        self.users = Users(self)
        self.audit = Audit(self)
        self.approving = Approving(self)
        self.recalling = Recalling(self)
        self.texts = Texts(self)  # campaign files: read, saved, kept, restored
        self.drafts = Drafts(self)
        self.tokens = Tokens(self)

    @cached_property
    def platforms(self) -> Mapping[str, Platform]:
        return {
            kind.name: platforms.make_platform(kind.name, self.settings.for_platform(kind.settings_prefix), self.clock)
            for kind in platforms.all_classes()
        }

    @cached_property
    def connector(self) -> Connector:
        return Connector(store=self.store, platforms=self.platforms, keys=self.settings.keys, clock=self.clock)

    @cached_property
    def studio(self) -> "Studio":
        from prokes_social.app.cards import asset_folders, open_studio  # numpy and Pillow: only where cards are drawn

        return open_studio(asset_folders(self.settings.home), self.staff.photos)

    def shared_digest(self, request: "CardRequest") -> str:
        """What names everything that all personal cards of a request have in common."""
        return self.studio.digest(self.studio.personal(request).request)

    @cached_property
    def tracker(self) -> Tracker:
        return Tracker(
            store=self.store,
            platforms=self.platforms,
            clock=self.clock,
            ages=self.settings.tracking.reading_ages,
            time_scale=self.settings.tracking.sandbox_time_scale,
            connection_to=self.connector.connection_to,
            budget=self.settings.publishing.x_monthly_budget,
            threads=self.settings.tracking.threads,
            lease=self.settings.tracking.lease,
        )

    def publisher(self, owner: str | None = None) -> Publisher:
        """A publisher of its own name; several may work on one database."""
        return Publisher(
            store=self.store,
            platforms=self.platforms,
            clock=self.clock,
            timing=self.timing,
            owner=owner or f"{socket.gethostname()}:{os.getpid()}",
            submission_of=self.deliveries.submission_of,
            connection_of=self._connection_of,
            readings_of=self._readings_of,
        )

    def look_up(self, publisher: Publisher) -> LookUp:
        return LookUp(publisher=publisher)

    def teller(self, owner: str) -> Teller:
        """Who tells alarms to the outside, for one process; by its own clock, for when the database is gone."""
        clock = SystemClock() if isinstance(self.clock, SystemClock) else self.clock
        return Teller(
            store=self.store,
            clock=clock,
            channels=alarm_channels(self.settings, clock),
            office=self.settings.organisation.name,
            language=self.settings.language,
            owner=owner,
        )

    def relay(self, owner: str) -> Relay:
        """Who tells status changes to the webhook, for one process."""
        webhook = status_webhook(self.settings, self.clock)
        if self.settings.webhooks.url and webhook is None:
            self.upkeep.complain_of_webhook(
                _("No status change is told: there is no secret to sign it with. Set PROKES_WEBHOOKS_SECRET.")
            )
        return Relay(
            store=self.store, clock=self.clock, webhook=webhook, statuses=self.settings.webhooks.statuses,
            language=self.settings.language, owner=owner,
        )  # fmt: skip

    def watchdog(self) -> Watchdog:
        return Watchdog(store=self.store, clock=self.clock)

    @property
    def timing(self) -> Timing:
        chosen = self.settings.publishing
        return Timing(
            lease=chosen.lease,
            lead=chosen.prepare_lead,
            retry=chosen.retry,
            lookups=chosen.lookups,
            gap=chosen.gap,
            budget=chosen.x_monthly_budget,
        )

    def _connection_of(self, delivery: Delivery) -> Connection:
        with self.store.read() as tx:
            account = account_rows.by_id(tx, delivery.account_id)
            withdrawn = account.kind is AccountKind.PERSONAL and not self._allows(tx, account)
        if withdrawn and delivery.status is DeliveryStatus.CLAIMED:  # later there is only what is out to be found
            raise Rejected(_("the person has withdrawn their consent"), account=account.name)
        return self.connector.connection_to(account)

    def _allows(self, tx: StoreConnection, account: Account) -> bool:
        """Whether the person whose account it is wants us to post for them."""
        return account.owner_id is not None and consents.agrees(tx, account.owner_id, Purpose.POST)

    def _readings_of(self, delivery: Delivery, post: Post) -> list[datetime]:
        return self.tracker.readings_of(post, sandbox=delivery.sandbox)

    def close(self) -> None:
        self.store.close()
