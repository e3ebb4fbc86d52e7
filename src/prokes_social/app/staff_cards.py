"""Cards for staff: one of a campaign's messages and a table of people in, a folder with a card for each out."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.app.cards import asset_folders, photo_folders
from prokes_social.errors import CardError, ContentError
from prokes_social.i18n import _, language
from prokes_social.loading.people import People, load_people
from prokes_social.loading.photos import find_photo
from prokes_social.model.campaign import Campaign, Loaded
from prokes_social.model.campaign import Path as CampaignPath
from prokes_social.model.card import CardRequest
from prokes_social.model.person import Person
from prokes_social.model.platform import Size
from prokes_social.model.staff import Purpose
from prokes_social.model.template import PhotoLayer, Template
from prokes_social.problem import Problem, Severity, in_reading_order
from prokes_social.rendering import Studio
from prokes_social.rendering.bulk import (
    SLOTS,
    BulkJob,
    Entry,
    Failure,
    Progress,
    StaffCard,
    Trouble,
    draw_all,
    file_of,
    in_processes,
    in_this_process,
    on_cluster,
    open_manifest,
    pack,
)  # fmt: skip
from prokes_social.rendering.bulk.packing import Kind
from prokes_social.rendering.bulk.pools import Pool
from prokes_social.rendering.photos import KEPT
from prokes_social.store import consents, offers

if TYPE_CHECKING:
    from prokes_social.app import App

#: Fewer cards than this are drawn before another process has begun.
_WORTH_A_PROCESS = 60


@dataclass(frozen=True, kw_only=True)
class StaffOrder:
    """What is wanted; `shard` is which part of how many."""

    campaign: Path
    message: str
    people: Path | None  #: a table; None: the directory
    out: Path
    sizes: Sequence[Size] = ()
    unit: str | None = None
    processes: int = 1
    shard: tuple[int, int] | None = None
    cluster: str | None = None
    archive: Kind | None = None

    @property
    def source(self) -> str:
        """Where the people come from, as a manifest keeps it."""
        return self.people.name if self.people else "directory"

    @property
    def share(self) -> str:
        return f"{self.shard[0]}-of-{self.shard[1]}" if self.shard else "all"


@dataclass(frozen=True, kw_only=True)
class StaffResult:
    """Counts of cards; rows that could not be read count as failed in every size."""

    progress: Progress
    removed: Sequence[str]  #: cards of rows that are gone or say something else now
    archives: Sequence[Path]
    problems: Sequence[Problem]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One message in the sizes that are wanted."""

    file: Loaded[Campaign]
    message: str
    path: CampaignPath  #: of its card
    requests: Sequence[CardRequest]
    template: Template

    @property
    def ending(self) -> str:
        return ".png" if self.template.picture == "png" else ".jpg"

    def card_of(self, person: Person, size: Size) -> StaffCard:
        return StaffCard(person=person, size=size, file=file_of(person, size, self.ending))


def draw_staff_cards(app: "App", order: StaffOrder, on_progress: Callable[[Progress], None]) -> StaffResult:
    """Draw what is not drawn yet. Raises ContentError where nothing can be drawn, CardError where writing ends."""
    if order.people is None and order.unit is not None:
        order = replace(order, unit=app.units.find(order.unit).name)
    asked = _asked(app, order)
    folders = tuple(photo_folders(asset_folders(app.settings.home)))
    folders = (order.people.parent if order.people else app.settings.state, *folders)
    everybody = load_people(order.people, partial(find_photo, folders)) if order.people else _directory(app, asked)
    chosen = _chosen(everybody, order)
    job = _job(app, order, asked, folders)
    cards = [asked.card_of(person, request.size) for person in chosen.people for request in asked.requests]
    about = {"campaign": asked.file.value.id, "message": order.message, "table": order.source}
    with open_manifest(order.out, about, order.share) as manifest:
        progress, failures = draw_all(
            job, cards, manifest, _pool(order, len(cards)), at_once=order.processes, on_progress=on_progress
        )
        try:
            removed = manifest.remove_all_but(partial(_is_wanted, asked, _by_number(everybody)))
            archives = pack(order.out, _finished(cards, failures), order.archive, order.share) if order.archive else []
        except OSError as error:
            raise Trouble.of(error, order.out).as_error() from error
    left_out = len(chosen.left_out) * len(asked.requests)
    return StaffResult(
        progress=replace(progress, total=progress.total + left_out, failed=progress.failed + left_out),
        removed=removed, archives=archives,
        problems=in_reading_order([*chosen.problems, *_problems(chosen, failures)]),
    )  # fmt: skip


# --- what is asked for ---


def _asked(app: "App", order: StaffOrder) -> _Asked:
    file, found = app.campaigns.requests(order.campaign, message=order.message, sizes=order.sizes)
    number, request = found[0]
    path: CampaignPath = ("messages", number, "card")
    template = app.studio.templates[request.template]
    if not set(SLOTS) & set(template.personal):
        others = [name for name, each in app.studio.templates.items() if set(SLOTS) & set(each.personal)]
        raise CardError(
            _("“{message}” uses the template {template}, whose card is the same for everybody.",
              message=order.message, template=request.template),
            hint=_("For cards with names use one of {names}.", names=", ".join(sorted(others))),
        )  # fmt: skip
    requests = [each for _number, each in (found if order.sizes else found[:1])]
    problems = [problem for each in requests for problem in _faults(app.studio, file, path, each, template)]
    if problems:
        raise ContentError(
            _("The card of “{message}” can't be drawn for anybody yet.", message=order.message),
            hint=_("Mend what is listed, then try again."),
            problems=list(dict.fromkeys(problems)),
        )
    return _Asked(file=file, message=order.message, path=path, requests=requests, template=template)


