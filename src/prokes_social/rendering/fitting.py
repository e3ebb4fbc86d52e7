"""A text, the widths of its words and a room in; a type size and line breaks out. Arithmetic only.

The largest size that needs no more than the allowed lines; then the fewest lines; then the least widest line, so that
lines come out even; among nearly even breaks, the one that parts no word from its complement.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

NO_BREAK = "\u00a0"

#: Words that a number or title holds on to: "20 detik", "dr. Sari", "22 November".
_UNITS = (
    "detik|menit|jam|hari|minggu|bulan|tahun|meter|cm|mm|km|m|kg|gram|ml|liter|persen|%|orang|dosis|kali|ribu|juta|"
    "derajat|°C|WIB|WITA|WIT|Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember"
)
_TITLES = r"dr|drg|Dr|Prof|H|Hj|Ny|Tn|Bpk|Ibu|No|Rp|pukul|ext|Kab|Prov|RT|RW"
_GLUE = (
    re.compile(rf"(?<=\d) (?=(?:{_UNITS})\b|%)"),
    re.compile(rf"\b(?:{_TITLES})\.? (?=[\dA-Z])"),
    re.compile(r" (?=[–—·])"),
    re.compile(r"(?<=\d) (?=\d{3,4}\b)"),
)
#: Little words that look forward: a line should not end with one.
_FORWARD = frozenset(
    {"di", "ke", "dari", "dan", "atau", "yang", "untuk", "dengan", "pada", "oleh", "dalam", "jika", "bila", "agar"}
    | {"saat", "para", "si", "sang", "the", "a", "an", "of", "to", "and", "or", "for", "in", "on", "with"}
)

_MARKED = re.compile(r"\*(\S(?:[^*]*\S)?)\*")
#: How much wider than the evenest setting a better sounding one may be.
_LEEWAY = 1.12


@dataclass(frozen=True)
class Word:
    """Glued words count as one. `marked` words are set in the mark colour."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Setting:
    """How a text is set: px size, and the words of each line."""

    size: int
    lines: tuple[tuple[Word, ...], ...]


class Overflow(Exception):
    """The text needs `needed` lines at its smallest size, or has a word wider than the room (`word`)."""

    def __init__(self, needed: int, word: str = "") -> None:
        super().__init__(needed, word)
        self.needed = needed
        self.word = word


@lru_cache(maxsize=4096)
def glue(text: str) -> str:
    """Put no-break spaces where a line must not end."""
    for pattern in _GLUE:
        text = pattern.sub(lambda match: match.group().replace(" ", NO_BREAK), text)
    return text


@lru_cache(maxsize=4096)
def paragraphs(text: str) -> tuple[tuple[Word, ...], ...]:
    """The words of each paragraph; a line break in the text is kept."""
    return tuple(words for line in glue(text.strip()).splitlines() if (words := _words(line)))


def _words(line: str) -> tuple[Word, ...]:
    words: list[Word] = []
    for index, piece in enumerate(_MARKED.split(line)):
        marked = index % 2 == 1
        # "*Cuci tangan*, yuk": what follows a marked word without a space belongs to it.
        if words and piece and not piece[0].isspace() and not _ended_with_space(line, index):
            head, *rest = piece.split(" ")
            words[-1] = Word(words[-1].text + head, words[-1].marked)
            piece = " ".join(rest)
        words += [Word(word, marked) for word in re.split(r"[ \t]+", piece) if word]
    return tuple(words)


def _ended_with_space(line: str, index: int) -> bool:
    before = _MARKED.split(line)[index - 1] if index else " "
    return not before or before[-1].isspace()


def fit(text: str, measure: Callable[[str], float], room: float, sizes: tuple[int, int], most_lines: int) -> Setting:
    """Set `text` in `room` px. `measure` gives a word's width in ems. Raises Overflow."""
    parts = [(words, tuple(measure(word.text) for word in words)) for words in paragraphs(text)]
    space = measure(" ")
    size = _largest([widths for _, widths in parts], space, room, sizes, most_lines)
    if size is None:
        raise _overflow(parts, space, room / sizes[0])
    lines: list[tuple[Word, ...]] = []
    for words, widths in parts:
        lines += _broken(words, widths, space, room / size)
    return Setting(size, tuple(lines))


