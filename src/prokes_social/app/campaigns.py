"""Campaigns: check, plan, schedule, approve, draw. Each is the one before it and one step more."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from prokes_social import planning
from prokes_social.checking import CheckContext, check_campaign, check_card, check_plan
from prokes_social.errors import CardError, ContentError
from prokes_social.i18n import _, n_
from prokes_social.loading.campaigns import digest, read_campaign, read_campaign_text
from prokes_social.loading.document import Reading
from prokes_social.model.account import AccountKind
from prokes_social.model.campaign import LEADERS, STAFF, Campaign, Loaded, Message
from prokes_social.model.campaign import Path as CampaignPath
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.plan import Plan, PlannedChange, Wanted, WantedWave
from prokes_social.model.platform import Size, Submission
from prokes_social.model.wave import CODE_LENGTH
from prokes_social.problem import Place, Problem, Severity, has_errors, in_reading_order
from prokes_social.scheduling import Scheduler
from prokes_social.store import campaigns, deliveries, waves

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.rendering.filling import Fault

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan with the cards drawn for it; warnings only, because errors stop a plan."""

    plan: Plan
    cards: dict[str, Card]  #: by content digest
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A card that a text asks for, not drawn yet; `digest` is empty where something stands in its way."""

    message: int  #: its position among the messages
    request: CardRequest
    digest: str


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a text would mean, saved or not: everything to mend or to mind, its cards, and its plan where it has one."""

    file: Loaded[Campaign] | None
    problems: tuple[Problem, ...]
    cards: tuple[Shown, ...] = ()  #: in every size of their templates
    plan: Plan | None = None

    @property
    def can_be_queued(self) -> bool:
        return self.plan is not None


