"""An artboard, the words that fill it and the look of a brand in; marks with their places out. Arithmetic only.

Three dials set a card. `type` moves every text between its smallest and largest size, all together, so that the
order of importance stays; it is turned as high as the box allows. `spare` is the room then given to a picture that
may take what the texts leave. `room` moves every gap and padding between tight and roomy with what is left over.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from prokes_social.errors import ScriptNotShaped, TextDoesNotFit
from prokes_social.i18n import _, n_
from prokes_social.model.platform import Size
from prokes_social.model.template import (
    Artboard,
    Box,
    CircleLayer,
    GradientLayer,
    ImageLayer,
    Layer,
    PhotoLayer,
    RectLayer,
    RepeatLayer,
    RowLayer,
    StackLayer,
    TextLayer,
    descend,
)
from prokes_social.rendering.fitting import NO_BREAK, Overflow, Setting, Word, fit
from prokes_social.rendering.look import Dials, Look
from prokes_social.rendering.marks import AnyMark, Block, Line
from prokes_social.rendering.pieces import SHAPES, Pieces
from prokes_social.rendering.scripts import reads_right_to_left
from prokes_social.rendering.typefaces import Face, rooms_of
from prokes_social.rendering.words import Values, has_content, visible

_TYPE_STEPS = 24  #: of the type dial; finer than the eye
_COMFORT = 0.5  #: of the room dial
_MARGIN = 24  #: px from the card's edge that a hanging quotation mark keeps
_YIELDING = (0.8, 0.6, 0.45)  #: how far down the type dial words make room for a picture


def compose(layers: Sequence[Layer], artboard: Artboard, size: Size, values: Values, look: Look) -> list[AnyMark]:
    """Every mark of these layers, back to front. Raises TextDoesNotFit."""
    marks: list[AnyMark] = []
    for layer in layers:
        if visible(layer, values):
            box = layer.box or _default_box(layer, artboard, size)
            marks += _Setter(look).into(layer, box, values)
    return marks


def _default_box(layer: Layer, artboard: Artboard, size: Size) -> Box:
    """Shapes cover the artboard, everything else keeps to its safe area."""
    if isinstance(layer, SHAPES):
        return (0, 0, size.width, size.height)
    top, right, bottom, left = (span[0] for span in artboard.safe)
    return (left, top, size.width - left - right, size.height - top - bottom)


#: How each text was set before, by its layer's identity, text, width and sizes: the dials come back to the same ones.
_Settings = dict[tuple[int, str, float, tuple[int, int]], Setting]


class _Setter:
    """Sets one box: turns the dials until everything in it fits, then places it."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._pieces = Pieces(look)
        self._hanging = 1.0  #: share of an opening quotation mark that hangs outside the column
        self._known: _Settings = {}
        self._texts: dict[tuple[int, int, float], Block] = {}  #: by the layer's and the setting's identity, and width

    def into(self, layer: Layer, box: Box, values: Values) -> list[AnyMark]:
        if isinstance(layer, RectLayer | CircleLayer | GradientLayer):
            return [self._pieces.shape(layer, box)]
        marks = self._set_into(layer, box, values)
        hung = [mark for mark in marks if isinstance(mark, Line) and mark.hang]
        if (share := min((self._fitting_share(line) for line in hung), default=1.0)) < 1:
            self._hanging, self._known, self._texts = share, {}, {}
            marks = self._set_into(layer, box, values)
        return marks

    def _fitting_share(self, line: Line) -> float:
        """How much of a quotation mark may hang: near the card's edge, rather less than cut off."""
        ink = line.x + self._look.faces[line.style].bearing(line.text) * line.size
        return min(1.0, max(0.0, 1 - (_MARGIN - ink) / line.hang))

    def _set_into(self, layer: Layer, box: Box, values: Values) -> list[AnyMark]:
        x, y, width, height = box
        dials = self._turned(layer, values, width, height)
        block = self._block(layer, values, width, dials, least=height)
        across = _align(layer.align) * (width - block.width)
        return list(block.at(x + across, y))

    def _turned(self, layer: Layer, values: Values, width: float, height: float) -> Dials:
        if isinstance(layer, PhotoLayer):
            return Dials()  # nothing in it grows or shrinks

        def needs(dials: Dials) -> float:
            return self._block(layer, values, width, dials).height

        # Large type in cramped spaces looks worse than a size less: comfort first, the tightest gaps only at need.
        size = self._largest_type(needs, height)
        dials = Dials(type=size or 0.0)
        if size is None and needs(dials) > height + 0.5:
            raise self._too_tall(layer, values, width, height)
        dials = self._with_spare(layer, values, dials, lambda dials: height - needs(dials))
        return replace(dials, room=_roomiest(lambda room: needs(replace(dials, room=room)), height))

    def _largest_type(self, needs: Callable[[Dials], float], height: float) -> float | None:
        """By halving, as larger type never needs less height; None where even the smallest is too tall."""

        def fits(step: int) -> bool:
            return needs(Dials(type=step / _TYPE_STEPS, room=_COMFORT)) <= height

        low, high = 0, _TYPE_STEPS
        if fits(high):
            return 1.0
        if not fits(low):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(middle) else (low, middle)
        return low / _TYPE_STEPS

    def _with_spare(self, layer: Layer, values: Values, dials: Dials, left: Callable[[Dials], float]) -> Dials:
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
        block = self._block(layer, values, width, Dials(type=0.0))
        # Initials come from a slot as well, but nobody can shorten them.
        lines = [mark for mark in block.at(0, 0) if isinstance(mark, Line) and mark.slot and len(mark.text) > 2]
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

    def _block(self, layer: Layer, values: Values, width: float, dials: Dials, least: float = 0.0) -> Block:
        """The layer with its plate, at least `least` px tall where it can be."""
        top, right, bottom, left = dials.sides(layer.pad)
        room = (layer.width or width) - left - right
        content = self._content(layer, values, room, dials, max(0.0, least - top - bottom))
        tall, wide = content.height + top + bottom, content.width + left + right
        behind = self._pieces.plate_of(layer)
        plate = (self._pieces.plate(behind, wide, tall),) if behind else ()
        return Block(width=wide, height=tall, parts=(*((0, 0, each) for each in plate), (left, top, content)))

    def _content(self, layer: Layer, values: Values, width: float, dials: Dials, least: float) -> Block:
        if isinstance(layer, StackLayer):
            return self._stack(layer, values, width, dials, least)
        if isinstance(layer, RowLayer):
            return self._row(layer, values, width, dials, least)
        if isinstance(layer, RepeatLayer):
            return self._repeat(layer, values, width, dials, least)
        if isinstance(layer, TextLayer):
            return self._text(layer, values, width, dials)
        return self._pieces.block(
            layer, values, width, least, dials, lambda each, wide: self._block(each, values, wide, dials)
        )

    def _stack(self, layer: StackLayer, values: Values, width: float, dials: Dials, least: float) -> Block:
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

    def _row(self, layer: RowLayer, values: Values, width: float, dials: Dials, least: float) -> Block:
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

    def _row_widths(self, shown: Sequence[Layer], values: Values, width: float, dials: Dials) -> list[float]:
        """Own widths first, words after drawings; the rest is shared evenly."""
        own: dict[int, float] = {}
        for n, each in sorted(enumerate(shown), key=lambda pair: pair[1].hug):
            if not _is_open(each):
                own[n] = self._block(each, values, width - sum(own.values()), dials).width
        open_ones = len(shown) - len(own)
        share = (width - sum(own.values())) / open_ones if open_ones else 0.0
        return [own.get(n, share) for n in range(len(shown))]

    def _repeat(self, layer: RepeatLayer, values: Values, width: float, dials: Dials, least: float) -> Block:
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

    def _common_sizes(self, each: Layer, rows: Sequence[Values], width: float, dials: Dials) -> dict[int, int]:
        """The size of each text that all rows can have: rows set in different sizes look like a mistake."""
        reached: dict[int, int] = {}

        def note(layer: TextLayer, setting: Setting) -> None:
            reached[id(layer)] = min(setting.size, reached.get(id(layer), setting.size))

        noting = _Noting(self._look, note, self._known)
        noting._hanging = self._hanging
        for row in rows:
            noting._block(each, row, width, dials)
        return reached

    def _set(self, layer: TextLayer, values: Values, width: float, dials: Dials) -> Setting:
        text = values.fill(layer.text)
        text = text.upper() if layer.capitals else text
        # A hundredth of a px: a text measured to be this wide must fit where it was measured.
        return self._setting(layer, text, width + 0.01, dials.size(layer), values.slot(layer.text))

    def _setting(self, layer: TextLayer, text: str, width: float, sizes: tuple[int, int], slot: str | None) -> Setting:
        key = (id(layer), text, width, sizes)
        if key not in self._known:
            face = self._look.faces[layer.font]
            share = self._hanging_in(layer, text)
            try:
                self._known[key] = fit(
                    text,
                    _measure(face, layer.tracking),
                    width,
                    sizes,
                    layer.lines,
                    lambda word: share * face.hang(word, layer.tracking),
                )
            except Overflow as overflow:
                raise _too_long(text, slot, layer.lines, overflow) from None
            except ScriptNotShaped as error:
                error.slot = slot
                raise
        return self._known[key]

    def _hanging_in(self, layer: TextLayer, text: str) -> float:
        """Opening quotation marks hang in a column with a left edge, not in a box drawn around its words."""
        hangs = layer.align == "left" and not layer.hug and not reads_right_to_left(text)
        return self._hanging if hangs else 0.0

    def _text(self, layer: TextLayer, values: Values, width: float, dials: Dials) -> Block:
        setting = self._set(layer, values, width, dials)
        key = (id(layer), id(setting), width)
        if key not in self._texts:
            self._texts[key] = self._typeset(layer, setting, values, width)
        return self._texts[key]

    def _typeset(self, layer: TextLayer, setting: Setting, values: Values, width: float) -> Block:
        face, size = self._look.faces[layer.font], setting.size
        texts = [_joined(words) for words in setting.lines]
        rooms = rooms_of(texts, face, layer.leading)
        step, capitals = round(rooms.leading * size), face.capitals * size
        widths = [face.width(text, layer.tracking) * size for text in texts]
        own = min(width, max(widths, default=0.0)) if layer.hug else width
        right_to_left = reads_right_to_left(" ".join(texts))
        # What begins at the left edge in a text that reads from the left begins at the right edge in Jawi.
        align = 1.0 if right_to_left and layer.align == "left" else _align(layer.align)
        parts: list[tuple[float, float, Line]] = []
        for n, (words, wide) in enumerate(zip(setting.lines, widths, strict=True)):
            runs = self._runs(layer, words, size, values, right_to_left)
            parts += [(align * (own - wide), rooms.above * size + n * step, run) for run in runs]
        tall = rooms.above * size + capitals + step * (len(texts) - 1) + rooms.below * size
        return Block(width=own, height=tall, parts=tuple(parts))

    def _runs(
        self, layer: TextLayer, words: Sequence[Word], size: int, values: Values, right_to_left: bool
    ) -> Iterator[Line]:
        """One line of type, cut where its colour changes."""
        face = self._look.faces[layer.font]
        hang = face.hang(words[0].text, layer.tracking) * self._hanging_in(layer, words[0].text)
        # Large and small type share their left edge where the ink begins, not where the pen is set down.
        x = 0.0
        if layer.align == "left" and not right_to_left:
            x = -(hang + face.bearing(words[0].text[1:] if hang else words[0].text)) * size
        space = (face.width(" ") + layer.tracking) * size
        runs = _by_colour(words)
        for run in reversed(runs) if right_to_left else runs:
            color = layer.mark if layer.mark and run[0].marked else layer.color
            text = _joined(run)
            wide = face.width(text, layer.tracking) * size
            yield Line(
                x=x, y=0, width=wide, height=face.capitals * size, text=text, style=layer.font, size=size,
                color=self._look.color(color), tracking=layer.tracking, slot=values.slot(layer.text),
                hang=hang * size if run is runs[0] else 0.0, right_to_left=right_to_left, reach=face.reach(text),
            )  # fmt: skip
            x += wide + space + layer.tracking * size


