"""Templates, brand kits and a request in; a card with its digests out, or everything that stands in its way.

A studio compiles once for each template, brand and size: the layers that no slot touches become the base picture,
which is copied for every card. The marks of one card come from `layout`, their pixels from `drawing`.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

from PIL import Image

from prokes_social.errors import AssetMissing, CardError, ScriptNotShaped, TextDoesNotFit
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit
from prokes_social.model.campaign import Path
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.template import LINK, Artboard, IconLayer, ImageLayer, Layer, Template, TextLayer, names_of
from prokes_social.problem import Problem
from prokes_social.rendering import codes
from prokes_social.rendering.assets import Assets
from prokes_social.rendering.debugging import outlined
from prokes_social.rendering.drawing import Canvas, Cuts, blank, quiet_zone
from prokes_social.rendering.emoji import has_picture, plainer, svg_bytes
from prokes_social.rendering.encoding import Picture as Encoding
from prokes_social.rendering.encoding import encode, media_type_of
from prokes_social.rendering.filling import Fault, faults_of, is_personal, suggestion, values_of
from prokes_social.rendering.framing import HOLE, Frame, framed, is_frame, photo_slots
from prokes_social.rendering.icons import icon_svg
from prokes_social.rendering.inspecting import inspected
from prokes_social.rendering.layout import compose
from prokes_social.rendering.look import Look
from prokes_social.rendering.marks import AnyMark, Code, Line
from prokes_social.rendering.personal import PersonalCards, split
from prokes_social.rendering.photos import Photos, check, cut, no_photos
from prokes_social.rendering.scripts import named, special_in
from prokes_social.rendering.splicing import spliced
from prokes_social.rendering.typefaces import faces_of, font_bytes
from prokes_social.rendering.words import Values

#: Part of every content digest: raised when the engine itself makes the same card look different.
ENGINE = 2
K = TypeVar("K")
V = TypeVar("V")
#: Base pictures and compiled personal cards that are kept; each has some megabytes.
_MOST_KEPT = 8


class _Bench:
    """What one brand kit needs to be drawn with; everything in it is made once."""

    def __init__(self, kit: BrandKit) -> None:
        self.kit = kit
        self.assets = Assets(kit)

    @cached_property
    def look(self) -> Look:
        return Look(
            color=self.kit.color, faces=faces_of(self.kit), aspect=self.assets.aspect, code_side=codes.side,
            radius=self.kit.radius,
        )  # fmt: skip

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What of the kit every card shows, with its typefaces as digests of their bytes."""
        kit = self.kit.model_dump(mode="json", include={"colors", "footer", "radius", "emblem_on_personal"})
        faces = {style: [_sha(font_bytes(face, self.kit)), face.weight] for style, face in self.kit.typefaces.items()}
        return {**kit, "typefaces": faces}

    def canvas(self, base: Image.Image, photos: Cuts, corner: tuple[int, int] = (0, 0)) -> Canvas:
        return Canvas(base, self.look.faces, self.assets.picture, self.assets.icon, photos, corner)


@dataclass(frozen=True)
class _Job:
    """A request whose template, brand and size exist."""

    request: CardRequest
    template: Template
    artboard: Artboard
    bench: _Bench
    personal: bool = False  #: the card of somebody, whoever it is

    @property
    def size(self) -> Size:
        return self.request.size

    def values(self) -> Values:
        return values_of(self.request, self.template, self.bench.kit, personal=self.personal)


