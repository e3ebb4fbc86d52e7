"""X for those who connect it: a person's own account and words in, one ordinary delivery out; their tap approves it.

Nothing is varied by us and nothing goes out by itself: one tap makes one delivery, and the worker publishes it like any
other, with claims, an intent and look-ups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from prokes_social.app.sharing import Invitation, PersonalPage
from prokes_social.connecting import Granting, Journey
from prokes_social.errors import PlatformError, SettingsError
from prokes_social.i18n import _
from prokes_social.model.account import Account
from prokes_social.model.card import Card
from prokes_social.model.delivery import Content, Delivery, DeliveryStatus, Key
from prokes_social.model.platform import Submission
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Step
from prokes_social.planning import content_digest
from prokes_social.problem import Problem
from prokes_social.store import Connection, accounts, approvals, campaigns, consents, deliveries, personal, switches

if TYPE_CHECKING:
    from prokes_social.app import App

PLATFORM = "x"
#: X takes the same words from several accounts for spam; so long after one of us said it, others say it otherwise.
OWN_WORDS_FOR = timedelta(days=7)
#: Not made, or not any more: a new tap may take the row up again.
OVER = frozenset({DeliveryStatus.CANCELLED, DeliveryStatus.FAILED, DeliveryStatus.MISSED})


@dataclass(frozen=True, kw_only=True)
class OwnX:
    """What a person's page shows of X."""

    handle: str | None  #: None: not connected
    blocked: bool  #: X no longer lets us in: connect again
    sandbox: bool
    deliveries: Mapping[int, Delivery]  #: the newest of each offer that they tapped


@dataclass(frozen=True, kw_only=True)
class Tap:
    """What became of a tap: the delivery, or why there is none."""

    delivery: Delivery | None = None
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, kw_only=True)
class Returned:
    """Somebody who came back from X: where their page is, and how it went."""

    link: str | None  #: None: nobody knows who this is
    handle: str = ""
    refused: bool = False  #: they said no at X
    error: PlatformError | SettingsError | None = None


class PersonalPosts:
    def __init__(self, app: "App") -> None:
        self._app = app

    # --- what the page shows ---

    def own_x(self, page: PersonalPage) -> OwnX | None:
        """None where this workspace offers no posting to X: it has no X app, or no address to come back to."""
        if self._redirect_url() is None:
            return None
        with self._app.store.read() as tx:
            account = _connected(tx, page.member)
            found = personal.by_offer(tx, page.member.id, PLATFORM)
        return OwnX(
            handle=account.handle if account else None,
            blocked=bool(account and account.blocked_at),
            sandbox=self._granting.platform.is_sandbox,
            deliveries=found,
        )

    # --- connecting ---

    def connect(self, page: PersonalPage) -> Journey:
        """Record the consent they have just read, then send them to X. Raises SettingsError."""
        address = self._redirect_url()
        if address is None:
            raise SettingsError(
                _("X can't be connected here."),
                hint=_("Set public_url, and client_id in [platforms.x] of prokes.toml."),
            )
        self._app.sharing.answer(page, Purpose.POST, given=True)
        return self._granting.begin(page.member, address)

    def come_back(self, *, state: str, ticket: str, code: str) -> Returned:
        """From X, with a code or without one; `ticket` is what their browser kept."""
        back = self._granting.back(state, ticket)
        if back is None:
            return Returned(link=None)
        member, row = back
        link = self._app.sharing.link_of(member)
        if not code:
            self._app.privacy.withdraw(member, [Purpose.POST], by="person")
            return Returned(link=link, refused=True)
        try:
            account = self._granting.finish(member, row, code)
        except (PlatformError, SettingsError) as error:
            return Returned(link=link, error=error)
        return Returned(link=link, handle=account.handle or "")

    def disconnect(self, member: StaffMember) -> bool:
        """Their consent is withdrawn: what has not gone out never will. False where X must be told by the person."""
        with self._app.store.read() as tx:
            account = _connected(tx, member)
        connection = self._app.connector.kept(account) if account else None
        self._app.privacy.withdraw(member, [Purpose.POST], by="person")
        return connection is None or self._granting.give_back(connection)

    def stop(self, member: StaffMember) -> None:
        """Whoever is asked no more has nothing posted either; nothing to do where X was never connected."""
        with self._app.store.read() as tx:
            connected = _connected(tx, member)
        if connected or self._has_agreed(member):
            self.disconnect(member)

    # --- posting ---

    def post(self, page: PersonalPage, invitation: Invitation, text: str) -> Tap:
        """Post these words, and no others, to the person's own account. Raises CardError."""
        text = _as_typed(text)
        account = self._account(page.member)
        if account is None or not self._has_agreed(page.member):
            return Tap(problems=[_not_connected()])
        known = self.own_delivery(page.member, invitation)
        if known and known.status not in OVER:
            return _tapped_before(known, text)
        card = self._app.sharing.kept_card(invitation)
        problems = self._problems(invitation, account, card, text)
        return Tap(problems=problems) if problems else self._queue(page.member, invitation, account, card, text)

    def own_delivery(self, member: StaffMember, invitation: Invitation) -> Delivery | None:
        with self._app.store.read() as tx:
            return personal.by_offer(tx, member.id, PLATFORM).get(invitation.offer.id)

    def cancel(self, page: PersonalPage, invitation: Invitation) -> bool:
        """False where it is out already, or was never tapped."""
        known = self.own_delivery(page.member, invitation)
        if known is None:
            return False
        with self._app.store.write() as tx:
            return deliveries.cancel(tx, known.id, reason=_("called back by the person"))

    def note_published(self) -> int:
        """Give each post that a tap has made to its offer as proof; the count of new ones. Repeating it is harmless."""
        with self._app.store.read() as tx:
            proved = personal.without_proof(tx, since=self._app.clock.now() - OWN_WORDS_FOR)
        for invitation_id, address in proved:
            invitation = self._app.sharing.invitation(invitation_id)
            if invitation:
                self._app.sharing.note(invitation, Step.PROOF, place=PLATFORM, proof=address)
        return len(proved)

    # --- what a tap must pass ---

    def _problems(self, invitation: Invitation, account: Account, card: Card | None, text: str) -> list[Problem]:
        if invitation.wave.content.card is not None and card is None:
            return [_card_changed()]
        with self._app.store.read() as tx:
            stopped = switches.state(tx, switches.STOP)
            said = personal.said_by_others(
                tx, invitation.wave.key, account.id, text, since=self._app.clock.now() - OWN_WORDS_FOR
            )
        if stopped:
            return [_stopped()]
        pictures = (self._app.media.addressed(card.picture),) if card else ()
        submission = Submission(text=text, pictures=pictures)
        problems = [_for_a_person(each) for each in self._granting.platform.check(submission)]
        if not text:
            problems = [*problems, _no_words()]
        return [*problems, _own_words()] if said and not problems else problems

    def _queue(
        self, member: StaffMember, invitation: Invitation, account: Account, card: Card | None, text: str
    ) -> Tap:
        key, content = self._wanted(invitation, account, card, text)
        with self._app.store.write() as tx:
            if card:
                campaigns.keep_card(tx, card)
            written = deliveries.put(
                tx, key, content, next_at=content.due_at, version_id=personal.version_of(tx, invitation.wave.id),
                zone=member.unit.zone, sources_until=None, cost=self._granting.platform.cost(text),
            )  # fmt: skip
            if written:
                self._approve(tx, member, account, content)
        row = self.own_delivery(member, invitation)
        return _tapped_before(row, text) if row else Tap(problems=[_not_connected()])

    def _wanted(self, invitation: Invitation, account: Account, card: Card | None, text: str) -> tuple[Key, Content]:
        wave, now = invitation.wave.key, self._app.clock.now()
        key = Key(
            campaign=wave.campaign, message=wave.message, account=account.name, occurrence=wave.occurrence
        )  # fmt: skip
        content = Content(
            text=text, alt_text=card.alt_text if card else "", link=None, card=card.content_digest if card else None,
            due_at=now, not_after=now + self._app.settings.publishing.window,
        )  # fmt: skip
        return key, replace(content, digest=content_digest(content, account.name))

    def _approve(self, tx: Connection, member: StaffMember, account: Account, content: Content) -> None:
        now = self._app.clock.now()
        approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who=f"person:{member.id}", now=now)
        personal.release(tx, account.id, content.digest)

    # --- small parts ---

    def _account(self, member: StaffMember) -> Account | None:
        """Connected and let in."""
        with self._app.store.read() as tx:
            account = _connected(tx, member)
        return account if account and not account.blocked_at else None

    def _has_agreed(self, member: StaffMember) -> bool:
        with self._app.store.read() as tx:
            return consents.agrees(tx, member.id, Purpose.POST)

    @property
    def _granting(self) -> Granting:
        return Granting(connector=self._app.connector, platform=self._app.platforms[PLATFORM])

    def _redirect_url(self) -> str | None:
        base = self._app.settings.public_url
        offers_consent = self._app.platforms[PLATFORM].consent(f"{base}/s/x/callback", "-") if base else None
        return f"{base}/s/x/callback" if offers_consent else None


