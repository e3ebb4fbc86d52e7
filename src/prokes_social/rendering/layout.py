"""An artboard, the words that fill it and the look of a brand in; marks with their places out. Arithmetic only.

Three dials set a card. `type` moves every text between its smallest and largest size, all together, so that the
order of importance stays; it is turned as high as the box allows. `spare` is the room then given to a picture that
may take what the texts leave. `room` moves every gap and padding between tight and roomy with what is left over.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from prokes_social.errors import TextDoesNotFit
from prokes_social.i18n import _, n_
from prokes_social.model.brand import Rgb
from prokes_social.model.platform import Size
from prokes_social.model.template import (
    Artboard,
    Box,
    CircleLayer,
    GradientLayer,
    IconLayer,
    ImageLayer,
    Layer,
    Plate,
    QrLayer,
    RectLayer,
    RepeatLayer,
    RowLayer,
    Sides,
    Span,
    StackLayer,
    Style,
    TextLayer,
    descend,
)
from prokes_social.rendering.fitting import NO_BREAK, Overflow, Setting, Word, fit
from prokes_social.rendering.marks import AnyMark, Block, Code, Corners, Gradient, Icon, Line, Picture, Shape
from prokes_social.rendering.typefaces import Face
from prokes_social.rendering.words import Values, has_content, visible

_TYPE_STEPS = 24  #: of the type dial; finer than the eye
_COMFORT = 0.5  #: of the room dial
_YIELDING = (0.8, 0.6, 0.45)  #: how far down the type dial words make room for a picture
_SHAPES = (RectLayer, CircleLayer, GradientLayer)


@dataclass(frozen=True)
class Look:
    """What the brand kit lends to a layout."""

    color: Callable[[str], Rgb]
    faces: Mapping[Style, Face]
    aspect: Callable[[str], float]  #: a picture's width divided by its height
    code_side: Callable[[str, int], int]  #: px of a QR code for a link, in whole modules, in at most so many px
    radius: float = 1.0


@dataclass(frozen=True)
class _Dials:
    type: float = 1.0
    room: float = 0.0
    spare: float = 0.0  #: px
    caps: Mapping[int, int] = field(default_factory=dict)  #: largest size of a text in rows, by the layer's identity

    def size(self, layer: TextLayer | IconLayer) -> tuple[int, int]:
        low, high = layer.size
        reach = round(low + (high - low) * self.type)
        return low, max(low, min(reach, self.caps.get(id(layer), reach)))

    def space(self, span: Span) -> float:
        return span[0] + (span[1] - span[0]) * self.room

    def sides(self, pad: Sides) -> tuple[float, float, float, float]:
        top, right, bottom, left = (self.space(span) for span in pad)
        return top, right, bottom, left


def compose(layers: Sequence[Layer], artboard: Artboard, size: Size, values: Values, look: Look) -> list[AnyMark]:
    """Every mark of these layers, back to front. Raises TextDoesNotFit."""
    marks: list[AnyMark] = []
    for layer in layers:
        if visible(layer, values):
            box = layer.box or _default_box(layer, artboard, size)
            marks += (
                [_shape(layer, box, look)] if isinstance(layer, _SHAPES) else _Setter(look).into(layer, box, values)
            )
    return marks


def _default_box(layer: Layer, artboard: Artboard, size: Size) -> Box:
    """Shapes cover the artboard, everything else keeps to its safe area."""
    if isinstance(layer, _SHAPES):
        return (0, 0, size.width, size.height)
    top, right, bottom, left = (span[0] for span in artboard.safe)
    return (left, top, size.width - left - right, size.height - top - bottom)


def _corners(radius: tuple[int, int, int, int], look: Look) -> Corners:
    one, two, three, four = (corner * look.radius for corner in radius)
    return one, two, three, four


def _shape(layer: RectLayer | CircleLayer | GradientLayer, box: Box, look: Look) -> AnyMark:
    x, y, width, height = box
    if isinstance(layer, GradientLayer):
        first, last = (look.color(color) for color in layer.gradient)
        return Gradient(
            x=x, y=y, width=width, height=height, radius=_corners(layer.radius, look),
            first=first, last=last, angle=layer.angle,
        )  # fmt: skip
    if isinstance(layer, CircleLayer):
        half = width / 2
        plate = Plate(color=layer.circle, opacity=layer.opacity, border=layer.border)
        return _surface(plate, box, (half, half, half, half), look)
    plate = Plate(color=layer.rect, opacity=layer.opacity, border=layer.border)
    return _surface(plate, box, _corners(layer.radius, look), look)


def _surface(plate: Plate, box: tuple[float, float, float, float], radius: Corners, look: Look) -> Shape:
    x, y, width, height = box
    return Shape(
        x=x, y=y, width=width, height=height, radius=radius, opacity=plate.opacity,
        color=look.color(plate.color) if plate.color else None,
        border=look.color(plate.border.color) if plate.border else None,
        border_width=plate.border.width if plate.border else 0,
    )  # fmt: skip


#: How each text was set before, by its layer's identity, text, width and sizes: the dials come back to the same ones.
_Settings = dict[tuple[int, str, float, tuple[int, int]], Setting]


class _Setter:
    """Sets one box: turns the dials until everything in it fits, then places it."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._known: _Settings = {}

    def into(self, layer: Layer, box: Box, values: Values) -> list[AnyMark]:
        x, y, width, height = box
        dials = self._turned(layer, values, width, height)
        block = self._block(layer, values, width, dials, least=height)
        across = _align(layer.align) * (width - block.width)
        return list(block.at(x + across, y))

    def _turned(self, layer: Layer, values: Values, width: float, height: float) -> _Dials:
        def needs(dials: _Dials) -> float:
            return self._block(layer, values, width, dials).height

        # Large type in cramped spaces looks worse than a size less: comfort first, the tightest gaps only at need.
        size = self._largest_type(needs, height)
        dials = _Dials(type=size or 0.0)
        if size is None and needs(dials) > height + 0.5:
            raise self._too_tall(layer, values, width, height)
        dials = self._with_spare(layer, values, dials, lambda dials: height - needs(dials))
        return replace(dials, room=_roomiest(lambda room: needs(replace(dials, room=room)), height))

    def _largest_type(self, needs: Callable[[_Dials], float], height: float) -> float | None:
        """By halving, as larger type never needs less height; None where even the smallest is too tall."""

        def fits(step: int) -> bool:
            return needs(_Dials(type=step / _TYPE_STEPS, room=_COMFORT)) <= height

        low, high = 0, _TYPE_STEPS
        if fits(high):
            return 1.0
        if not fits(low):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        return low / _TYPE_STEPS

    def _with_spare(self, layer: Layer, values: Values, dials: _Dials, left: Callable[[_Dials], float]) -> _Dials:
        """Give the picture what the words leave; for its sake they may be set a little smaller than they could."""
        spans = [each.spare for each in descend(layer) if _takes_spare(each, values) and isinstance(each, ImageLayer)]
        sizes = [dials.type, *(size for size in _YIELDING if size < dials.type)]
        tries = [(span, size, room) for span in spans if span for size in sizes for room in (1.0, _COMFORT)]
        for (least, most), size, room in tries:
            # With the smallest picture in place the gap above it is counted too.
            tried = replace(dials, type=size, room=room, spare=least)
            if (free := left(tried)) >= 0:
                return replace(dials, type=size, spare=min(most, least + free))
        return dials

    def _too_tall(self, layer: Layer, values: Values, width: float, height: float) -> TextDoesNotFit:
        block = self._block(layer, values, width, _Dials(type=0.0))
        lines = [mark for mark in block.at(0, 0) if isinstance(mark, Line) and mark.slot]
        counts = Counter(line.slot for line in lines)
        # The slot with the most lines can give the most.
        slot = counts.most_common(1)[0][0] if counts else None
        mine = [line for line in lines if line.slot == slot]
        leading = sum(line.size for line in mine) / len(mine) * 1.3 if mine else height
        over = max(1, round((block.height - height) / leading + 0.49))
        return TextDoesNotFit(
            n_("{slot} is {count} line too long", "{slot} is {count} lines too long", over, slot=slot),
            hint=_("shorten it by about {count} characters", count=over * _characters_a_line(mine)),
            slot=slot,
        )

    def _block(self, layer: Layer, values: Values, width: float, dials: _Dials, least: float = 0.0) -> Block:
        """The layer with its plate, at least `least` px tall where it can be."""
        top, right, bottom, left = dials.sides(layer.pad)
        room = (layer.width or width) - left - right
        content = self._content(layer, values, room, dials, max(0.0, least - top - bottom))
        tall, wide = content.height + top + bottom, content.width + left + right
        plate = self._plate(layer.plate, wide, tall) if layer.plate else ()
        return Block(width=wide, height=tall, parts=(*((0, 0, each) for each in plate), (left, top, content)))

    def _plate(self, plate: Plate, width: float, height: float) -> Iterator[AnyMark]:
        # Corners never meet: a pill stays a pill.
        one, two, three, four = (min(c, width / 2, height / 2) for c in _corners(plate.radius, self._look))
        yield _surface(plate, (0, 0, width, height), (one, two, three, four), self._look)

    def _content(self, layer: Layer, values: Values, width: float, dials: _Dials, least: float) -> Block:
        if isinstance(layer, StackLayer):
            return self._stack(layer, values, width, dials, least)
        if isinstance(layer, RowLayer):
            return self._row(layer, values, width, dials, least)
        if isinstance(layer, RepeatLayer):
            return self._repeat(layer, values, width, dials, least)
        if isinstance(layer, TextLayer):
            return self._text(layer, values, width, dials)
        return self._drawing(layer, values, width, dials)

    def _stack(self, layer: StackLayer, values: Values, width: float, dials: _Dials, least: float) -> Block:
        shown = _shown(layer.stack, values, dials)
        blocks = [self._block(each, values, width, dials) for each in shown]
        gap = dials.space(layer.gap)
        tall = sum(block.height for block in blocks) + gap * max(len(blocks) - 1, 0)
        filling = next((n for n, each in enumerate(shown) if each.fill and least > tall), None)
        if filling is not None:
            wanted = blocks[filling].height + least - tall
            blocks[filling] = self._block(shown[filling], values, width, dials, wanted)
            tall = least
        width = max((block.width for block in blocks), default=0.0) if layer.hug else width
        y = _rest(layer.rest) * max(0.0, least - tall)
        parts: list[tuple[float, float, Block]] = []
        for each, block in zip(shown, blocks, strict=True):
            parts.append((_align(each.align) * (width - block.width), y, block))
            y += block.height + gap
        return Block(width=width, height=max(tall, least), parts=tuple(parts))

    def _row(self, layer: RowLayer, values: Values, width: float, dials: _Dials, least: float) -> Block:
        shown = _shown(layer.row, values, dials)
        gap = dials.space(layer.gap)
        widths = self._row_widths(shown, values, width - gap * max(len(shown) - 1, 0), dials)
        blocks = [self._block(each, values, wide, dials) for each, wide in zip(shown, widths, strict=True)]
        tall = max([least, *(block.height for block in blocks)])
        for n, each in enumerate(shown):
            if each.fill:
                blocks[n] = self._block(each, values, widths[n], dials, tall)
        parts: list[tuple[float, float, Block]] = []
        x = 0.0
        for each, block, wide in zip(shown, blocks, widths, strict=True):
            across, down = _align(each.align) * (wide - block.width), _rest(layer.rest) * (tall - block.height)
            parts.append((x + across, down, block))
            x += wide + gap
        return Block(width=x - gap if layer.hug else width, height=tall, parts=tuple(parts))

    def _row_widths(self, shown: Sequence[Layer], values: Values, width: float, dials: _Dials) -> list[float]:
        """Own widths first, words after drawings; the rest is shared evenly."""
        own: dict[int, float] = {}
        for n, each in sorted(enumerate(shown), key=lambda pair: pair[1].hug):
            if not _is_open(each):
                own[n] = self._block(each, values, width - sum(own.values()), dials).width
        open_ones = len(shown) - len(own)
        share = (width - sum(own.values())) / open_ones if open_ones else 0.0
        return [own.get(n, share) for n in range(len(shown))]

    def _repeat(self, layer: RepeatLayer, values: Values, width: float, dials: _Dials, least: float) -> Block:
        slot = layer.repeat.strip("{}")
        rows = [values.of_row(slot, row) for row in values.rows.get(slot, ())]
        dials = replace(dials, caps=self._common_sizes(layer.each, rows, width, dials))
        blocks = [self._block(layer.each, row, width, dials) for row in rows]
        gap = dials.space(layer.gap)
        level = _level([block.height for block in blocks], least - gap * (len(rows) - 1), layer.tallest)
        blocks = [self._block(layer.each, row, width, dials, least=level) for row in rows]
        tall = sum(block.height for block in blocks) + gap * (len(blocks) - 1)
        y = max(0.0, least - tall) / 2
        parts: list[tuple[float, float, Block]] = []
        for block in blocks:
            parts.append((0, y, block))
            y += block.height + gap
        return Block(width=width, height=max(tall, least), parts=tuple(parts))

    def _common_sizes(self, each: Layer, rows: Sequence[Values], width: float, dials: _Dials) -> dict[int, int]:
        """The size of each text that all rows can have: rows set in different sizes look like a mistake."""
        reached: dict[int, int] = {}

        def note(layer: TextLayer, setting: Setting) -> None:
            reached[id(layer)] = min(setting.size, reached.get(id(layer), setting.size))

        noting = _Noting(self._look, note, self._known)
        for row in rows:
            noting._block(each, row, width, dials)
        return reached

    def _set(self, layer: TextLayer, values: Values, width: float, dials: _Dials) -> Setting:
        text = values.fill(layer.text)
        text = text.upper() if layer.capitals else text
        # A hundredth of a px: a text measured to be this wide must fit where it was measured.
        return self._setting(layer, text, width + 0.01, dials.size(layer), values.slot(layer.text))

    def _setting(self, layer: TextLayer, text: str, width: float, sizes: tuple[int, int], slot: str | None) -> Setting:
        key = (id(layer), text, width, sizes)
        if key not in self._known:
            face = self._look.faces[layer.font]
            try:
                self._known[key] = fit(text, lambda word: face.width(word, layer.tracking), width, sizes, layer.lines)
            except Overflow as overflow:
                raise _too_long(text, slot, layer.lines, overflow) from None
        return self._known[key]

    def _text(self, layer: TextLayer, values: Values, width: float, dials: _Dials) -> Block:
        setting = self._set(layer, values, width, dials)
        face, size = self._look.faces[layer.font], setting.size
        step, capitals = round(layer.leading * size), face.capitals * size
        widths = [face.width(_joined(words), layer.tracking) * size for words in setting.lines]
        own = min(width, max(widths, default=0.0)) if layer.hug else width
        parts: list[tuple[float, float, Line]] = []
        for n, (words, wide) in enumerate(zip(setting.lines, widths, strict=True)):
            across = _align(layer.align) * (own - wide)
            parts += [(across, n * step, run) for run in self._runs(layer, words, size, values)]
        return Block(width=own, height=capitals + step * (len(setting.lines) - 1), parts=tuple(parts))

    def _runs(self, layer: TextLayer, words: Sequence[Word], size: int, values: Values) -> Iterator[Line]:
        """One line of type, cut where its colour changes."""
        face = self._look.faces[layer.font]
        # Large and small type share their left edge where the ink begins, not where the pen is set down.
        x = -face.bearing(words[0].text[0]) * size if layer.align == "left" else 0.0
        space = (face.width(" ") + layer.tracking) * size
        for run in _by_colour(words):
            color = layer.mark if layer.mark and run[0].marked else layer.color
            text = _joined(run)
            wide = face.width(text, layer.tracking) * size
            yield Line(
                x=x, y=0, width=wide, height=face.capitals * size, text=text, style=layer.font, size=size,
                color=self._look.color(color), tracking=layer.tracking, slot=values.slot(layer.text),
            )  # fmt: skip
            x += wide + space + layer.tracking * size

    def _drawing(self, layer: Layer, values: Values, width: float, dials: _Dials) -> Block:
        if isinstance(layer, IconLayer):
            return self._icon(layer, values, dials)
        if isinstance(layer, ImageLayer):
            return self._image(layer, values, width, dials)
        if isinstance(layer, QrLayer):
            return self._code(layer, values)
        if isinstance(layer, _SHAPES):
            # A line between two texts, as a rule.
            box = (0, 0, round(width), getattr(layer, "height", None) or 0)
            return _block_of(width, box[3], _shape(layer, box, self._look))
        return Block(width=width, height=0.0)

    def _icon(self, layer: IconLayer, values: Values, dials: _Dials) -> Block:
        size = dials.size(layer)[1]
        color, slot = self._look.color(layer.color), values.slot(layer.icon)
        icon = Icon(x=0, y=0, width=size, height=size, name=values.fill(layer.icon), color=color, slot=slot)
        return _block_of(size, size, icon)

    def _code(self, layer: QrLayer, values: Values) -> Block:
        content = values.fill(layer.qr)
        side = self._look.code_side(content, layer.size)
        # On a plate, the plate's padding is the quiet zone.
        ground = None if layer.plate else self._look.color(layer.ground)
        color = self._look.color(layer.color)
        code = Code(x=0, y=0, width=side, height=side, content=content, color=color, ground=ground)
        return _block_of(side, side, code)

    def _image(self, layer: ImageLayer, values: Values, width: float, dials: _Dials) -> Block:
        name = layer.image.removeprefix("brand.")
        aspect = self._look.aspect(name)
        tall = dials.spare if layer.spare else float(layer.height or (layer.width or width) / aspect)
        tall = min(tall, width / aspect)
        tint = self._look.color(layer.color) if layer.color else None
        picture = Picture(x=0, y=0, width=tall * aspect, height=tall, name=name, tint=tint, opacity=layer.opacity)
        return _block_of(picture.width, tall, picture, *self._icon_inside(layer, values, picture))

    def _icon_inside(self, layer: ImageLayer, values: Values, picture: Picture) -> Iterator[Icon]:
        if layer.icon and (name := values.fill(layer.icon)):
            side = picture.height * layer.icon_size
            x, y, color = (
                (picture.width - side) / 2,
                (picture.height - side) / 2,
                self._look.color("brand.primary_dark"),
            )
            yield Icon(x=x, y=y, width=side, height=side, name=name, color=color, slot=values.slot(layer.icon))


