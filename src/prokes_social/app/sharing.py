"""Sharing: waves are opened, a person's page is put together, and what they do with it is noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from prokes_social.clock import zone_named
from prokes_social.errors import AlreadyMoved, CardError, StoreError
from prokes_social.i18n import _
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.card import Card
from prokes_social.model.participation import Participation
from prokes_social.model.platform import Size
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Offer, Step, Wave
from prokes_social.reporting.participation import participation_in
from prokes_social.sharing import Opener, PersonalLinks, places
from prokes_social.sharing.clicks import ClickCounter, Visit
from prokes_social.sharing.quiet import QuietTimes
from prokes_social.sharing.shown import Shared
from prokes_social.sharing.visitors import Visitor
from prokes_social.store import alarms, clicks, consents, offers, people, recalled, waves
from prokes_social.store.clicks import Visits
from prokes_social.store.recalled import CalledBack

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.rendering.framing import Frame

#: Steps after which a person is done with an invitation.
DONE = (Step.SAID, Step.PROOF, Step.DECLINED)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """One message that a person may share now."""

    offer: Offer
    wave: Wave

    @property
    def is_done(self) -> bool:
        return any(step in self.offer.steps for step in DONE)


@dataclass(frozen=True, kw_only=True)
class PersonalPage:
    """What one person sees; nobody else does."""

    member: StaffMember
    link: str
    consents: Mapping[Purpose, bool]  #: purposes they were never asked about are missing
    invitations: Sequence[Invitation]  #: the newest first
    called_back: Sequence[CalledBack] = ()  #: what the office took back lately of that which they had opened

    @property
    def agreed(self) -> bool | None:
        """Whether they want to be asked; None before they said so."""
        return self.consents.get(Purpose.LINK)

    def invitation(self, offer_id: int) -> Invitation | None:
        return next((each for each in self.invitations if each.offer.id == offer_id), None)


class Sharing:
    def __init__(self, app: "App") -> None:
        self._app = app

    # --- waves ---

    def waves(self, *, campaign: str | None = None) -> list[Wave]:
        with self._app.store.read() as tx:
            return waves.listing(tx, campaign=campaign)

    def open_due(self) -> int:
        """Open, invite and close whatever it is time for; the count of new invitations."""
        self._counter.forget_salts()
        return self._opener.run()

    def open_by_hand(self, wave_id: int) -> int:
        """A person opens an approved wave; the count of new invitations. Raises AlreadyMoved."""
        if not self._opener.open_by_hand(wave_id):
            raise AlreadyMoved(
                _("Wave {id} does not wait to be opened.", id=wave_id),
                hint=_("`prokes wave list` shows which waves are ready; a campaign is approved before."),
            )
        return self.open_due()

    def participation(self, campaign: str) -> list[Participation]:
        """Who took part, by wave and unit; groups too small to hide in are shown together."""
        with self._app.store.read() as tx:
            return participation_in(tx, campaign)

    # --- a person's page ---

    def link_of(self, member: StaffMember) -> str:
        return self._links.link_of(member)

    def member_of(self, link: str) -> StaffMember | None:
        """Whose page the link opens; None for one that opens nothing."""
        return self._links.member_of(link)

    def page(self, link: str) -> PersonalPage | None:
        """None for a link that opens nothing: forged, ended, or of somebody who is no longer here."""
        member = self.member_of(link)
        if member is None:
            return None
        with self._app.store.read() as tx:
            said = {purpose: each.given for purpose, each in consents.current(tx, member.id).items()}
            # Who posts for the office is asked whatever they said before; whoever stopped is not.
            shown = offers.of_person(tx, member.id) if said.get(Purpose.LINK, True) else []
            back = recalled.told(tx, member.id, now=self._app.clock.now()) if said.get(Purpose.LINK, True) else []
        invitations = [Invitation(offer=offer, wave=wave) for offer, wave in shown]
        return PersonalPage(
            member=member, link=link, consents=said, invitations=invitations, called_back=back
        )  # fmt: skip

    def answer(self, page: PersonalPage, purpose: Purpose, *, given: bool) -> None:
        """Record what the person said, with the wording they saw; what is open is offered at once."""
        if not given:
            self._app.privacy.withdraw(page.member, [purpose], by="person")
            if purpose is Purpose.LINK:  # stop means everywhere
                self._app.personal_posts.stop(page.member)
            return
        with self._app.store.write() as tx:
            consents.record(
                tx, page.member.id, purpose, given=given, wording=str(purpose.remark), by="person",
                now=self._app.clock.now(),
            )  # fmt: skip
        if purpose is Purpose.LINK:
            self._opener.run(only=page.member.id)

    def speak(self, page: PersonalPage, language: str) -> None:
        """The person wants to be spoken to in this language from now on."""
        with self._app.store.write() as tx:
            people.put_language_first(tx, page.member, language)

    def end_links(self, member: StaffMember) -> None:
        """Every link that was given out to the person opens nothing from now on."""
        with self._app.store.write() as tx:
            people.raise_link_version(tx, member.id)

    def note(self, invitation: Invitation, step: Step, *, place: str = "", proof: str = "") -> None:
        """Write down what the person did; whatever they do, they have opened the page."""
        now = self._app.clock.now()
        with self._app.store.write() as tx:
            offers.note(tx, invitation.offer.id, Step.OPENED, now=now)
            if step in (Step.SAID, Step.PROOF):
                offers.take_back(tx, invitation.offer.id, Step.DECLINED)
            if step is Step.PROOF:
                offers.set_proof(tx, invitation.offer.id, proof)
                offers.note(tx, invitation.offer.id, Step.SAID, now=now)
                alarms.close(tx, f"wave:{invitation.wave.id}", now=now, kinds=(AlarmKind.BY_HAND,))
            if step is Step.DECLINED:
                offers.take_back(tx, invitation.offer.id, Step.SAID, Step.PROOF)
            offers.note(tx, invitation.offer.id, step, place=place, now=now)

    def take_back(self, invitation: Invitation) -> None:
        """Undo the person's answer to an invitation."""
        with self._app.store.write() as tx:
            offers.take_back(tx, invitation.offer.id, *DONE)
            offers.set_proof(tx, invitation.offer.id, "")

    # --- what others may see ---

    def shared(self, code: str) -> Invitation | None:
        """What stands behind a public code; None for an unknown one, and once message or consent was withdrawn."""
        found = self.look(code)
        return Invitation(offer=found.offer, wave=found.wave) if found and found.is_shown else None

    def look(self, code: str) -> Shared | None:
        """What stands behind a public code, for those who are not counted; None for an unknown one."""
        return self._counter.look(code)

    def visit(self, code: str, tag: str, visitor: Visitor, *, page: bool = False) -> Shared | None:
        """What stands behind a public code, once the visit is counted for good; None for an unknown one.

        `page`: the visit is to the public page, not to the redirect. Raises StoreError only where the database is gone
        and the code was not seen before.
        """
        return self._counter.visit(Visit(code=code, place=places.name_of(tag), visitor=visitor, page=page))

    def clicks(self, member: StaffMember) -> Visits:
        """Visits to everything that the person ever shared, and different visitors of each day, added up."""
        with self._app.store.read() as tx:
            return clicks.of_person(tx, member.id)

    def card(self, invitation: Invitation, size: Size) -> bytes | None:
        """The person's own card, drawn when it is asked for and never stored; None where the message has none.

        Raises CardError. None too where the template or brand kit changed since the wave was approved, with an alarm:
        what was approved is what people share.
        """
        request = invitation.wave.content.card
        if request is None or not self._is_offered(invitation, size):
            return None
        return self._app.studio.personal_card(replace(request, size=size), self._on_card(invitation))

    def has_card(self, invitation: Invitation) -> bool:
        """Whether the message has a card that is still as it was approved."""
        content = invitation.wave.content
        try:
            return bool(content.sizes) and self._is_offered(invitation, content.sizes[0])
        except (CardError, StoreError):
            return False

    def kept_card(self, invitation: Invitation) -> Card | None:
        """The same card in its first size, named by its content, for a post that keeps what was approved."""
        content = invitation.wave.content
        data = self.card(invitation, content.sizes[0]) if content.card else None
        if content.card is None or data is None:
            return None
        person, studio = self._on_card(invitation), self._app.studio
        own = replace(studio.personal(content.card).request_of(person), link=person["link"], alt_text=content.alt_text)
        return studio.card_of(own, data)

    def invitation(self, offer_id: int) -> Invitation | None:
        """Whatever became of its wave."""
        with self._app.store.read() as tx:
            offer = offers.get(tx, offer_id)
            wave = waves.get(tx, offer.wave_id) if offer else None
        return Invitation(offer=offer, wave=wave) if offer and wave else None

    def takes_photo(self, invitation: Invitation) -> bool:
        """Whether the card is a frame around a photograph."""
        request = invitation.wave.content.card
        return request is not None and not invitation.wave.key.account and self._app.studio.takes_photo(request)

    def frame(self, invitation: Invitation, size: Size) -> "Frame | None":
        """The person's card with a hole for their photograph, which is put in on their phone; None as for `card`."""
        request = invitation.wave.content.card
        if request is None or not self._is_offered(invitation, size) or not self.takes_photo(invitation):
            return None
        return self._app.studio.frame(replace(request, size=size), self._on_card(invitation))

    def tracked(self, code: str) -> str:
        """Where the QR code of a personal card leads; empty where our pages have no public address yet."""
        return f"{self._app.settings.public_url}/r/{code}-q" if self._app.settings.public_url else ""

    def _is_offered(self, invitation: Invitation, size: Size) -> bool:
        """In this size, and as it was approved."""
        content = invitation.wave.content
        if content.card is None or size not in content.sizes:
            return False
        if self._app.shared_digest(content.card) == content.card_digest:
            return True
        self._ring_changed(invitation.wave)
        return False

    def _on_card(self, invitation: Invitation) -> Mapping[str, str]:
        """The name, unit, photograph and tracked link of the person whose card it is."""
        link = self.tracked(invitation.offer.code) or invitation.wave.content.link or ""
        if invitation.wave.key.account:
            return {"link": link}  # the office speaks
        with self._app.store.read() as tx:
            person_id = invitation.offer.person_id
            member = people.get(tx, person_id) if person_id else None
            said = consents.current(tx, person_id) if person_id else {}
            shows_photo = person_id is not None and consents.agrees(tx, person_id, Purpose.PHOTO)
        if member is None or (Purpose.LINK in said and not said[Purpose.LINK].given):
            return {"link": link}  # forgotten, or they said: no more
        return {
            "name": member.name, "unit": member.unit.name, "link": link,
            "photo": self._app.staff.photo_of(member) if shows_photo else "",
        }  # fmt: skip

    def _ring_changed(self, wave: Wave) -> None:
        with self._app.store.write() as tx:
            what = f"{wave.key.campaign}, {wave.key.message}"
            alarms.ring(tx, AlarmKind.CARD_CHANGED, f"wave:{wave.id}", what, now=self._app.clock.now())

    @cached_property
    def _counter(self) -> ClickCounter:
        app = self._app
        return ClickCounter(store=app.store, clock=app.clock, zone=zone_named(app.settings.zone))

    @property
    def _links(self) -> PersonalLinks:
        return PersonalLinks(store=self._app.store, keys=self._app.settings.keys)

    @property
    def _opener(self) -> Opener:
        chosen = self._app.settings.sharing
        quiet = QuietTimes(
            starts=chosen.quiet_from, ends=chosen.quiet_until, on_holidays=chosen.on_holidays, days=chosen.quiet_days
        )
        return Opener(store=self._app.store, clock=self._app.clock, quiet=quiet, per_week=chosen.per_week)
