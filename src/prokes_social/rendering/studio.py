"""Templates, brand kits and a request in; a card with its digests out, or everything that stands in its way.

A studio compiles once for each template, brand and size: the layers that no slot touches become the base picture,
which is copied for every card. The marks of one card come from `layout`, their pixels from `drawing`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from PIL import Image

from prokes_social.errors import AssetMissing, CardError, TextDoesNotFit
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.template import LINK, Artboard, IconLayer, ImageLayer, Layer, Template, names_of
from prokes_social.problem import Problem
from prokes_social.rendering import codes
from prokes_social.rendering.assets import Assets
from prokes_social.rendering.drawing import Canvas, blank, quiet_zone
from prokes_social.rendering.encoding import encode
from prokes_social.rendering.filling import Fault, faults_of, suggestion, values_of
from prokes_social.rendering.icons import icon_svg
from prokes_social.rendering.layout import Look, compose
from prokes_social.rendering.marks import AnyMark, Code, Line
from prokes_social.rendering.typefaces import faces_of, font_bytes
from prokes_social.rendering.words import Values

#: Part of every content digest: raised when the engine itself makes the same card look different.
ENGINE = 1


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
        kit = self.kit.model_dump(mode="json", include={"colors", "footer", "radius"})
        faces = {style: [_sha(font_bytes(face, self.kit)), face.weight] for style, face in self.kit.typefaces.items()}
        return {**kit, "typefaces": faces}

    def canvas(self, base: Image.Image) -> Canvas:
        return Canvas(base, self.look.faces, self.assets.picture, self.assets.icon)


@dataclass(frozen=True)
class _Job:
    """A request whose template, brand and size exist."""

    request: CardRequest
    template: Template
    artboard: Artboard
    bench: _Bench

    @property
    def size(self) -> Size:
        return self.request.size

    def values(self) -> Values:
        return values_of(self.request, self.template, self.bench.kit)


class Studio:
    """Draws cards. `templates` and `brands` by the names that campaigns use."""

    def __init__(self, templates: Mapping[str, Template], brands: Mapping[str, BrandKit]) -> None:
        self.templates = dict(templates)
        self.brands = dict(brands)
        self._benches = {name: _Bench(kit) for name, kit in self.brands.items()}
        self._bases: dict[tuple[str, str, Size], Image.Image] = {}
        self._boards: dict[tuple[str, Size], str] = {}
        # FreeType's faces are shared by all cards and belong to one thread at a time.
        self._one_at_a_time = Lock()

    def faults(self, request: CardRequest) -> list[Fault]:
        """Everything to mend before this request can be drawn, with the place of each in the card."""
        try:
            job = self._job(request)
        except _Unknown as unknown:
            return [unknown.fault]
        misfilled = list(faults_of(request, job.template, job.bench.kit))
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
        }
        return _sha(_canonical(content).encode())

    def render(self, request: CardRequest) -> Card:
        """Draw a card. Raises CardError, AssetMissing or TextDoesNotFit for the first of its faults."""
        job, marks = self._known(request), self.marks(request)
        with self._one_at_a_time:
            image = self._drawn(job, marks)
        data, media_type = encode(image, job.template.picture, spliced=bool(job.template.personal))
        return Card(
            request=request, content_digest=self.digest(request), file_digest=hashlib.sha256(data).hexdigest(),
            media_type=media_type, data=data,
        )  # fmt: skip

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
        canvas = job.bench.canvas(self._base(job).copy())
        canvas.draw(marks)
        _read_back(canvas.image, marks)
        return canvas.image

    def _base(self, job: _Job) -> Image.Image:
        """The picture of everything below the first layer that a slot touches."""
        key = (job.request.template, job.request.brand, job.size)
        if key not in self._bases:
            canvas = job.bench.canvas(blank(job.size))
            # Brand words alone: what is drawn here must not depend on any one request.
            words = {name: word for name, word in job.values().words.items() if name.startswith("brand.")}
            layers = _layers_of(job.artboard)[0]
            canvas.draw(compose(layers, job.artboard, job.size, Values(words), job.bench.look))
            self._bases[key] = canvas.image
        return self._bases[key]

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


def _refuse_strange_characters(marks: Sequence[AnyMark], look: Look) -> None:
    """Raises CardError where a text has a character that its typeface lacks, such as an emoji."""
    for mark in marks:
        if isinstance(mark, Line) and (strange := [c for c in mark.text if not look.faces[mark.style].has(c)]):
            raise CardError(
                _("the typeface has no character {character}, which {slot} uses", character=strange[0], slot=mark.slot),
                hint=_("leave it out of the card; it may stay in the text of the post"),
                slot=mark.slot,
            )


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
    codes_by_kind = {TextDoesNotFit: "card-text-too-long", AssetMissing: "card-asset-missing"}
    code = "card-link" if error.slot == LINK else codes_by_kind.get(type(error), "card-character-unknown")
    path = (LINK,) if error.slot == LINK else ("slots", error.slot) if error.slot else ()
    return Fault(path=path, code=code, error=error)


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