class Campaigns:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._inspected: OrderedDict[str, Card] = OrderedDict()
        self._sound: OrderedDict[str, None] = OrderedDict()
        self._readings: OrderedDict[str, Reading[Campaign]] = OrderedDict()
        self._asked: OrderedDict[str, CardRequest] = OrderedDict()
        self._small: OrderedDict[str, bytes] = OrderedDict()
        self._guard = RLock()

    def check(self, path: Path) -> list[Problem]:
        """Every problem of the file, its cards and its plan, in reading order."""
        reading = self._read(path)
        problems = list(reading.problems)
        if reading.loaded:
            problems += check_campaign(reading.loaded, self._context())
        if reading.loaded and not has_errors(problems):
            problems += self._plan(reading.loaded).problems
        return in_reading_order(problems)

    def plan(self, path: Path) -> Planned:
        """What applying the file would change. Raises ContentError where a problem is an error."""
        file, warnings = self._load(path)
        planned = self._plan(file)
        problems = in_reading_order([*warnings, *planned.problems])
        _require_none(problems, path)
        return Planned(plan=planned.plan, cards=planned.cards, problems=tuple(problems))

    def look(self, text: str, path: Path, *, deep: bool = True) -> Looked:
        """What `text` would mean in the file at `path`, which is left as it is; only if `deep` cards are drawn."""
        reading = self._read_text(text, path)
        if reading.loaded is None:
            return Looked(file=None, problems=reading.problems)
        file, problems = reading.loaded, [*reading.problems, *check_campaign(reading.loaded, self._context())]
        if not deep:
            return Looked(file=file, problems=tuple(in_reading_order(problems)))
        plan = None
        if not has_errors(problems):
            planned = self._plan(file)
            problems += planned.problems
            plan = None if has_errors(problems) else planned.plan
        return Looked(file=file, problems=tuple(in_reading_order(problems)), cards=tuple(self.shown(file)), plan=plan)

    def as_read(self, text: str, path: Path) -> Reading[Campaign]:
        """A text as it is followed, not checked; kept, because pages ask for the same one again and again."""
        name = f"{digest(text)} {path.name}"
        with self._guard:
            known = self._readings.get(name)
        reading = known or self._read_text(text, path)
        with self._guard:
            _keep(self._readings, name, reading, _MOST_KEPT)
        return reading

    def shown(self, file: Loaded[Campaign]) -> Iterable[Shown]:
        """The cards of a campaign in every size, as far as they can be drawn; nothing is drawn here."""
        for position, message in enumerate(file.value.messages):
            if message.card and message.card.template in self._app.studio.templates:
                for request in self._requests(file.value, message, ()):
                    digest, _faults = self._sound_digest(request)
                    yield self._noted(Shown(message=position, request=request, digest=digest))

    def picture(self, digest: str) -> bytes | None:
        """A small JPEG of a card that was shown lately, drawn when it is first asked for. Raises CardError."""
        with self._guard:
            request, small = self._asked.get(digest), self._small.get(digest)
        if small or request is None:
            return small
        from prokes_social.rendering import at_phone_width

        with self._guard:
            drawn = self._inspected.get(digest)
        small = at_phone_width((drawn or self._app.studio.render(request)).data, _SMALL)
        with self._guard:
            _keep(self._small, digest, small, _MOST_SMALL)
        return small

    def first_cards(self, file: Loaded[Campaign]) -> dict[str, Shown]:
        """By message its card in one size, named without laying it out: whether it can be drawn shows when it is."""
        found: dict[str, Shown] = {}
        for position, message in enumerate(file.value.messages):
            if message.card and message.card.template in self._app.studio.templates:
                request = next(iter(self._requests(file.value, message, ())))
                found[message.id] = self._noted(Shown(message=position, request=request, digest=self._name(request)))
        return found

    def _name(self, request: CardRequest) -> str:
        try:
            return self._app.studio.digest(request)
        except CardError:
            return ""

    def _noted(self, shown: Shown) -> Shown:
        """Its picture may be asked for by its digest from now on."""
        if shown.digest:
            with self._guard:
                _keep(self._asked, shown.digest, shown.request, _MOST_NAMED)
        return shown

    def reach_of(self, campaign: Campaign) -> frozenset[str]:
        """The units whose accounts a campaign sends to; EVERYBODY where it asks staff, who are of all units."""
        directory = self._app.accounts.directory()
        units = {account.unit.id for send in campaign.sends for account in planning.accounts_of(send, directory)}
        people = any(target in (LEADERS, STAFF) for send in campaign.sends for target in send.to)
        return frozenset({*units, EVERYBODY} if people else units)

    def schedule(self, path: Path, *, by: str) -> tuple[Planned, int]:
        """Apply the plan; the count of deliveries that are approved and wait for their time now."""
        planned = self.plan(path)
        scheduled = self._scheduler.apply(
            planned.plan, planned.cards, file_digest=digest(planned.plan.file.text), by=by
        )
        return planned, scheduled

    def approve(self, path: Path, *, who: str) -> tuple[Planned, int]:
        """Approve everything the plan shows; the count of deliveries that wait for their time now."""
        planned = self.plan(path)
        return planned, self._scheduler.approve(planned.plan, who=who)

    def draw(self, path: Path, *, message: str | None = None, sizes: Sequence[Size] = ()) -> list[tuple[Message, Card]]:
        """The cards of one message or all, in `sizes` or every size of its template. Raises ContentError."""
        file, asked = self.requests(path, message=message, sizes=sizes)
        faults = [self._faults(request, file, ("messages", n, "card")) for n, request in asked]
        _require_none(list(dict.fromkeys(problem for found in faults for problem in found)), path)
        return [(file.value.messages[n], self._app.studio.render(request)) for n, request in asked]

    def requests(
        self, path: Path, *, message: str | None = None, sizes: Sequence[Size] = ()
    ) -> tuple[Loaded[Campaign], list[tuple[int, CardRequest]]]:
        """What `draw` would draw, with the place of each message in the list of all. Raises ContentError."""
        file, _warnings = self._load(path)
        wanted = [(n, each) for n, each in enumerate(file.value.messages) if message in (None, each.id) and each.card]
        if not wanted:
            raise ContentError(
                _("No message “{message}” with a card in {file}.", message=message or "*", file=file.file),
                hint=_("Messages there: {names}.", names=", ".join(each.id for each in file.value.messages)),
            )
        return file, [(n, request) for n, each in wanted for request in self._requests(file.value, each, sizes)]

    def was_queued(self, campaign: str) -> bool:
        with self._app.store.read() as tx:
            return bool(campaigns.newest_versions(tx, [campaign]))

    def id_in(self, path: Path) -> str:
        """The id of the campaign in a file. Raises ContentError."""
        return self._load(path)[0].value.id

    def keep_thumbnails(self, planned: Planned) -> dict[str, Path]:
        """Write the plan's cards under the workspace's state folder; the file of each card by content digest."""
        folder = self._app.settings.state / "cards"
        folder.mkdir(parents=True, exist_ok=True)
        files = {name: folder / f"{name[:16]}.jpg" for name in planned.cards}
        for name, card in planned.cards.items():
            if not files[name].exists():
                files[name].write_bytes(card.data)
        return files

    # --- how the steps are joined ---

    def _read(self, path: Path) -> Reading[Campaign]:
        return read_campaign(path, root=self._app.settings.home, presets=self._app.settings.presets)

    def _read_text(self, text: str, path: Path) -> Reading[Campaign]:
        home = self._app.settings.home
        shown = path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name
        return read_campaign_text(text, shown, root=home, presets=self._app.settings.presets)

    def _load(self, path: Path) -> tuple[Loaded[Campaign], list[Problem]]:
        reading = self._read(path)
        problems = list(reading.problems)
        if reading.loaded:
            problems += check_campaign(reading.loaded, self._context())
        _require_none(problems, path)
        assert reading.loaded is not None  # noqa: S101 - without errors there is a campaign
        return reading.loaded, problems

    def _plan(self, file: Loaded[Campaign]) -> Planned:
        wanted = planning.expand(file, self._app.accounts.directory(), self._customs)
        cards, problems = self._draw_wanted(wanted)
        if has_errors(problems):
            return Planned(plan=Plan(file=file, changes=(), waves=()), cards={}, problems=tuple(problems))
        with self._app.store.read() as tx:
            # What people tapped for their own accounts is no plan's, so that no plan withdraws it.
            queue = deliveries.listing(tx, campaign=file.value.id, kind=AccountKind.OFFICIAL)
            queued_waves = waves.listing(tx, campaign=file.value.id)
        plan = planning.compare(
            wanted, queue, queued_waves, card_digest=self._app.studio.digest, shared_digest=self._app.shared_digest,
            cost=self._cost, now=self._app.clock.now(),
        )  # fmt: skip
        problems += check_plan(plan, self._context())
        problems += self._refused_by_platforms(plan, cards)
        return Planned(plan=plan, cards=cards, problems=tuple(problems))

    def _draw_wanted(self, wanted: Wanted) -> tuple[dict[str, Card], list[Problem]]:
        """Each different card once, with the problems found on it placed in the file."""
        asked = [(each.message_path, each.card) for each in wanted.deliveries]
        asked += [(each.message_path, card) for each in wanted.waves for card in self._on_waves(each)]
        different = {_drawn_from(path, card): (path, card) for path, card in asked if card}
        cards: dict[str, Card] = {}
        problems: list[Problem] = []
        context = self._context()
        for path, request in different.values():
            found = self._faults(request, wanted.file, (*path, "card"))
            if not found:
                card = self._inspected_card(request)
                cards[card.content_digest] = card
                found = check_card(card, wanted.file, path, context)
            problems += found
        return cards, list(dict.fromkeys(problems))

    def _sound_digest(self, request: CardRequest) -> "tuple[str, Sequence[Fault]]":
        """Its content digest where it can be drawn, else its faults; to lay it out takes long, to name it does not."""
        try:
            digest = self._app.studio.digest(request)
        except CardError:
            return "", self._app.studio.faults(request)
        with self._guard:
            known = digest in self._sound
        faults = [] if known else self._app.studio.faults(request)
        if faults:
            return "", faults
        with self._guard:
            _keep(self._sound, digest, None, _MOST_NAMED)
        return digest, []

    def _inspected_card(self, request: CardRequest) -> Card:
        """Drawn and measured, or what was a moment ago: while somebody types, most cards stay as they are."""
        digest = self._app.studio.digest(request)
        with self._guard:
            if found := self._inspected.get(digest):
                self._inspected.move_to_end(digest)
                return found
        card = self._app.studio.inspect(self._app.studio.render(request))
        with self._guard:
            _keep(self._inspected, digest, card, _MOST_KEPT)
        return card

    def _on_waves(self, wave: WantedWave) -> Iterable[CardRequest]:
        """What a wave shows, in every size: the card of somebody whom nobody knows, unless the office itself speaks."""
        card = wave.content.card
        if card and not wave.key.account and card.template in self._app.studio.templates:
            template = self._app.studio.templates[card.template]
            own = {name: said for name, said in _SOMEBODY.items() if name in template.personal}
            link = self._app.sharing.tracked("x" * CODE_LENGTH) or card.link
            card = replace(card, slots={**card.slots, **own}, link=link)
        return [replace(card, size=size) for size in wave.content.sizes] if card else []

    def _faults(self, request: CardRequest, file: Loaded[Campaign], path: CampaignPath) -> list[Problem]:
        faults = self._sound_digest(request)[1]
        return [replace(fault.problem(), place=file.place((*path, *fault.path))) for fault in faults]

    def _refused_by_platforms(self, plan: Plan, cards: dict[str, Card]) -> list[Problem]:
        """What the platforms would refuse, without asking them, placed in the file."""
        asked = [(each, each.wanted) for each in plan.changes if each.wanted and each.content]
        different = {
            (wanted.message_path, wanted.account.platform, wanted.text): self._submission(each, cards)
            for each, wanted in asked
        }
        refused = [
            _placed(problem, plan.file.place((*path, "text")))
            for (path, platform, _text), submission in different.items()
            for problem in self._app.platforms[platform].check(submission)
        ]
        return [*refused, *self._refused_by_hand(plan, cards)]

    def _refused_by_hand(self, plan: Plan, cards: dict[str, Card]) -> list[Problem]:
        """The same for accounts without API: whoever posts by hand meets the same limits."""
        platform_of = {account.name: account.platform for account in self._app.accounts.directory().accounts}
        by_hand = [each for each in plan.waves if each.key.account]
        asked = [(each.wanted, each.content) for each in by_hand if each.wanted and each.content]
        different = {
            (wanted.message_path, platform_of[wanted.key.account], content.captions): content
            for wanted, content in asked
        }  # fmt: skip
        return [
            _placed(problem, plan.file.place((*path, "text")))
            for (path, platform, captions), content in different.items()
            for problem in self._app.platforms[platform].check(_by_hand(captions[0], content.card, cards))
        ]

    def _submission(self, change: PlannedChange, cards: dict[str, Card]) -> Submission:
        assert change.content is not None  # noqa: S101 - asked only of changes that have content
        card = cards.get(change.content.card or "")
        pictures = (self._app.media.addressed(card.picture),) if card else ()
        return Submission(text=change.content.text, pictures=pictures, link=change.content.link)

    def _requests(self, campaign: Campaign, message: Message, sizes: Sequence[Size]) -> Iterable[CardRequest]:
        assert message.card is not None  # noqa: S101 - asked only of messages with a card
        for size in sizes or self._app.studio.templates[message.card.template].every_size():
            request = planning.card_request(campaign, message, size)
            if request:
                yield request

    def _cost(self, platform: str, text: str) -> Decimal:
        return self._app.platforms[platform].cost(text)

    def _context(self) -> CheckContext:
        return CheckContext(
            now=self._app.clock.now(),
            limits=self._customs.limits,
            directory=self._app.accounts.directory(),
            allowed_hosts=self._app.settings.checking.allowed_hosts,
            templates=self._app.studio.templates,
            brands=frozenset(self._app.studio.brands),
            emblem_brands=frozenset(n for n, kit in self._app.studio.brands.items() if kit.emblem_on_personal),
            alike=self._app.settings.sharing.alike,
            election=self._app.decisions.election() is not None,
            candidates=self._app.settings.checking.candidates,
            x_budget=self._app.accounts.budget_left(),
            unattended=self._app.accounts.unattended(),
        )

    @property
    def _customs(self) -> planning.Customs:
        return planning.Customs(
            zone=self._app.settings.zone,
            window=self._app.settings.publishing.window,
            open_for=self._app.settings.sharing.open_for,
            sizes={name: template.every_size() for name, template in self._app.studio.templates.items()},
            limits={name: platform.limits for name, platform in self._app.platforms.items()},
        )

    @property
    def _scheduler(self) -> Scheduler:
        return Scheduler(store=self._app.store, clock=self._app.clock, lead=self._app.timing.lead)


