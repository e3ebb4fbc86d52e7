"""Coverage: tables taken in, how the units stand, and cards and reports of it for the office or for everybody."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social import __version__
from prokes_social.clock import zone_named
from prokes_social.errors import SettingsError, StoreError, TextDoesNotFit
from prokes_social.i18n import _, speaking
from prokes_social.model.account import Unit
from prokes_social.model.coverage import CoverageChange, CoverageTable, Dose, Evaluation
from prokes_social.problem import has_errors
from prokes_social.store import accounts, coverage

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.loading.coverage import CoverageReading
    from prokes_social.model.card import Card
    from prokes_social.model.platform import Size
    from prokes_social.rendering import Studio
    from prokes_social.reporting.coverage.cards import CoverageCard

#: Cards speak as their templates do.
CARD_LANGUAGE = "id"
#: Fewer rows make no list.
_LEAST_ROWS = 3


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What a file says, and what taking it in changes about the figures of its day, or of the last day before."""

    reading: "CoverageReading"
    before: CoverageTable | None
    changes: tuple[CoverageChange, ...]
    is_known: bool  #: the very same table holds for its day already


@dataclass(frozen=True, kw_only=True)
class CardOrder:
    out: Path
    public: bool = True
    unit: str | None = None  #: only this one's card
    sizes: Sequence["Size"] = ()  #: none: every size of the template
    brand: str | None = None
    kicker: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawnCard:
    path: Path
    alt_text: str


