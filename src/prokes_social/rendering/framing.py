"""The marks of a card with a photograph in, the card with a hole in its place out: for a photo that we never see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy
from PIL import Image

from prokes_social.model.platform import Size
from prokes_social.model.template import Artboard, PhotoLayer, Template, names_of
from prokes_social.rendering.drawing import Canvas, Cuts
from prokes_social.rendering.marks import AnyMark, Photo
from prokes_social.rendering.splicing import Box

#: What the photograph's slot says while there is only the place for it.
HOLE = "hole"
#: A card is a frame where the photograph takes at least this share of it; a portrait beside a name does not.
_FRAME = 0.1
_QUALITY = 88


@dataclass(frozen=True, kw_only=True)
class Frame:
    """`data` is a WebP that is transparent where the photograph shows through."""

    data: bytes
    hole: Box


def photo_slots(template: Template) -> list[str]:
    return [name for name in template.personal if template.slots[name].kind == "photo"]


def is_frame(template: Template, artboard: Artboard, size: Size) -> bool:
    own = set(photo_slots(template))
    boxes = [layer.box for layer in artboard.layers if isinstance(layer, PhotoLayer) and names_of(layer) & own]
    return any(box[2] * box[3] > _FRAME * size.width * size.height for box in boxes if box)


def hole_of(marks: Sequence[AnyMark]) -> Box:
    """Left, top, right and bottom of the place, px."""
    return next(mark.edges() for mark in marks if isinstance(mark, Photo) and mark.name == HOLE)


def framed(marks: Sequence[AnyMark], cut: Cuts, canvas: Callable[[Cuts], Canvas]) -> Frame:
    """Drawn once over black and once over white: where the two differ, the photograph will show through."""
    dark, light = (_over(level, marks, cut, canvas) for level in (0, 255))
    cover = 255 - (light - dark).max(axis=2)
    color = numpy.clip(dark * 255 / numpy.maximum(cover, 1)[..., None], 0, 255)
    image = Image.fromarray(numpy.dstack([color, cover]).round().astype(numpy.uint8), "RGBA")
    file = BytesIO()
    image.save(file, "WEBP", quality=_QUALITY, method=4)
    return Frame(data=file.getvalue(), hole=hole_of(marks))


def _over(
    level: int, marks: Sequence[AnyMark], cut: Cuts, canvas: Callable[[Cuts], Canvas]
) -> "numpy.typing.NDArray[numpy.float32]":
    drawing = canvas(partial(_plain, level, cut))
    drawing.draw(marks)
    return numpy.asarray(drawing.image, numpy.float32)


def _plain(level: int, cut: Cuts, name: str, size: tuple[int, int], focus: tuple[float, float]) -> Image.Image:
    return Image.new("RGB", size, (level, level, level)) if name == HOLE else cut(name, size, focus)