class Studio:
    """Draws cards. `templates` and `brands` by the names that campaigns use; `photos` gives bytes for slots' names."""

    def __init__(
        self, templates: Mapping[str, Template], brands: Mapping[str, BrandKit], photos: Photos = no_photos
    ) -> None:
        self.templates = dict(templates)
        self.brands = dict(brands)
        self._photos = photos
        self._benches = {name: _Bench(kit) for name, kit in self.brands.items()}
        self._bases: dict[tuple[str, str, Size], Image.Image] = {}
        self._boards: dict[tuple[str, Size], str] = {}
        self._personal: dict[str, PersonalCards] = {}
        # FreeType's faces are shared by all cards and belong to one thread at a time.
        self._one_at_a_time = RLock()

    def faults(self, request: CardRequest) -> list[Fault]:
        """Everything to mend before this request can be drawn, with the place of each in the card."""
        try:
            job = self._job(request)
        except _Unknown as unknown:
            return [unknown.fault]
        misfilled = [*faults_of(request, job.template, job.bench.kit), *self._photo_faults(job)]
        return misfilled or self._laid(job)[1]

    def check(self, request: CardRequest) -> list[Problem]:
        """The same as problems, without a place: who knows the file adds it."""
        return [fault.problem() for fault in self.faults(request)]

    def marks(self, request: CardRequest) -> list[AnyMark]:
        """What would be drawn over the base picture, and where. Raises CardError for the first fault."""
        job = self._known(request)
        for fault in faults_of(request, job.template, job.bench.kit):
            raise fault.error
        marks, faults = self._laid(job)
        for fault in faults:
            raise fault.error
        return marks

    def digest(self, request: CardRequest) -> str:
        """SHA-256 over everything the card is drawn from, without drawing it. Raises CardError."""
        job = self._known(request)
        content = {
            "engine": ENGINE,
            "size": str(request.size),
            "slots": request.slots,
            "alt": request.alt_text,
            "link": request.link,
            "template": [request.template, self._board(job)],
            "brand": [request.brand, job.bench.identity],
            "pictures": {name: _sha(job.bench.assets.data(name)) for name in sorted(_pictures(job.artboard))},
            "icons": {name: _sha(icon_svg(name, job.bench.kit).encode()) for name in sorted(_icons(job))},
            "photos": {name: _sha(self._photos(name)) for _path, name in _photos(job)},
            "scripts": _digests_of_scripts(job),
        }
        return _sha(_canonical(content).encode())

    def render(self, request: CardRequest) -> Card:
        """Draw a card. Raises CardError, AssetMissing or TextDoesNotFit for the first of its faults."""
        job, marks = self._known(request), self.marks(request)
        with self._one_at_a_time:
            data = (
                self.personal(request).draw(request.slots)
                if is_personal(request, job.template)
                else encode(self._drawn(job, marks), job.template.picture)
            )
        return self.card_of(request, data)

    def drawn_as(self, request: CardRequest, picture: Encoding) -> bytes:
        """The same card as a file of another kind than its template asks for. Raises CardError as `render` does."""
        job, marks = self._known(request), self.marks(request)
        with self._one_at_a_time:
            return encode(self._drawn(job, marks), picture)

    def card_of(self, request: CardRequest, data: bytes) -> Card:
        """A drawn file with its name: `data` is what was drawn from `request`."""
        return Card(
            request=request, content_digest=self.digest(request), file_digest=hashlib.sha256(data).hexdigest(),
            media_type=media_type_of(self._known(request).template.picture), data=data,
        )  # fmt: skip

    def inspect(self, card: Card) -> Card:
        """The card with what can be measured on it, at the cost of laying it out and drawing it once more."""
        job = self._known(card.request)
        marks = compose(job.artboard.layers, job.artboard, job.size, job.values(), job.bench.look)
        with self._one_at_a_time:
            canvas = job.bench.canvas(blank(job.size), self._cut)
            return inspected(card, marks, job.artboard, job.bench.kit, canvas)

    def outlined(self, card: Card, width: int = 2) -> bytes:
        """A PNG of the card with the boxes, baselines and safe zone of its design over it; the card stays as it is."""
        job = self._known(card.request)
        marks = compose(job.artboard.layers, job.artboard, job.size, job.values(), job.bench.look)
        return outlined(card.data, marks, job.artboard, width)

    def personal(self, request: CardRequest) -> PersonalCards:
        """Cards that differ from `request` in what its template calls personal. Raises CardError for other slots."""
        request = self._shared(request)
        key = _canonical([request.template, request.brand, str(request.size), request.slots, request.link])
        return _kept(self._personal, key, lambda: self._compiled(self._known(request)))

    def personal_card(self, request: CardRequest, person: Mapping[str, str]) -> bytes:
        """The file of one person's card; its QR code leads to the `link` of the person. Raises CardError."""
        request = replace(self._shared(request), link=person["link"] or None)
        # Codes of as many modules are of one size: one compiled card serves all of them.
        modules = codes.modules(person["link"]).width if person["link"] else 0
        key = _canonical([request.template, request.brand, str(request.size), request.slots, "own link", modules])
        with self._one_at_a_time:
            cards = _kept(self._personal, key, lambda: self._compiled(self._known(request), own_link=True))
            return cards.draw(person)

    def takes_photo(self, request: CardRequest) -> bool:
        """Whether the card is mostly a frame around somebody's photograph."""
        template = self.templates.get(request.template)
        artboard = template.artboard(request.size) if template else None
        return template is not None and artboard is not None and is_frame(template, artboard, request.size)

    def frame(self, request: CardRequest, person: Mapping[str, str]) -> Frame:
        """One person's card with a hole in the place of their photograph. Raises CardError."""
        template = self._known(request).template
        shared = self._shared(request)
        own = {name: value for name, value in person.items() if name in template.personal and value}
        slots = {**shared.slots, **own, **dict.fromkeys(photo_slots(template), HOLE)}
        job = replace(self._known(replace(shared, slots=slots, link=person["link"])), personal=True)
        marks = self._own_marks(job, job.artboard.layers)
        with self._one_at_a_time:
            return framed(marks, self._cut, lambda photos: job.bench.canvas(blank(job.size), photos))

    def _shared(self, request: CardRequest) -> CardRequest:
        """What everybody's cards have in common: the request without the slots that its template calls personal."""
        own = self._known(request).template.personal
        slots = {name: value for name, value in request.slots.items() if name not in own}
        return replace(request, slots=slots, alt_text="")

    def _compiled(self, job: _Job, *, own_link: bool = False) -> PersonalCards:
        job = replace(job, personal=True)
        common = set(job.template.slots) - set(job.template.personal)
        for fault in faults_of(job.request, job.template, job.bench.kit, only=sorted(common)):
            raise fault.error
        shared, own = split(job.template, job.artboard, job.size)
        marks = compose(shared, job.artboard, job.size, job.values(), job.bench.look)
        _refuse_strange_characters(marks, job.bench.look)
        own_codes = [mark for mark in marks if own_link and isinstance(mark, Code)]
        with self._one_at_a_time:
            canvas = job.bench.canvas(blank(job.size), self._cut)
            canvas.draw(mark for mark in marks if mark not in own_codes)
        return PersonalCards(
            request=job.request, personal=job.template.personal, base=canvas.image,
            file=spliced(canvas.image, job.template.picture),
            compose=lambda request: self._own_marks(replace(job, request=request), own),
            canvas=lambda image, corner: job.bench.canvas(image, self._cut, corner), codes=own_codes,
        )  # fmt: skip

    def _own_marks(self, job: _Job, layers: Sequence[Layer]) -> list[AnyMark]:
        for fault in faults_of(job.request, job.template, job.bench.kit, only=job.template.personal):
            raise fault.error
        marks = compose(layers, job.artboard, job.size, job.values(), job.bench.look)
        _refuse_strange_characters(marks, job.bench.look)
        return marks

    def _known(self, request: CardRequest) -> _Job:
        try:
            return self._job(request)
        except _Unknown as unknown:
            raise unknown.fault.error from None

    def _job(self, request: CardRequest) -> _Job:
        template = _found(
            self.templates, request.template, "template", _("there is no template {name}", name=request.template)
        )
        _found(self.brands, request.brand, "brand", _("there is no brand kit {name}", name=request.brand))
        artboard = template.artboard(request.size)
        if artboard is None:
            message = _("the template {template} has no size {size}", template=request.template, size=str(request.size))
            raise _Unknown("size", message, _("use one of {names}", names=", ".join(template.sizes)))
        return _Job(request, template, artboard, self._benches[request.brand])

    def _laid(self, job: _Job) -> tuple[list[AnyMark], list[Fault]]:
        """The marks of the layers that slots touch, and the texts that do not fit."""
        marks: list[AnyMark] = []
        faults: list[Fault] = []
        values = job.values()
        for layer in _layers_of(job.artboard)[1]:
            try:
                laid = compose([layer], job.artboard, job.size, values, job.bench.look)
                _refuse_strange_characters(laid, job.bench.look)
                marks += laid
            except CardError as error:
                faults.append(_fault_of(error))
        return marks, faults

    def _drawn(self, job: _Job, marks: Sequence[AnyMark]) -> Image.Image:
        canvas = job.bench.canvas(self._base(job).copy(), self._cut)
        canvas.draw(marks)
        _read_back(canvas.image, marks)
        return canvas.image

    def _cut(self, name: str, size: tuple[int, int], focus: tuple[float, float]) -> Image.Image:
        return cut(self._photos(name), name, size, focus)

    def _photo_faults(self, job: _Job) -> Iterator[Fault]:
        for path, name in _photos(job):
            try:
                check(self._photos(name), name)
            except CardError as error:
                code = "card-asset-missing" if isinstance(error, AssetMissing) else "card-photo"
                yield Fault(path=path, code=code, error=error)

    def _base(self, job: _Job) -> Image.Image:
        """The picture of everything below the first layer that a slot touches."""
        return _kept(self._bases, (job.request.template, job.request.brand, job.size), lambda: self._drawn_base(job))

    def _drawn_base(self, job: _Job) -> Image.Image:
        canvas = job.bench.canvas(blank(job.size), self._cut)
        # Brand words alone: what is drawn here must not depend on any one request.
        words = {name: word for name, word in job.values().words.items() if name.startswith("brand.")}
        canvas.draw(compose(_layers_of(job.artboard)[0], job.artboard, job.size, Values(words), job.bench.look))
        return canvas.image

    def _board(self, job: _Job) -> str:
        """The artboard and slots as canonical JSON; labels, samples and other sizes change no card of this one."""
        key = (job.request.template, job.size)
        if key not in self._boards:
            slots = {name: slot.model_dump(mode="json", exclude={"label"}) for name, slot in job.template.slots.items()}
            board = [job.artboard.model_dump(mode="json"), slots, job.template.picture]
            self._boards[key] = _sha(_canonical(board).encode())
        return self._boards[key]


