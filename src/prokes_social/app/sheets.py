"""A studio and a folder in; out come contact sheets, single cards at two sizes, and a page that shows all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from prokes_social import i18n
from prokes_social.app.pages import environment
from prokes_social.errors import CardError
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.problem import Problem
from prokes_social.rendering import Cell, Studio, at_phone_width, contact_sheet, named_samples

CARDS = "cards"  #: the folder of the single cards, beside the page
PHONE = 360  #: px that phones show of a card's width
#: Lines of an overlay must survive being shrunk to a cell.
_OUTLINE = 3


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which samples to show; what names nothing shows all."""

    templates: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownCard:
    """One sample on the page; `file` and `small` are paths from the page, empty where it can't be drawn."""

    sample: str
    size: Size
    bytes: int = 0
    file: str = ""
    small: str = ""
    complaint: str = ""
    place: tuple[float, float, float, float] = (0, 0, 0, 0)  #: on the sheet: left, top, width, height in per cent


@dataclass(frozen=True, kw_only=True)
class ShownSheet:
    template: str
    label: str
    brand: str
    file: str
    size: Size
    cards: tuple[ShownCard, ...]


@dataclass(kw_only=True)
class Sheets:
    """Draws the chosen samples into `out`. What can't be drawn is a note on its sheet and a Problem in `problems`."""

    studio: Studio
    out: Path
    chosen: Chosen = Chosen()
    debug: bool = False
    on_card: Callable[[], None] = lambda: None
    problems: list[Problem] = field(default_factory=list)

    def requests(self) -> list[tuple[str, CardRequest]]:
        chosen = self.chosen
        found = named_samples(self.studio, templates=chosen.templates, brands=chosen.brands, sizes=chosen.sizes)
        return list(found)

    def write(self) -> Iterator[Path]:
        """Each sheet's path when it is there, and the page's at last."""
        (self.out / CARDS).mkdir(parents=True, exist_ok=True)
        shown = []
        for (template, brand), samples in groupby(self.requests(), key=lambda each: (each[1].template, each[1].brand)):
            shown.append(self._sheet(template, brand, list(samples)))
            yield self.out / shown[-1].file
        page = self.out / "index.html"
        page.write_text(_page(shown), encoding="utf-8")
        yield page

    def _sheet(self, template: str, brand: str, samples: list[tuple[str, CardRequest]]) -> ShownSheet:
        drawn = [self._card(sample, request) for sample, request in samples]
        sheet = contact_sheet([cell for cell, _card in drawn], f"{template}   {brand}")
        file = f"{template}-{brand}.png"
        (self.out / file).write_bytes(sheet.data)
        cards = [_placed(card, place, sheet.size) for (_cell, card), place in zip(drawn, sheet.places, strict=True)]
        return ShownSheet(
            template=template, label=str(self.studio.templates[template].label), brand=brand, file=file,
            size=sheet.size, cards=tuple(cards),
        )  # fmt: skip

    def _card(self, sample: str, request: CardRequest) -> tuple[Cell, ShownCard]:
        size = request.size
        try:
            card = self.studio.render(request)
        except CardError as error:
            self.problems.append(_problem(sample, request, error))
            said = f"{error.message}. {error.hint}"
            return Cell(row=sample, size=size, complaint=said), ShownCard(sample=sample, size=size, complaint=said)
        finally:
            self.on_card()
        picture = self.studio.outlined(card, _OUTLINE) if self.debug else card.data
        suffix = "jpg" if card.media_type == "image/jpeg" and not self.debug else "png"
        stem = f"{CARDS}/{request.template}-{request.brand}-{sample}-{size}"
        file, small = f"{stem}.{suffix}", f"{stem}-{PHONE}.jpg"
        (self.out / file).write_bytes(picture)
        (self.out / small).write_bytes(at_phone_width(picture, PHONE))
        shown = ShownCard(sample=sample, size=size, bytes=len(card.data), file=file, small=small)
        return Cell(row=sample, size=size, picture=picture), shown


def _problem(sample: str, request: CardRequest, error: CardError) -> Problem:
    where = f"{request.template}, {request.brand}, {sample}, {request.size}"
    return Problem(code="card-sample", what=f"{where}: {error.message}.", remedy=error.hint)


def _placed(card: ShownCard, place: tuple[int, int, int, int], sheet: Size) -> ShownCard:
    left, top, right, bottom = place
    across, down = 100 / sheet.width, 100 / sheet.height
    share = (left * across, top * down, (right - left) * across, (bottom - top) * down)
    return ShownCard(**{**vars(card), "place": tuple(round(each, 4) for each in share)})


def _page(sheets: list[ShownSheet]) -> str:
    return (
        environment("prokes_social.app")
        .get_template("sheets.html.j2")
        .render(sheets=sheets, language=i18n.language(), phone=PHONE)
    )
