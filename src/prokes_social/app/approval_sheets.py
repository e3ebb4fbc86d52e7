"""A campaign in, its approval sheet out: everything that is public or will be, with who said what of it, as a PDF."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from prokes_social import __version__
from prokes_social.errors import CardError
from prokes_social.i18n import _
from prokes_social.model.approval import Saying
from prokes_social.model.campaign import Campaign, Source
from prokes_social.model.wave import Wave, WaveStatus
from prokes_social.reporting.approval_sheet import ApprovalSheet, SheetMessage, Time, Word, Wording, document_of
from prokes_social.reporting.paper import letterhead_of, paper_of
from prokes_social.reporting.pdf import compile_pdf
from prokes_social.store import Connection, campaigns, review, waves
from prokes_social.store.review import Line, Said

if TYPE_CHECKING:
    from prokes_social.app import App


#: The same word for deliveries and waves.
_WAITS = WaveStatus.WAITING.value


def sheet_of(app: "App", campaign: str, within: Collection[str] | None) -> bytes | None:
    """None where nothing of it is queued for these units."""
    with app.store.read() as tx:
        lines = review.lines(tx, campaign, within, everything=True)
        going = _going(tx, campaign) if within is None else []
        read = app.approving.as_queued(tx, campaign)
        maker = _Maker(app, tx, lines, going, read, review.said(tx, campaign, within))
        messages = [maker.message(name) for name in maker.names]
        title = campaigns.titles(tx).get(campaign, campaign)
    if not messages:
        return None
    look = app.reach.look_of(read.brand if read else app.settings.coverage.brand)
    sheet = ApprovalSheet(
        campaign=campaign, title=title, zone=app.settings.zone, made_at=app.clock.now(), version=__version__,
        sandbox=any(each.sandbox for each in lines), letterhead=letterhead_of(app.settings, look),
        paper=paper_of(app.settings), messages=messages,
    )  # fmt: skip
    return compile_pdf("approval.typ", document_of(sheet), made_at=sheet.made_at)


def _going(tx: Connection, campaign: str) -> list[Wave]:
    return [each for each in waves.listing(tx, campaign=campaign) if each.status is not WaveStatus.CANCELLED]


class _Maker:
    """Puts together what belongs to one message."""

    def __init__(
        self, app: "App", tx: Connection, lines: Sequence[Line], going: Sequence[Wave], read: Campaign | None,
        said: Sequence[Said],
    ) -> None:  # fmt: skip
        self._app, self._tx, self._lines, self._going, self._read, self._said = app, tx, lines, going, read, said
        self._authors = review.wave_authors(tx, going[0].key.campaign) if going else {}
        self.names = list(dict.fromkeys([*(each.message for each in lines), *(each.key.message for each in going)]))

    def message(self, name: str) -> SheetMessage:
        lines = [each for each in self._lines if each.message == name]
        going = [each for each in self._going if each.key.message == name]
        digests = sorted({*(each.digest for each in lines), *(each.content.digest for each in going)})
        authors = {*(each.author for each in lines), *(self._authors.get(each.id, "") for each in going)}
        return SheetMessage(
            message=name, author=", ".join(sorted(authors - {""})), sources=self._sources(name),
            wordings=[*self._for_accounts(lines), *(self._for_people(each) for each in going)],
            words=[_word(each) for each in self._said if each.message == name],
            waiting=sum(each.status == _WAITS for each in lines) + sum(each.status == _WAITS for each in going),
            digest=hashlib.sha256("\n".join(digests).encode()).hexdigest(),
        )  # fmt: skip

    def _for_accounts(self, lines: Sequence[Line]) -> Iterable[Wording]:
        for text, link, card in dict.fromkeys((each.text, each.link, each.card) for each in lines):
            ones = [each for each in lines if (each.text, each.link, each.card) == (text, link, card)]
            yield Wording(
                to="", text=text, link=link or "", alt_text=ones[0].alt_text if card else "",
                card=campaigns.picture(self._tx, card).data if card else b"",
                times=[Time(account=each.account, due_at=each.due_at, zone=each.zone) for each in ones],
            )  # fmt: skip

    def _for_people(self, wave: Wave) -> Wording:
        content = wave.content
        when = Time(account=str(wave.key.audience_label), due_at=content.opens_at, zone=self._app.settings.zone)
        return Wording(
            to=_("Invitation to share: {audience}", audience=wave.key.audience_label), link=content.link or "",
            text="\n\n".join(content.captions), card=self._drawn(wave), alt_text=content.alt_text, times=[when],
        )  # fmt: skip

    def _drawn(self, wave: Wave) -> bytes:
        """Before anybody's name stands on it; a template that is gone leaves a sheet without the card."""
        try:
            return self._app.studio.render(wave.content.card).data if wave.content.card else b""
        except CardError:
            return b""

    def _sources(self, name: str) -> Sequence[Source]:
        message = next((each for each in self._read.messages if each.id == name), None) if self._read else None
        known = {each.id: each for each in self._read.sources} if self._read else {}
        return [known[source] for source in message.sources if source in known] if message else []


def _word(said: Said) -> Word:
    return Word(who=said.who, what=Saying(said.verdict), at=said.at, remark=said.remark, contents=said.contents)