def _largest(
    parts: Sequence[Sequence[float]], space: float, room: float, sizes: tuple[int, int], most_lines: int
) -> int | None:
    """The largest whole size that keeps within the lines: by halving, as more size never needs fewer lines."""

    def fits(size: int) -> bool:
        needed = [fewest_lines(widths, space, room / size) for widths in parts]
        return None not in needed and sum(n or 0 for n in needed) <= most_lines

    low, high = sizes
    if fits(high):
        return high
    if not fits(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _overflow(parts: Sequence[tuple[tuple[Word, ...], tuple[float, ...]]], space: float, room: float) -> Overflow:
    for words, widths in parts:
        for word, width in zip(words, widths, strict=True):
            if width > room:
                return Overflow(0, word.text)
    return Overflow(sum(fewest_lines(widths, space, room) or 0 for _, widths in parts))


def fewest_lines(widths: Sequence[float], space: float, room: float) -> int | None:
    """How many lines these words need; None where one of them is wider than the room. All in ems."""
    lines, filled = 1, -space
    for width in widths:
        if width > room:
            return None
        if filled + space + width > room:
            lines, filled = lines + 1, width
        else:
            filled += space + width
    return lines


def _broken(words: tuple[Word, ...], widths: tuple[float, ...], space: float, room: float) -> list[tuple[Word, ...]]:
    count = fewest_lines(widths, space, room) or 1
    if count == 1:
        return [words]
    forward = tuple(word.text.lower() in _FORWARD for word in words)
    ends = breaks(widths, space, room, count, forward)
    return [words[start:end] for start, end in pairwise((0, *ends))]


def breaks(
    widths: Sequence[float], space: float, room: float, count: int, forward: Sequence[bool] = ()
) -> tuple[int, ...]:
    """Where each of `count` lines ends, as indices into the words."""
    starts = [0.0]
    for width in widths:
        starts.append(starts[-1] + width + space)

    def line(start: int, end: int) -> float:
        return starts[end] - starts[start] - space

    widest = _least_widest(line, len(widths), count)
    limit = min(room, widest * _LEEWAY) + 1e-9
    return _most_even(line, len(widths), count, limit, forward or (False,) * len(widths))


def _least_widest(line: Callable[[int, int], float], words: int, count: int) -> float:
    """The width of the widest line when it is as narrow as it can be."""
    best = [line(0, end) if end else 0.0 for end in range(words + 1)]
    for _ in range(count - 1):
        best = [min([best[end], *(max(best[at], line(at, end)) for at in range(1, end))]) for end in range(words + 1)]
    return best[words]


_Broken = tuple[float, tuple[int, ...]]  #: cost so far, and where the lines end


def _most_even(
    line: Callable[[int, int], float], words: int, count: int, limit: float, forward: Sequence[bool]
) -> tuple[int, ...]:
    """The least sum of squared slack; ending on a forward-looking word, or with a lone word, costs extra."""

    def cost(start: int, end: int) -> float:
        width = line(start, end)
        if width > limit:
            return float("inf")
        lone = 0.5 if end == words and end - start == 1 and width < 0.5 * limit else 0.0
        dangling = 0.08 if end < words and forward[end - 1] else 0.0
        # A short first line looks like a slip, a short last one does not.
        return float((1 - width / limit) ** 2) * (1.5 if start == 0 and count > 3 else 1.0) + dangling + lone

    def broken(end: int, best: Sequence[_Broken]) -> _Broken:
        ways = ((best[start][0] + cost(start, end), (*best[start][1], end)) for start in range(1, end))
        return min(ways, default=(float("inf"), ()))

    best: list[_Broken] = [(cost(0, end) if end else 0.0, (end,)) for end in range(words + 1)]
    for _ in range(count - 1):
        best = [broken(end, best) for end in range(words + 1)]
    return best[words][1]