class _Noting(_Setter):
    """Sets rows only to see which sizes their texts reach."""

    def __init__(self, look: Look, note: Callable[[TextLayer, Setting], None], known: "_Settings") -> None:
        super().__init__(look)
        self._note = note
        self._known = known

    def _set(self, layer: TextLayer, values: Values, width: float, dials: _Dials) -> Setting:
        setting = super()._set(layer, values, width, dials)
        self._note(layer, setting)
        return setting


def _roomiest(needs: Callable[[float], float], height: float) -> float:
    """How far the room dial can be turned."""
    tight, roomy = needs(0.0), needs(1.0)
    if roomy <= height:
        return 1.0
    # Heights grow evenly with the dial, so that two of them give the answer; except that padding beside a text
    # makes it narrower, and it may then need a line more.
    high = max(0.0, (height - tight) / (roomy - tight)) if roomy > tight else 0.0
    if needs(high) <= height + 0.5:
        return high
    low = 0.0
    for _step in range(5):
        middle = (low + high) / 2
        low, high = (middle, high) if needs(middle) <= height else (low, middle)
    return low


def _block_of(width: float, height: float, *marks: AnyMark) -> Block:
    return Block(width=width, height=height, parts=tuple((0, 0, mark) for mark in marks))


def _level(heights: Sequence[float], room: float, tallest: float) -> float:
    """To which height rows are filled up, the shortest first, as water would: even where there is room for it."""
    level, ordered = 0.0, sorted(heights)
    for count, height in enumerate(ordered, 1):
        reached = (room - sum(ordered[count:])) / count
        level = min(reached, ordered[count]) if count < len(ordered) else reached
        if level < height or (count < len(ordered) and reached < ordered[count]):
            break
    return min(level, max(tallest, ordered[-1]))