class _Unknown(Exception):
    def __init__(self, what: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.fault = Fault(path=(what,), code=f"card-{what}-unknown", error=AssetMissing(message, hint=hint))


def _kept(known: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """What is known, else made anew; the oldest goes where there are too many."""
    if key not in known:
        if len(known) >= _MOST_KEPT:
            del known[next(iter(known))]
        known[key] = make()
    return known[key]


def _found(known: Mapping[str, Any], name: str, what: str, message: str) -> Any:
    if name not in known:
        raise _Unknown(what, message, suggestion(name, known))
    return known[name]


def _layers_of(artboard: Artboard) -> tuple[list[Layer], list[Layer]]:
    """The layers below the first that a slot touches, and the others."""
    for index, layer in enumerate(artboard.layers):
        if any(not name.startswith("brand.") for name in names_of(layer)):
            return list(artboard.layers[:index]), list(artboard.layers[index:])
    return list(artboard.layers), []


def _pictures(artboard: Artboard) -> set[str]:
    return {layer.image.removeprefix("brand.") for layer in artboard.every_layer() if isinstance(layer, ImageLayer)}


def _icons(job: _Job) -> set[str]:
    """Names of the icons in the slots and in the artboard."""
    values = job.values()
    everyone = [values, *(values.of_row(slot, row) for slot, rows in values.rows.items() for row in rows)]
    wanted = [layer.words() for layer in job.artboard.every_layer() if isinstance(layer, IconLayer | ImageLayer)]
    return {name for words in everyone for text in wanted if (name := words.fill(text))}


def _digests_of_scripts(job: _Job) -> dict[str, list[str]]:
    """What of the regional fonts and the emoji any text of the card may draw on."""
    values = job.values()
    rows = (word for rows in values.rows.values() for row in rows for word in row.values())
    fixed = (layer.words() for layer in job.artboard.every_layer() if isinstance(layer, TextLayer))
    scripts, emoji = special_in("\n".join([*values.words.values(), *rows, *fixed]))
    fonts = {script.font: [_sha(script.file(bold)) for bold in (False, True)] for script in scripts}
    return fonts | {each: [_sha(svg_bytes(each))] for each in emoji if has_picture(each)}


def _photos(job: _Job) -> list[tuple[Path, str]]:
    """The photographs that the slots name, and where."""
    slots = job.template.slots.items()
    given = ((("slots", name), job.request.slots.get(name)) for name, slot in slots if slot.kind == "photo")
    return [(path, name) for path, name in given if isinstance(name, str) and name]


def _refuse_strange_characters(marks: Sequence[AnyMark], look: Look) -> None:
    """Raises CardError where a text has a character or an emoji that can't be drawn."""
    for mark in marks:
        if isinstance(mark, Line) and (strange := look.faces[mark.style].missing(mark.text)):
            raise CardError(_not_shown(strange, mark.slot), hint=_instead_of(strange), slot=mark.slot)


def _not_shown(strange: str, slot: str | None) -> str:
    if slot is None:
        return _("the card can't show {character}, which its template uses", character=named(strange))
    return _("the card can't show {character}, which {slot} uses", character=named(strange), slot=slot)


def _instead_of(strange: str) -> str:
    if plain := plainer(strange):
        return _("use {emoji}, which has a picture", emoji=plain)
    return _("leave it out of the card; it may stay in the text of the post")


def _read_back(image: Image.Image, marks: Sequence[AnyMark]) -> None:
    """Read each QR code from the finished picture. Raises CardError."""
    for mark in marks:
        if isinstance(mark, Code) and mark.content not in codes.read(image.crop(quiet_zone(mark))):
            raise CardError(
                _("the QR code for {link} can't be read from the finished card", link=mark.content),
                hint=_("let the template give it more room"),
                slot=LINK,
            )


def _fault_of(error: CardError) -> Fault:
    codes_by_kind = {
        TextDoesNotFit: "card-text-too-long", AssetMissing: "card-asset-missing", ScriptNotShaped: "card-script",
    }  # fmt: skip
    code = "card-link" if error.slot == LINK else codes_by_kind.get(type(error), "card-character-unknown")
    path = (LINK,) if error.slot == LINK else ("slots", error.slot) if error.slot else ()
    return Fault(path=path, code=code, error=error)


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