class _Noting(_Setter):
    """Sets rows only to see which sizes their texts reach."""

    def __init__(self, look: Look, note: Callable[[TextLayer, Setting], None], known: "_Settings") -> None:
        super().__init__(look)
        self._note = note
        self._known = known

    def _set(self, layer: TextLayer, values: Values, width: float, dials: Dials) -> Setting:
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


def _level(heights: Sequence[float], room: float, tallest: float) -> float:
    """To which height rows are filled up, the shortest first, as water would: even where there is room for it."""
    level, ordered = 0.0, sorted(heights)
    for count, height in enumerate(ordered, 1):
        reached = (room - sum(ordered[count:])) / count
        level = min(reached, ordered[count]) if count < len(ordered) else reached
        if level < height or (count < len(ordered) and reached < ordered[count]):
            break
    return min(level, max(tallest, ordered[-1]))


def _shown(layers: Sequence[Layer], values: Values, dials: Dials) -> list[Layer]:
    return [each for each in layers if has_content(each, values) and (dials.spare or not getattr(each, "spare", None))]


def _takes_spare(layer: Layer, values: Values) -> bool:
    return isinstance(layer, ImageLayer) and layer.spare is not None and visible(layer, values)


def _is_open(layer: Layer) -> bool:
    """Whether a layer in a row takes a share of the width instead of its own."""
    if layer.width is not None or layer.hug:
        return False
    return isinstance(layer, StackLayer | RowLayer | RepeatLayer | RectLayer | TextLayer)


def _measure(face: Face, tracking: float) -> Callable[[str], float]:
    """Widths of words in ems; a space is tracked on both sides."""
    return lambda word: face.width(word, tracking) + (2 * tracking if word == " " else 0.0)


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