def _connected(tx: Connection, member: StaffMember) -> Account | None:
    """The person's own account, as long as we have its credentials."""
    account = personal.account_of(tx, member.id, PLATFORM)
    return account if account and accounts.credentials(tx, account.id) else None


def _as_typed(text: str) -> str:
    """Forms send line ends in Windows' manner, which X would count and show twice."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _for_a_person(problem: Problem) -> Problem:
    """Whoever taps writes no variants in a campaign file."""
    is_long = problem.code == "platform.text-too-long"
    return replace(problem, remedy=_("Leave out a few words, then tap once more.")) if is_long else problem


def _tapped_before(known: Delivery, text: str) -> Tap:
    """A second tap with the same words is the first one; other words come too late."""
    return Tap(delivery=known) if known.content.text == text else Tap(delivery=known, problems=[_too_late()])


def _not_connected() -> Problem:
    return Problem(
        code="x.not-connected",
        what=_("Your X account is not connected, or X no longer lets us in."),
        remedy=_("Connect it, then tap once more."),
    )


def _too_late() -> Problem:
    return Problem(
        code="x.tapped-before",
        what=_("This message is already on its way with the words you tapped first."),
        remedy=_("To change them, cancel it first, as long as it has not gone out."),
    )


def _own_words() -> Problem:
    return Problem(
        code="x.own-words",
        what=_("A colleague has just posted exactly these words, and X wants everybody's own."),
        remedy=_("Please change a few words so that it sounds like you; we never change them for you."),
    )


def _no_words() -> Problem:
    return Problem(
        code="x.no-words", what=_("There are no words yet."), remedy=_("Write a sentence, or choose one above.")
    )


def _stopped() -> Problem:
    return Problem(
        code="x.stopped",
        what=_("The office has stopped all posting for the moment."),
        remedy=_("Please try again later; thank you for your patience."),
    )


def _card_changed() -> Problem:
    return Problem(
        code="x.card-changed",
        what=_("The card of this message is being renewed by the office."),
        remedy=_("Please try again later; thank you for your patience."),
    )