def _shown(layers: Sequence[Layer], values: Values, dials: _Dials) -> list[Layer]:
    return [each for each in layers if has_content(each, values) and (dials.spare or not getattr(each, "spare", None))]


def _takes_spare(layer: Layer, values: Values) -> bool:
    return isinstance(layer, ImageLayer) and layer.spare is not None and visible(layer, values)


def _is_open(layer: Layer) -> bool:
    """Whether a layer in a row takes a share of the width instead of its own."""
    if layer.width is not None or layer.hug:
        return False
    return isinstance(layer, StackLayer | RowLayer | RepeatLayer | RectLayer | TextLayer)


def _align(align: str) -> float:
    return {"left": 0.0, "center": 0.5, "right": 1.0}[align]


def _rest(rest: str) -> float:
    return {"top": 0.0, "middle": 0.5, "bottom": 1.0}[rest]


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words).replace(NO_BREAK, " ")


def _by_colour(words: Sequence[Word]) -> list[list[Word]]:
    runs: list[list[Word]] = []
    for word in words:
        if runs and runs[-1][0].marked == word.marked:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _characters_a_line(lines: Sequence[Line]) -> int:
    return round(sum(len(line.text) for line in lines) / len(lines)) if lines else 0


def _too_long(text: str, slot: str | None, lines: int, overflow: Overflow) -> TextDoesNotFit:
    if overflow.word:
        return TextDoesNotFit(
            _("the word {word} in {slot} is wider than its place", word=overflow.word, slot=slot),
            hint=_("use a shorter word, or put a space where it may break"),
            slot=slot,
        )
    over = round(len(text) * (1 - lines / overflow.needed))
    return TextDoesNotFit(
        n_(
            "{slot} needs {needed} lines even in the smallest type; there is room for {count} line",
            "{slot} needs {needed} lines even in the smallest type; there is room for {count} lines",
            lines, slot=slot, needed=overflow.needed,
        ),
        hint=_("shorten it by about {count} characters", count=over),
        slot=slot,
    )  # fmt: skip
