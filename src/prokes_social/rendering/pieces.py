"""A layer that is no text and no container in, a block of marks out: icons, pictures, photographs, figures, codes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import cos, pi, sin

from prokes_social.model.brand import Rgb, luminance
from prokes_social.model.template import (
    BarLayer,
    Border,
    CircleLayer,
    GradientLayer,
    IconLayer,
    ImageLayer,
    Layer,
    PhotoLayer,
    Plate,
    QrLayer,
    RectLayer,
    RingLayer,
)
from prokes_social.rendering import codes
from prokes_social.rendering.figures import initials, share
from prokes_social.rendering.look import Dials, Look
from prokes_social.rendering.marks import (
    AnyMark,
    Arc,
    Block,
    Code,
    Corners,
    Gradient,
    Icon,
    Line,
    Photo,
    Picture,
    Shape,
    Tick,
)
from prokes_social.rendering.words import Values

SHAPES = (RectLayer, CircleLayer, GradientLayer)
_NOTCH, _NOTCH_GAP = 6, 5  #: px; a target on a bar or ring, and what keeps it clear of a ring's own colour
#: The light plate that a code gets on dark paper, px: its corners, and how wide it may be where the code is small.
_CODE_RADIUS, _CODE_PLATE = (20, 20, 20, 20), 190
_INITIALS = 0.36  #: of the disc's height
#: How much of a ring's hole its content may fill; the corners of a square would touch the ring.
_HOLE = 0.78

#: How a layer inside another is set, in so many px.
Inside = Callable[[Layer, float], Block]


class Pieces:
    """Leaf layers of one look."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def block(self, layer: Layer, values: Values, width: float, least: float, dials: Dials, inside: Inside) -> Block:
        """`width` px wide where it takes what there is; `least` px tall where it fills."""
        match layer:
            case IconLayer():
                return self._icon(layer, values, dials)
            case ImageLayer():
                return self._image(layer, values, width, dials)
            case PhotoLayer():
                return self._photo(layer, values, width, least)
            case BarLayer():
                return self._bar(layer, values, width)
            case RingLayer():
                return self._ring(layer, values, inside)
            case QrLayer():
                return self._code(layer, values)
            case RectLayer() | CircleLayer() | GradientLayer():
                # A line between two texts, as a rule.
                tall = getattr(layer, "height", None) or 0
                return _block_of(width, tall, self.shape(layer, (0, 0, width, tall)))
        return Block(width=width, height=0.0)

    # --- shapes ---

    def shape(self, layer: RectLayer | CircleLayer | GradientLayer, box: tuple[float, float, float, float]) -> AnyMark:
        x, y, width, height = box
        if isinstance(layer, GradientLayer):
            first, last = (self._look.color(color) for color in layer.gradient)
            return Gradient(
                x=x, y=y, width=width, height=height, radius=self._look.corners(layer.radius),
                first=first, last=last, angle=layer.angle,
            )  # fmt: skip
        if isinstance(layer, CircleLayer):
            plate = Plate(color=layer.circle, opacity=layer.opacity, border=layer.border)
            return self.surface(plate, box, (width / 2,) * 4)
        plate = Plate(color=layer.rect, opacity=layer.opacity, border=layer.border)
        return self.surface(plate, box, self._look.corners(layer.radius))

    def surface(self, plate: Plate, box: tuple[float, float, float, float], radius: Corners) -> Shape:
        x, y, width, height = box
        return Shape(
            x=x, y=y, width=width, height=height, radius=radius, opacity=plate.opacity,
            color=self._look.color(plate.color) if plate.color else None,
            border=self._look.color(plate.border.color) if plate.border else None,
            border_width=plate.border.width if plate.border else 0,
        )  # fmt: skip

    def plate(self, plate: Plate, width: float, height: float) -> Shape:
        """Behind a part. Corners never meet: a pill stays a pill."""
        return self.surface(plate, (0, 0, width, height), _within(self._look.corners(plate.radius), width, height))

    # --- icons, pictures, codes ---

    def _icon(self, layer: IconLayer, values: Values, dials: Dials) -> Block:
        size = dials.size(layer)[1]
        color, slot = self._look.color(layer.color), values.slot(layer.icon)
        icon = Icon(x=0, y=0, width=size, height=size, name=values.fill(layer.icon), color=color, slot=slot)
        return _block_of(size, size, icon)

    def _code(self, layer: QrLayer, values: Values) -> Block:
        content = values.fill(layer.qr)
        side = self._look.code_side(content, layer.size)
        colors = self._dark_and_light(layer)
        dark, light = (self._look.color(color) for color in colors)
        # On a plate, the plate's padding is the quiet zone; on paper it is the paper around it.
        ground = None if layer.plate else light
        code = Code(x=0, y=0, width=side, height=side, content=content, color=dark, ground=ground)
        if layer.plate or colors[0] == layer.color:
            return _block_of(side, side, code)
        side = min(side, codes.side_in_plate(content, max(layer.size, _CODE_PLATE)))
        quiet = codes.quiet(content, side)
        plate = self.plate(Plate(color=colors[1], radius=_CODE_RADIUS), side + 2 * quiet, side + 2 * quiet)
        inside = replace(code, x=quiet, y=quiet, width=side, height=side, ground=None)
        return _block_of(plate.width, plate.height, plate, inside)

    def _dark_and_light(self, layer: QrLayer) -> tuple[str, str]:
        """A code's two colours, changed round in a dark brand kit: many phones read no light code on dark ground."""
        color, ground = layer.color, (layer.plate.color if layer.plate else None) or layer.ground
        light_on_dark = luminance(self._look.color(color)) > luminance(self._look.color(ground))
        return (ground, color) if light_on_dark else (color, ground)

    def plate_of(self, layer: Layer) -> Plate | None:
        """What lies behind a layer; behind a code its lighter colour."""
        if not isinstance(layer, QrLayer) or not layer.plate or not layer.plate.color:
            return layer.plate
        return layer.plate.model_copy(update={"color": self._dark_and_light(layer)[1]})

    def _image(self, layer: ImageLayer, values: Values, width: float, dials: Dials) -> Block:
        name = layer.image.removeprefix("brand.")
        aspect = self._look.aspect(name)
        tall = dials.spare if layer.spare else float(layer.height or (layer.width or width) / aspect)
        tall = min(tall, width / aspect, float(layer.box[3]) if layer.box else tall)
        tint = self._look.color(layer.color) if layer.color else None
        picture = Picture(x=0, y=0, width=tall * aspect, height=tall, name=name, tint=tint, opacity=layer.opacity)
        return _block_of(picture.width, tall, picture, *self._icon_on(layer, values, picture))

    def _icon_on(self, layer: ImageLayer, values: Values, picture: Picture) -> Iterator[Icon]:
        if layer.icon and (name := values.fill(layer.icon)):
            side = picture.height * layer.icon_size
            x, y = (picture.width - side) / 2, (picture.height - side) / 2
            color = self._look.color("brand.primary_dark")
            yield Icon(x=x, y=y, width=side, height=side, name=name, color=color, slot=values.slot(layer.icon))

    # --- photographs ---

    def _photo(self, layer: PhotoLayer, values: Values, width: float, least: float) -> Block:
        wide, tall = _frame(layer, width, least)
        radius = (tall / 2,) * 4 if layer.shape == "circle" else self._look.corners(layer.radius)
        radius = _within(radius, wide, tall)
        name = values.fill(layer.photo)
        if name:
            photo = Photo(x=0, y=0, width=wide, height=tall, name=name, focus=layer.focus, radius=radius)
            return _block_of(wide, tall, photo, *self._border(layer.border, wide, tall, radius))
        disc = self.surface(Plate(color=layer.color), (0, 0, wide, tall), radius)
        letters = self._initials(layer, values, wide, tall)
        return _block_of(wide, tall, disc, *letters, *self._border(layer.border, wide, tall, radius))

    def _border(self, border: Border | None, width: float, height: float, radius: Corners) -> Iterator[Shape]:
        if border:
            yield self.surface(Plate(border=border), (0, 0, width, height), radius)

    def _initials(self, layer: PhotoLayer, values: Values, width: float, height: float) -> Iterator[Line]:
        if letters := initials(values.fill(layer.initials or "")):
            face, size = self._look.faces["title"], round(min(width, height) * _INITIALS)
            wide, capitals = face.width(letters) * size, face.capitals * size
            yield Line(
                x=(width - wide) / 2, y=(height - capitals) / 2, width=wide, height=capitals, text=letters,
                style="title", size=size, color=self._look.color(layer.ink), slot=values.slot(layer.initials or ""),
            )  # fmt: skip

    # --- figures ---

    def _bar(self, layer: BarLayer, values: Values, width: float) -> Block:
        tall, radius = layer.height, self._look.corners(layer.radius)
        full = self.surface(Plate(color=layer.ground), (0, 0, width, tall), _within(radius, width, tall))
        # A sliver narrower than its round ends would look like a speck.
        long = max(share(values.fill(layer.bar), layer.most) * width, min(tall, width))
        part = self.surface(Plate(color=layer.color), (0, 0, long, tall), _within(radius, long, tall))
        return _block_of(width, tall, full, part, *self._notch(layer, values, width))

    def _notch(self, layer: BarLayer, values: Values, width: float) -> Iterator[Shape]:
        if layer.target and (target := values.fill(layer.target)):
            x = share(target, layer.most) * width - _NOTCH / 2
            yield self.surface(Plate(color=layer.notch), (x, -_NOTCH, _NOTCH, layer.height + 2 * _NOTCH), (0, 0, 0, 0))

    def _ring(self, layer: RingLayer, values: Values, inside: Inside) -> Block:
        place = {"x": 0, "y": 0, "width": layer.size, "height": layer.size, "thickness": layer.thickness}
        ground = Arc(**place, share=1.0, color=self._look.color(layer.ground))
        arc = Arc(**place, share=share(values.fill(layer.ring), layer.most), color=self._look.color(layer.color))
        parts: list[tuple[float, float, Block | AnyMark]] = [(0, 0, ground), (0, 0, arc)]
        parts += [(0, 0, each) for each in self._notch_across(layer, values)]
        if layer.inside:
            hole = inside(layer.inside, (layer.size - 2 * layer.thickness) * _HOLE)
            parts.append(((layer.size - hole.width) / 2, (layer.size - hole.height) / 2, hole))
        return Block(width=layer.size, height=layer.size, parts=tuple(parts))

    def _notch_across(self, layer: RingLayer, values: Values) -> Iterator[Tick]:
        """A gap as wide as the ring, so that the line is seen on the figure's own colour too; then the line."""
        if layer.target and (target := values.fill(layer.target)):
            turn = share(target, layer.most)
            gap, line = _NOTCH + 2 * _NOTCH_GAP, layer.thickness + 2 * _NOTCH
            yield _across(layer, turn, layer.thickness, gap, self._look.color(layer.ground))
            yield _across(layer, turn, line, _NOTCH, self._look.color(layer.notch))


def _across(layer: RingLayer, turn: float, length: float, thickness: float, color: Rgb) -> Tick:
    """A stroke that stands on a ring as a spoke does, around the middle of its band."""
    radius, side = (layer.size - layer.thickness) / 2, length + thickness
    x, y = layer.size / 2 + radius * sin(2 * pi * turn), layer.size / 2 - radius * cos(2 * pi * turn)
    return Tick(
        x=x - side / 2, y=y - side / 2, width=side, height=side,
        turn=turn, length=length, thickness=thickness, color=color,
    )  # fmt: skip


def _frame(layer: PhotoLayer, width: float, least: float) -> tuple[float, float]:
    """Px of a photograph: its box, else its height, else the room there is."""
    if layer.box:
        return layer.box[2], layer.box[3]
    if layer.height:
        return layer.height * layer.aspect, layer.height
    return width, max(width / layer.aspect, least) if layer.fill else width / layer.aspect


def _within(radius: Corners, width: float, height: float) -> Corners:
    one, two, three, four = (min(corner, width / 2, height / 2) for corner in radius)
    return one, two, three, four


def _block_of(width: float, height: float, *marks: AnyMark) -> Block:
    return Block(width=width, height=height, parts=tuple((0, 0, mark) for mark in marks))
