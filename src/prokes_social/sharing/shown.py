"""Codes of tracked links in, what stands behind them for everybody to see out."""

from collections.abc import Collection
from dataclasses import dataclass

from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Offer, Wave, WaveStatus
from prokes_social.sharing.tracked import with_utm
from prokes_social.store import Connection, consents, offers, waves

#: The office took the message back, or is at changing it.
_NOT_NOW = (WaveStatus.CANCELLED, WaveStatus.WAITING)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A message as one person shared it."""

    offer: Offer
    wave: Wave
    by_person: bool  #: the person still wants to share; whoever stopped, or was forgotten, is shown no more

    @property
    def is_withdrawn(self) -> bool:
        return self.wave.status in _NOT_NOW

    @property
    def is_shown(self) -> bool:
        return self.by_person and not self.is_withdrawn

    def link(self, place: str) -> str | None:
        """Where it leads; None where the message has no link of its own."""
        link = self.wave.content.link
        return with_utm(link, place=place, key=self.wave.key) if link else None


def shown(tx: Connection, codes: Collection[str]) -> dict[str, Shared]:
    """By code; unknown codes are missing."""
    found = offers.by_codes(tx, codes)
    asked = {offer.wave_id: waves.get(tx, offer.wave_id) for offer in found}
    people = {offer.person_id for offer in found if offer.person_id}
    agreed = consents.answers(tx, Purpose.LINK, people)
    return {
        offer.code: Shared(offer=offer, wave=wave, by_person=_still_shares(offer, wave, agreed))
        for offer in found
        if (wave := asked[offer.wave_id])
    }


def _still_shares(offer: Offer, wave: Wave, agreed: dict[int, bool]) -> bool:
    """Whoever posts to the office's own account does so for the office, and is asked for no consent."""
    if offer.person_id is None:
        return False
    return bool(wave.key.account) or agreed.get(offer.person_id, False)
