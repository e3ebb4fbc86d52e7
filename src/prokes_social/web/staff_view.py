"""What a person may share in, the nouns that the phone page shows out: addresses, captions, sizes, places."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from prokes_social.app.sharing import Invitation, PersonalPage
from prokes_social.model.account import Account
from prokes_social.model.platform import Size
from prokes_social.model.wave import Step
from prokes_social.sharing.places import Place, all_places

#: Tags of ways that are no place of ours, as `sharing.places` counts them.
COPIED, SHEET = "l", "n"
FIRST = "whatsapp"
#: Taller than this, a card is for statuses and stories.
_TALL = 1.6


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """The card in one size."""

    size: Size
    address: str
    file_name: str

    @property
    def is_tall(self) -> bool:
        return self.size.height > _TALL * self.size.width


@dataclass(frozen=True, kw_only=True)
class ShownInvitation:
    invitation: Invitation
    address: str  #: of everything that can be done with it
    public: str  #: of the page that others see
    cards: Sequence[ShownCard]
    card: ShownCard | None  #: in the size that the person chose
    account: Account | None  #: that is posted to by hand
    frame: str  #: address of the page that puts a photograph in; empty where the card has no place for one

    @property
    def id(self) -> int:
        return self.invitation.offer.id

    @property
    def by_hand(self) -> bool:
        return bool(self.invitation.wave.key.account)

    @property
    def account_name(self) -> str:
        handle = self.account.handle if self.account else None
        return f"@{handle.lstrip('@')}" if handle else self.invitation.wave.key.account

    @property
    def is_sandbox(self) -> bool:
        return self.account is not None and self.account.sandbox

    @property
    def captions(self) -> Sequence[str]:
        return self.invitation.wave.content.captions

    @property
    def alt_text(self) -> str:
        return self.invitation.wave.content.alt_text

    @property
    def headline(self) -> str:
        return self.captions[0].strip().splitlines()[0]

    @property
    def proof(self) -> str:
        return self.invitation.offer.proof

    @property
    def is_declined(self) -> bool:
        return Step.DECLINED in self.invitation.offer.steps

    @property
    def is_said(self) -> bool:
        return Step.SAID in self.invitation.offer.steps or Step.PROOF in self.invitation.offer.steps

    @property
    def places(self) -> Sequence[Place]:
        """First the one that nearly everybody has."""
        return sorted(all_places(), key=lambda place: place.name != FIRST)

    @property
    def link_copied(self) -> str:
        return self._tracked(COPIED)

    @property
    def link_shared(self) -> str:
        return self._tracked(SHEET)

    def _tracked(self, tag: str) -> str:
        """The office's own account says what was approved, and no more."""
        return "" if self.by_hand else f"{self.public}-{tag}"


def shown(
    page: PersonalPage, invitation: Invitation, *, base: str, public_url: str, account: Account | None = None,
    frame: bool = False, wanted: str = "",
) -> ShownInvitation:  # fmt: skip
    """`wanted` is the size that the person chose, the first where it is none of them."""
    address = f"{base}/{invitation.offer.id}"
    cards = _cards(page, invitation, address)
    return ShownInvitation(
        invitation=invitation, address=address, public=f"{public_url}/k/{invitation.offer.code}", cards=cards,
        card=next((each for each in cards if str(each.size) == wanted), next(iter(cards), None)), account=account,
        frame=f"{base}/twibbon?a={invitation.offer.id}" if frame else "",
    )  # fmt: skip


def words_chosen(invitation: Invitation, said: dict[str, str]) -> str:
    """Their own words where they changed the box, else the caption they chose."""
    captions = invitation.wave.content.captions
    if invitation.wave.key.account:
        return captions[0]
    own = _plain(said.get("words", ""))
    if own and own != _plain(captions[0]):
        return own
    number = said.get("caption", "0")
    return captions[int(number)] if number.isascii() and number.isdecimal() and int(number) < len(captions) else own


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _cards(page: PersonalPage, invitation: Invitation, address: str) -> list[ShownCard]:
    content = invitation.wave.content
    if content.card is None:
        return []
    # Another name, unit or consent makes another card: phones keep a card as long as its address is the same.
    drawn_from = [
        content.digest,
        page.member.name,
        page.member.unit.name,
        page.member.photo,
        sorted(page.consents.items()),
    ]
    mark = hashlib.sha256(repr(drawn_from).encode()).hexdigest()[:12]
    name = f"kartu-{quote(invitation.wave.key.message)}"
    return [
        ShownCard(size=size, address=f"{address}/{size}.jpg?v={mark}", file_name=f"{name}-{size}.jpg")
        for size in content.sizes
    ]
