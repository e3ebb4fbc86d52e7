"""The bytes of an OpenType font in, the kerning of a pair of characters out.

Plus Jakarta Sans, like most fonts of today, kerns in its GPOS table only. Pillow's basic layout does not read that
table and RAQM is not on every machine, so that "To" would be set differently here and there: we read it ourselves.
Only what Latin kerning needs is read: pair adjustment (formats 1 and 2, also through extension lookups) and, for
variable fonts, the weight axis. Source: OpenType 1.9.1, GPOS, GDEF and fvar.
"""

from dataclasses import dataclass, field
from struct import unpack_from

_X_ADVANCE, _X_ADVANCE_DEVICE = 0x0004, 0x0040
_PAIR, _EXTENSION, _VARIATION_INDEX = 2, 9, 0x8000


@dataclass(frozen=True)
class _Pairs:
    """One pair adjustment subtable, at an absolute offset."""

    at: int
    coverage: dict[int, int]
    form: int
    first: dict[int, int] = field(default_factory=dict)  #: classes, format 2
    second: dict[int, int] = field(default_factory=dict)


class Kerning:
    """Kerning of one font at one weight; `of(left, right)` is in ems and usually negative."""

    def __init__(self, data: bytes, weight: float) -> None:
        self._data = data
        self._tables = self._directory()
        self._em: int = self._u16(self._tables[b"head"] + 18)
        self._glyphs = self._cmap()
        self._place = self._normalised(weight)
        self._subtables = self._pair_subtables() if b"GPOS" in self._tables else []
        self._known: dict[tuple[str, str], float] = {}

    def of(self, left: str, right: str) -> float:
        pair = (left, right)
        if pair not in self._known:
            self._known[pair] = self._look(self._glyphs.get(ord(left), 0), self._glyphs.get(ord(right), 0)) / self._em
        return self._known[pair]

    def has(self, character: str) -> bool:
        return ord(character) in self._glyphs

    def _u16(self, at: int) -> int:
        return int(unpack_from(">H", self._data, at)[0])

    def _i16(self, at: int) -> int:
        return int(unpack_from(">h", self._data, at)[0])

    def _u32(self, at: int) -> int:
        return int(unpack_from(">I", self._data, at)[0])

    def _directory(self) -> dict[bytes, int]:
        entries = range(12, 12 + 16 * self._u16(4), 16)
        return {self._data[at : at + 4]: self._u32(at + 8) for at in entries}

    def _cmap(self) -> dict[int, int]:
        """Character to glyph, from the Unicode subtable of format 4; every Latin font has one."""
        at = self._tables[b"cmap"]
        subtables = [at + self._u32(at + 4 + 8 * n + 4) for n in range(self._u16(at + 2))]
        form4 = next((each for each in subtables if self._u16(each) == 4), None)
        return self._format4(form4) if form4 is not None else {}

    def _format4(self, at: int) -> dict[int, int]:
        count = self._u16(at + 6) // 2
        ends, starts = at + 14, at + 16 + 2 * count
        glyphs: dict[int, int] = {}
        for n in range(count):
            delta, offset_at = self._i16(starts + 2 * count + 2 * n), starts + 4 * count + 2 * n
            for code in range(self._u16(starts + 2 * n), min(self._u16(ends + 2 * n), 0xFFFE) + 1):
                glyphs[code] = self._segment_glyph(code - self._u16(starts + 2 * n), code, delta, offset_at)
        return glyphs

    def _segment_glyph(self, index: int, code: int, delta: int, offset_at: int) -> int:
        offset = self._u16(offset_at)
        if not offset:
            return (code + delta) & 0xFFFF
        glyph = self._u16(offset_at + offset + 2 * index)
        return (glyph + delta) & 0xFFFF if glyph else 0

    def _normalised(self, weight: float) -> float:
        """Where `weight` lies on the font's first axis, -1 to 1. An avar table is not read: our fonts have none."""
        if b"fvar" not in self._tables:
            return 0.0
        at = self._tables[b"fvar"]
        axis = at + self._u16(at + 4)
        least, usual, most = (value / 65536 for value in unpack_from(">iii", self._data, axis + 4))
        if weight < usual:
            return max(-1.0, (weight - usual) / (usual - least)) if usual > least else 0.0
        return min(1.0, (weight - usual) / (most - usual)) if most > usual else 0.0

    def _pair_subtables(self) -> list[_Pairs]:
        gpos = self._tables[b"GPOS"]
        lookups = gpos + self._u16(gpos + 8)
        found = []
        for index in self._kern_lookups(gpos):
            lookup = lookups + self._u16(lookups + 2 + 2 * index)
            found += [self._pairs(at) for at in self._subtables_of(lookup)]
        return found

    def _kern_lookups(self, gpos: int) -> list[int]:
        features = gpos + self._u16(gpos + 6)
        indices: list[int] = []
        for n in range(self._u16(features)):
            record = features + 2 + 6 * n
            if self._data[record : record + 4] == b"kern":
                feature = features + self._u16(record + 4)
                indices += [self._u16(feature + 4 + 2 * i) for i in range(self._u16(feature + 2))]
        return sorted(set(indices))

    def _subtables_of(self, lookup: int) -> list[int]:
        kind = self._u16(lookup)
        places = [lookup + self._u16(lookup + 6 + 2 * n) for n in range(self._u16(lookup + 4))]
        if kind == _EXTENSION:
            return [at + self._u32(at + 4) for at in places if self._u16(at + 2) == _PAIR]
        return places if kind == _PAIR else []

    def _pairs(self, at: int) -> _Pairs:
        coverage, form = self._coverage(at + self._u16(at + 2)), self._u16(at)
        if form == 1:
            return _Pairs(at, coverage, form)
        first, second = (self._classes(at + self._u16(at + offset)) for offset in (8, 10))
        return _Pairs(at, coverage, form, first, second)

    def _coverage(self, at: int) -> dict[int, int]:
        """Glyph to its index in the coverage."""
        count = self._u16(at + 2)
        if self._u16(at) == 1:
            return {self._u16(at + 4 + 2 * n): n for n in range(count)}
        glyphs: dict[int, int] = {}
        for n in range(count):
            first, last, index = unpack_from(">HHH", self._data, at + 4 + 6 * n)
            glyphs |= {glyph: index + glyph - first for glyph in range(first, last + 1)}
        return glyphs

    def _classes(self, at: int) -> dict[int, int]:
        if self._u16(at) == 1:
            first = self._u16(at + 2)
            return {first + n: self._u16(at + 6 + 2 * n) for n in range(self._u16(at + 4))}
        classes: dict[int, int] = {}
        for n in range(self._u16(at + 2)):
            first, last, number = unpack_from(">HHH", self._data, at + 4 + 6 * n)
            classes |= dict.fromkeys(range(first, last + 1), number)
        return classes

    def _look(self, left: int, right: int) -> float:
        """The first subtable that knows the pair decides."""
        for pairs in self._subtables:
            if left not in pairs.coverage:
                continue
            value = self._listed(pairs, left, right) if pairs.form == 1 else self._by_class(pairs, left, right)
            if value is not None:
                return value
        return 0.0

    def _listed(self, pairs: _Pairs, left: int, right: int) -> float | None:
        one, two = self._u16(pairs.at + 4), self._u16(pairs.at + 6)
        record_size = 2 + 2 * (one.bit_count() + two.bit_count())
        pair_set = pairs.at + self._u16(pairs.at + 10 + 2 * pairs.coverage[left])
        for n in range(self._u16(pair_set)):
            record = pair_set + 2 + record_size * n
            if self._u16(record) == right:
                return self._advance(record + 2, one, pair_set)
        return None

    def _by_class(self, pairs: _Pairs, left: int, right: int) -> float:
        one, two = self._u16(pairs.at + 4), self._u16(pairs.at + 6)
        record_size = 2 * (one.bit_count() + two.bit_count())
        row = pairs.first.get(left, 0) * self._u16(pairs.at + 14) + pairs.second.get(right, 0)
        return self._advance(pairs.at + 16 + row * record_size, one, pairs.at)

    def _advance(self, at: int, form: int, parent: int) -> float:
        """The advance of a value record, with what the weight adds to it."""
        if not form & _X_ADVANCE:
            return 0.0
        value: float = self._i16(at + 2 * (form & (_X_ADVANCE - 1)).bit_count())
        if form & _X_ADVANCE_DEVICE:
            device = self._u16(at + 2 * (form & (_X_ADVANCE_DEVICE - 1)).bit_count())
            value += self._variation(parent + device) if device else 0.0
        return value

    def _variation(self, device: int) -> float:
        """The delta of a VariationIndex table, from the store in GDEF."""
        if self._u16(device + 4) != _VARIATION_INDEX or b"GDEF" not in self._tables or not self._place:
            return 0.0
        gdef = self._tables[b"GDEF"]
        store = gdef + self._u32(gdef + 14)
        outer, inner = self._u16(device), self._u16(device + 2)
        return self._delta(store, store + self._u32(store + 8 + 4 * outer), inner)

    def _delta(self, store: int, data: int, inner: int) -> float:
        regions = store + self._u32(store + 2)
        words, count = self._u16(data + 2), self._u16(data + 4)
        # Long words are for CFF2 alone.
        row = data + 6 + 2 * count + inner * (count + words)
        shift = 0.0
        for n in range(count):
            value = self._i16(row + 2 * n) if n < words else int(unpack_from(">b", self._data, row + words + n)[0])
            shift += value * self._scalar(regions, self._u16(data + 6 + 2 * n))
        return shift

    def _scalar(self, regions: int, index: int) -> float:
        """How far the weight reaches into a region, 0 to 1. Further axes stand at their default."""
        axes = self._u16(regions)
        start, peak, end = (int(v) / 16384 for v in unpack_from(">hhh", self._data, regions + 4 + 6 * axes * index))
        place: float = self._place
        if peak == 0 or place == peak:
            return 1.0
        if not start < place < end:
            return 0.0
        return (place - start) / (peak - start) if place < peak else (end - place) / (end - peak)