def _faults(
    studio: Studio, file: Loaded[Campaign], path: CampaignPath, request: CardRequest, template: Template
) -> Iterator[Problem]:
    """What would stand in the way of every card."""
    found = [each for each in studio.faults(request) if not set(each.path[1:2]) & set(template.personal)]
    for fault in found:
        yield replace(fault.problem(), place=file.place((*path, *fault.path)))
    if not found:
        try:
            studio.personal(request)
        except CardError as error:
            place = file.place((*path, "slots", error.slot) if error.slot else path)
            yield Problem(code="card-text-too-long", what=error.message, remedy=error.hint, place=place)


def _directory(app: "App", asked: _Asked) -> People:
    """Those who agreed to be asked; with their photograph where they agreed to that, and their own tracked link."""
    members = app.staff.listing()
    with app.store.read() as tx:
        agreed, shown = (
            consents.answers(tx, purpose, [each.id for each in members]) for purpose in (Purpose.LINK, Purpose.PHOTO)
        )
        codes = offers.codes(tx, asked.file.value.id, asked.message)
    people = [
        Person(
            row=each.id, number=each.id, name=each.name, unit=each.unit.name,
            photo=app.staff.photo_of(each) if shown.get(each.id) else "",
            link=app.sharing.tracked(codes[each.id]) if each.id in codes else "",
        )
        for each in members
        if agreed.get(each.id)
    ]  # fmt: skip
    if not people:
        raise ContentError(
            _("Nobody in the directory has agreed to be asked yet."),
            hint=_("Import your staff with `prokes staff import`, or name a table with --people."),
        )
    return People(headings=None, people=tuple(people))


def _chosen(everybody: People, order: StaffOrder) -> People:
    """Those of the unit, and of the share of the work. Raises ContentError for a unit that nobody is in."""
    people = everybody
    if order.unit is not None:
        people = people.only(partial(_is_of_unit, order.unit))
        if not people.people and not people.left_out:
            raise ContentError(
                _(
                    "Nobody in {file} is in the unit “{unit}”.",
                    file=order.people or _("the directory"),
                    unit=order.unit,
                ),
                hint=_near(order.unit, sorted({person.unit for person in everybody.people if person.unit})),
            )
    return people.only(partial(_is_of_shard, order.shard)) if order.shard else people


def _is_of_unit(unit: str, person: Person) -> bool:
    return person.unit.casefold() == " ".join(unit.split()).casefold()


def _is_of_shard(shard: tuple[int, int], person: Person) -> bool:
    which, of = shard
    return person.number % of == which % of


def _near(unit: str, units: Sequence[str]) -> str:
    near = get_close_matches(unit, units, n=3, cutoff=0.4) or units[:5]
    return _("Units there: {names}.", names=", ".join(near)) if near else _("The table has no column for units.")


# --- how it is drawn ---


def _job(app: "App", order: StaffOrder, asked: _Asked, folders: Sequence[Path]) -> BulkJob:
    return BulkJob(
        run=secrets.token_hex(4), share=order.share, out=order.out.resolve(),
        requests={each.size: each for each in asked.requests},
        shared={each.size: app.studio.digest(app.studio.personal(each).request) for each in asked.requests},
        template=asked.template, brand=app.studio.brands[asked.requests[0].brand],
        find_photo=partial(find_photo, tuple(folder.resolve() for folder in folders)),
        photos=app.settings.state / "photos", frames={each.size: _frame(asked, each.size) for each in asked.requests},
        shows_photos="photo" in asked.template.personal, language=language(),
    )  # fmt: skip


def _frame(asked: _Asked, size: Size) -> tuple[int, int]:
    """Px that a photograph fills on a card of this size: kept like that, it need not be scaled for each card."""
    board = asked.template.artboard(size)
    photos = [each for each in board.every_layer() if isinstance(each, PhotoLayer)] if board else []
    frames = [_shown(each) for each in photos]
    return max((wide for wide, _tall in frames), default=1), max((tall for _wide, tall in frames), default=1)


def _shown(photo: PhotoLayer) -> tuple[int, int]:
    if photo.box:
        return photo.box[2:]
    return (round(photo.height * photo.aspect), photo.height) if photo.height else KEPT


def _pool(order: StaffOrder, cards: int) -> Pool:
    if order.cluster:
        return partial(on_cluster, address=order.cluster)
    count = min(order.processes, -(-cards // _WORTH_A_PROCESS))
    return partial(in_processes, count=count) if count > 1 else in_this_process


# --- what came of it ---


def _by_number(everybody: People) -> Mapping[int, Person | None]:
    """None for rows that could not be read: what is there of theirs stays."""
    return {each.number: each for each in everybody.people} | dict.fromkeys(each.number for each in everybody.left_out)


def _is_wanted(asked: _Asked, people: Mapping[int, Person | None], entry: Entry) -> bool:
    if entry.number not in people:
        return False
    person = people[entry.number]
    return person is None or asked.card_of(person, Size.parse(entry.size)).file == entry.file


def _finished(cards: Iterable[StaffCard], failures: Iterable[Failure]) -> list[str]:
    failed = {each.row for each in failures}
    return [card.file for card in cards if card.person.row not in failed]


def _problems(people: People, failures: Iterable[Failure]) -> list[Problem]:
    """Each once, however many sizes it shows in."""
    found = (
        people.problem(each.code, each.row, each.slot, each.what, each.remedy, Severity.ERROR) for each in failures
    )
    return list(dict.fromkeys(found))