class Coverage:
    def __init__(self, app: "App") -> None:
        self._app = app

    # --- tables ---

    def template(self) -> bytes:
        """An XLSX to fill in, with the units that there are."""
        from prokes_social.loading.coverage_template import coverage_template

        return coverage_template([unit for unit in self._app.units.all() if unit.dissolved_at is None])

    def preview(self, path: Path, *, new_units: bool, data_on: date | None, source: str) -> Intake:
        """What a table says, with its problems; nothing is written. Raises ContentError where it can't be read."""
        from prokes_social.loading.coverage import load_coverage
        from prokes_social.reporting.coverage import changes_between

        settings = self._app.settings
        today = self._app.clock.now().astimezone(zone_named(settings.zone)).date()
        reading = load_coverage(
            path, self._app.units.all(), zone=settings.zone, today=today, data_on=data_on, source=source,
            stale_after=settings.coverage.stale_after, new_units=new_units,
        )  # fmt: skip
        table = reading.table
        if table is None or has_errors(reading.problems):
            return Intake(reading=reading, before=None, changes=(), is_known=False)
        with self._app.store.read() as tx:
            same_day = coverage.on_day(tx, table.data_on)
            before = same_day or coverage.newest(tx, before=table.data_on)
        known = same_day is not None and same_day.digest == digest_of(table)
        return Intake(reading=reading, before=before, changes=tuple(changes_between(before, table)), is_known=known)

    def take_in(self, intake: Intake, *, by: str) -> None:
        """Keep what was previewed, all or nothing; the same table again changes nothing. Raises ContentError."""
        from prokes_social.loading.document import content_error

        reading, table = intake.reading, intake.reading.table
        if table is None or has_errors(reading.problems):
            raise content_error(reading.problems, reading.headings.table.file)
        if intake.is_known:
            return
        with self._app.store.write() as tx:
            for unit in reading.new_units:
                accounts.put_unit(tx, unit)
            coverage.add(tx, replace(table, digest=digest_of(table), imported_at=self._app.clock.now(), by=by))

    # --- how the units stand ---

    def evaluation(self, *, public: bool = False) -> Evaluation:
        """Of the newest table. Raises SettingsError where there is none, or where it does not tell the dose."""
        from prokes_social.reporting.coverage import evaluate, for_everybody

        with self._app.store.read() as tx:
            table = coverage.newest(tx)
            before = coverage.newest(tx, before=table.data_on) if table else None
        if table is None:
            raise SettingsError(
                _("There are no data of coverage yet."), hint=_("Take a table in with `prokes coverage import FILE`.")
            )
        names = {unit.id: unit.name for unit in self._app.units.all()}
        said = self._app.settings.coverage
        make = for_everybody if public else evaluate
        return make(table, before, names, measure=Dose(said.measure), target=said.target)

    def report(
        self, forms: Collection[str], *, out: Path, public: bool = False, number: str = "", brand: str | None = None
    ) -> list[Path]:
        """The evaluation report in each form, below `out`. Raises SettingsError, StoreError."""
        from prokes_social.reporting.coverage import files
        from prokes_social.reporting.coverage.paper import CoveragePaper
        from prokes_social.reporting.paper import Look, letterhead_of, paper_of

        settings = self._app.settings
        found = self.evaluation(public=public)
        kit = brand or self._usual_brand()
        look = self._app.reach.look_of(kit) if kit else Look()
        paper = CoveragePaper(
            letterhead=letterhead_of(settings, look), paper=paper_of(settings, number=number),
            made_at=self._app.clock.now(), zone=settings.zone, version=__version__,
        )  # fmt: skip
        return [_write(out / files.file_name(found, form), files.write(found, paper, form)) for form in forms]

    # --- cards ---

    def cards(self, order: CardOrder, on_card: Callable[[Path], None] = lambda path: None) -> list[DrawnCard]:
        """Units, ranking and who has reached the target, each in every size. Raises SettingsError, CardError."""
        brand = order.brand or self._usual_brand()
        if not brand:
            names = ", ".join(sorted(name for name, kit in self._app.studio.brands.items() if not kit.variant_of))
            raise SettingsError(
                _("There are several brand kits."),
                hint=_("Name one with --brand, or set coverage.brand. There are {names}.", names=names),
            )
        unit = self._app.units.find(order.unit) if order.unit else None
        _refuse_hidden(self.evaluation(public=order.public), unit)
        drawn = []
        with speaking(CARD_LANGUAGE):
            found = self.evaluation(public=order.public)
            for card, picture in self._drawn(found, order, brand, unit.id if unit else None):
                ending = ".png" if picture.media_type == "image/png" else ".jpg"
                path = _write(order.out / f"{card.name}-{picture.size}{ending}", picture.data)
                drawn.append(DrawnCard(path=path, alt_text=card.alt_text))
                on_card(path)
        told = {each.path.name: each.alt_text for each in drawn}
        _write(order.out / "alt.json", (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
        return drawn

    def _drawn(
        self, found: Evaluation, order: CardOrder, brand: str, unit_id: str | None
    ) -> Iterator[tuple["CoverageCard", "Card"]]:
        from prokes_social.reporting.coverage.cards import ranking_cards, reached_cards, unit_card

        studio, kicker = self._app.studio, order.kicker or _("Vaccination coverage")
        for size in _sizes(studio, "coverage", order.sizes):
            for each in found.ranked:
                if unit_id in (None, each.unit_id):
                    card = unit_card(found, each, kicker=kicker)
                    yield card, _draw_unit(studio, card, brand, size)
        if unit_id is not None:
            return
        for size in _sizes(studio, "ranking", order.sizes):
            for make in (ranking_cards, reached_cards):
                yield from _fitted(partial(make, found, kicker=kicker), studio, brand, size)

    def _usual_brand(self) -> str:
        """What the settings name, else the only kit there is; empty where that leaves it open."""
        named = self._app.settings.coverage.brand
        kits = self._app.studio.brands
        if named and named not in kits:
            raise SettingsError(
                _("There is no brand kit “{name}”.", name=named),
                hint=_("Set coverage.brand to one of {names}.", names=", ".join(sorted(kits))),
            )
        whole = [name for name, kit in kits.items() if not kit.variant_of]
        return named or (whole[0] if len(whole) == 1 else "")


def digest_of(table: CoverageTable) -> str:
    """SHA-256 of what a table says, however its file was written."""
    said = {"data_on": table.data_on.isoformat(), "source": table.source, "in_percent": table.in_percent,
            "rows": [asdict(row) for row in sorted(table.rows, key=lambda row: row.unit_id)]}  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _refuse_hidden(found: Evaluation, unit: Unit | None) -> None:
    if unit is None or any(each.unit_id == unit.id for each in found.ranked):
        return
    if found.public:
        raise SettingsError(
            _("There is no public card of {unit}.", unit=unit.name),
            hint=_("It is not in the newest table, or has fewer than 20 people; --inside draws it for the office."),
        )
    raise SettingsError(
        _("{unit} is not in the newest table.", unit=unit.name), hint=_("`prokes coverage show` lists who is.")
    )


def _sizes(studio: "Studio", template: str, wanted: Sequence["Size"]) -> Sequence["Size"]:
    from prokes_social.errors import AssetMissing

    if template not in studio.templates:
        raise AssetMissing(_("there is no template {name}", name=template))
    there = studio.templates[template].every_size()
    missing = [size for size in wanted if size not in there]
    if missing:
        raise SettingsError(
            _("The template {template} has no size {size}.", template=template, size=missing[0]),
            hint=_("Use {names}.", names=", ".join(map(str, there))),
        )
    return wanted or there


def _draw(studio: "Studio", card: "CoverageCard", brand: str, size: "Size") -> "Card":
    from prokes_social.model.card import CardRequest

    return studio.render(
        CardRequest(template=card.template, brand=brand, size=size, slots=card.slots, alt_text=card.alt_text)
    )


def _draw_unit(studio: "Studio", card: "CoverageCard", brand: str, size: "Size") -> "Card":
    from prokes_social.reporting.coverage.cards import SPARE, without

    for count in range(len(SPARE)):
        try:
            return _draw(studio, without(card, *SPARE[:count]), brand, size)
        except TextDoesNotFit:
            continue
    return _draw(studio, without(card, *SPARE), brand, size)


def _fitted(
    make: Callable[..., Iterator["CoverageCard"]], studio: "Studio", brand: str, size: "Size"
) -> Iterator[tuple["CoverageCard", "Card"]]:
    """With as many rows a card as long names leave room for; without the note where even few don't fit."""
    from prokes_social.reporting.coverage.cards import MOST_ROWS, without

    ways = [(spare, most) for spare in ((), ("note",)) for most in range(MOST_ROWS, _LEAST_ROWS - 1, -1)]
    for spare, most in ways:
        try:
            drawn = [(card, _draw(studio, without(card, *spare), brand, size)) for card in make(most=most)]
        except TextDoesNotFit:
            if (spare, most) == ways[-1]:
                raise
            continue
        yield from drawn
        return


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(
            _("{file} can't be written: {reason}.", file=path, reason=error.strerror),
            hint=_("Close the file if it is open, choose another folder with --out, or free the disk."),
        ) from error
    return path