#: Among units: the staff of all of them.
EVERYBODY = "*"
#: Drawn cards that are kept for the next look at the same text; each has some hundred kilobytes.
_MOST_KEPT, _MOST_NAMED, _MOST_SMALL = 96, 2000, 300
_SMALL = 480  #: px
#: Stands on the card that is checked before anybody is asked.
_SOMEBODY = {"name": "Siti Nurhaliza Rahmawati, S.Kep., Ners", "unit": "Badan Kepegawaian dan Pengembangan SDM"}


def _keep(kept: OrderedDict[str, V], name: str, value: V, most: int) -> None:
    """As the newest; the oldest goes."""
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > most:
        kept.popitem(last=False)


def _drawn_from(path: CampaignPath, card: CardRequest) -> tuple[CampaignPath, Size, str]:
    """The same for requests of one message that make the same card."""
    return path, card.size, repr((card.slots, card.link))


def _require_none(problems: Sequence[Problem], path: Path) -> None:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise ContentError(
            n_("{file} has {count} problem to put right.", "{file} has {count} problems to put right.", len(errors),
               file=path.name),
            hint=_("Nothing was queued and nothing was changed. Mend the lines above and try again."),
            problems=problems,
        )  # fmt: skip


def _placed(problem: Problem, place: Place) -> Problem:
    return problem if problem.place else replace(problem, place=place)


def _by_hand(text: str, request: CardRequest | None, cards: Mapping[str, Card]) -> Submission:
    """What a person posts; they upload the picture themselves, so that it needs no address."""
    drawn = [replace(card.picture, url="by-hand:") for card in cards.values() if card.request == request]
    return Submission(text=text, pictures=tuple(drawn))
