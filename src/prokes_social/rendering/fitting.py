"""A text, the widths of its words and a room in; a type size and line breaks out. Arithmetic only.

The largest size that needs no more than the allowed lines, or a hair less where that spares a line; then the fewest
lines; then the least widest line, so that lines come out even; among nearly even breaks, the one that parts no word
from its complement and leaves no word alone on the last line. An opening quotation mark may hang outside the room.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise
from math import ceil

from prokes_social.rendering.emoji import SEQUENCE

NO_BREAK = "\u00a0"

#: Words that a number or title holds on to: "20 detik", "dr. Sari", "22 November".
_UNITS = (
    "detik|menit|jam|hari|minggu|bulan|tahun|meter|cm|mm|km|m|kg|gram|ml|liter|persen|%|orang|dosis|kali|ribu|juta|"
    "derajat|°C|WIB|WITA|WIT|x|Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember"
)
_TITLES = (
    r"dr|drg|Dr|Drs|Dra|Ir|Ns|Prof|H|Hj|KH|Ny|Tn|Bpk|Bapak|Ibu|No|Rp|pukul|jam|ext|tgl|tanggal|usia|"
    "Kab|Kec|Kel|Prov|Jl|Gg|RT|RW"
)
#: Degrees written with a space inside: "Sp. PD", "M. Kes.", "A.Md. Kep", "S. Tr. Keb".
_DEGREES = (
    r"(?:Tr|[A-Z](?:\.[A-Z][a-z]?)?)\. "
    r"(?=(?:Kes|Kep|Keb|Ked|KM|Gz|Farm|Psi|Si|Sc|Pd|Kom|Hum|Ag|Sos|Tr|IP|AP|Ak|[EHT])\b)|Sp\. (?=[A-Z])"
)
_GLUE = (
    # A star marks a word, and may stand on either side of the space.
    re.compile(rf"\d\*? (?=\*?(?:(?:{_UNITS})\b|%))"),
    re.compile(rf"\b(?:{_TITLES})\.?\*? (?=\*?[\dA-Z])"),
    re.compile(rf"(?<![\w.])(?:{_DEGREES})"),
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
#: How much of its size a text may give up to need a line less.
_CLOSE = 0.92


@dataclass(frozen=True)
class Word:
    """Glued words count as one. `marked` words are set in the mark colour; no line ends before one that is `tied`."""

    text: str
    marked: bool = False
    tied: bool = False


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


#: An emoji that opens a text belongs to what follows it, any other to what stands before it.
_OPENING_EMOJI = re.compile(rf"^{SEQUENCE} ", re.MULTILINE)
_EMOJI_AFTER = re.compile(rf"(?<=\S) (?={SEQUENCE})")


@lru_cache(maxsize=4096)
def glue(text: str) -> str:
    """Put no-break spaces where a line must not end."""
    for pattern in (*_GLUE, _OPENING_EMOJI if _OPENING_EMOJI.search(text) else _EMOJI_AFTER):
        text = pattern.sub(lambda match: match.group().replace(" ", NO_BREAK), text)
    return text


@lru_cache(maxsize=4096)
def paragraphs(text: str) -> tuple[tuple[Word, ...], ...]:
    """The words of each paragraph; a line break in the text is kept."""
    return tuple(words for line in glue(text.strip()).splitlines() if (words := _words(line)))


def _words(line: str) -> tuple[Word, ...]:
    words: list[Word] = []
    tied = False
    for index, piece in enumerate(_MARKED.split(line)):
        marked = index % 2 == 1
        # "*Cuci tangan*, yuk": what follows a marked word without a space belongs to it.
        if words and piece and not piece[0].isspace() and not _ended_with_space(line, index):
            head, *rest = piece.split(" ")
            words[-1] = replace(words[-1], text=words[-1].text + head)
            piece = " ".join(rest)
        for word in filter(None, re.split(r"[ \t]+", piece)):
            # A no-break space between a marked word and one that is not ties them without making them one.
            if text := word.strip(NO_BREAK):
                words.append(Word(text, marked, tied=bool(words) and (tied or word.startswith(NO_BREAK))))
            tied = word.endswith(NO_BREAK)
    return tuple(words)


def _ended_with_space(line: str, index: int) -> bool:
    before = _MARKED.split(line)[index - 1] if index else " "
    return not before or before[-1].isspace()


def no_hang(_word: str) -> float:
    return 0.0


@dataclass(frozen=True)
class _Part:
    """A paragraph in pieces that no line parts, measured in ems."""

    pieces: tuple[tuple[Word, ...], ...]
    widths: tuple[float, ...]
    hangs: tuple[float, ...]  #: what hangs out to the left where a word begins a line


def fit(
    text: str, measure: Callable[[str], float], room: float, sizes: tuple[int, int], most_lines: int,
    hang: Callable[[str], float] = no_hang,
) -> Setting:  # fmt: skip
    """Set `text` in `room` px. `measure` gives a word's width in ems, `hang` how much of it hangs. Raises Overflow."""
    space = measure(" ")
    parts = [_measured(words, measure, hang) for words in paragraphs(text)]
    if _widest(parts) > room / sizes[0]:
        # Better a title parted from its name than no card.
        parts = [_measured(_parted(words), measure, hang) for words in paragraphs(text)]
    size = _largest(parts, space, room, sizes, most_lines)
    if size is None:
        raise _overflow(parts, space, room / sizes[0])
    size = _spared(parts, space, room, size, sizes[0])
    lines: list[tuple[Word, ...]] = []
    for part in parts:
        lines += _broken(part, space, room / size)
    return Setting(size, tuple(lines))


def _measured(words: Sequence[Word], measure: Callable[[str], float], hang: Callable[[str], float]) -> _Part:
    pieces: list[tuple[Word, ...]] = []
    for word in words:
        if word.tied:
            pieces[-1] += (word,)
        else:
            pieces.append((word,))
    widths = (sum(measure(word.text) for word in piece) + measure(" ") * (len(piece) - 1) for piece in pieces)
    return _Part(tuple(pieces), tuple(widths), tuple(hang(piece[0].text) for piece in pieces))


def _widest(parts: Sequence[_Part]) -> float:
    return max((width - hang for part in parts for width, hang in zip(part.widths, part.hangs, strict=True)), default=0)


def _parted(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(Word(piece, word.marked) for word in words for piece in word.text.split(NO_BREAK) if piece)


def _largest(parts: Sequence[_Part], space: float, room: float, sizes: tuple[int, int], most_lines: int) -> int | None:
    """The largest whole size that keeps within the lines: by halving, as more size never needs fewer lines."""

    def fits(size: int) -> bool:
        needed = [fewest_lines(part.widths, space, room / size, part.hangs) for part in parts]
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


def _spared(parts: Sequence[_Part], space: float, room: float, size: int, least: int) -> int:
    """A hair smaller where that spares a line: rather than large type with one word to a line."""

    def lines(size: int) -> int:
        return sum(fewest_lines(part.widths, space, room / size, part.hangs) or 0 for part in parts)

    lower = max(least, ceil(size * _CLOSE))
    fewest = lines(lower) if lower < size and lines(size) > len(parts) else lines(size)
    return next((each for each in range(size, lower, -1) if lines(each) == fewest), lower)


def _overflow(parts: Sequence[_Part], space: float, room: float) -> Overflow:
    for part in parts:
        for piece, width, hang in zip(part.pieces, part.widths, part.hangs, strict=True):
            if width - hang > room:
                return Overflow(0, piece[0].text)
    return Overflow(sum(fewest_lines(part.widths, space, room, part.hangs) or 0 for part in parts))


def fewest_lines(widths: Sequence[float], space: float, room: float, hangs: Sequence[float] = ()) -> int | None:
    """How many lines these words need; None where one of them is wider than the room. All in ems."""
    lines, filled = 1, -space
    for n, width in enumerate(widths):
        own = width - hangs[n] if hangs else width
        if own > room:
            return None
        if n == 0:
            filled = own
        elif filled + space + width > room:
            lines, filled = lines + 1, own
        else:
            filled += space + width
    return lines


def _broken(part: _Part, space: float, room: float) -> list[tuple[Word, ...]]:
    count = fewest_lines(part.widths, space, room, part.hangs) or 1
    if count == 1:
        return [tuple(chain(*part.pieces))]
    forward = tuple(piece[-1].text.lower() in _FORWARD for piece in part.pieces)
    ends = breaks(part.widths, space, room, count, forward, part.hangs)
    return [tuple(chain(*part.pieces[start:end])) for start, end in pairwise((0, *ends))]


def breaks(
    widths: Sequence[float], space: float, room: float, count: int,
    forward: Sequence[bool] = (), hangs: Sequence[float] = (),
) -> tuple[int, ...]:  # fmt: skip
    """Where each of `count` lines ends, as indices into the words."""
    starts = [0.0]
    for width in widths:
        starts.append(starts[-1] + width + space)
    hangs = hangs or (0.0,) * len(widths)

    def line(start: int, end: int) -> float:
        return starts[end] - starts[start] - space - hangs[start]

    widest = _least_widest(line, len(widths), count)
    limit = min(room, widest * _LEEWAY) + 1e-9
    return _most_even(line, len(widths), count, limit, forward or (False,) * len(widths))


def _least_widest(line: Callable[[int, int], float], words: int, count: int) -> float:
    """The width of the widest line when it is as narrow as it can be."""
    best = [line(0, end) if end else 0.0 for end in range(words + 1)]

    def narrowest(end: int) -> float:
        return min([best[end], *(max(best[at], line(at, end)) for at in range(1, end))])

    for _ in range(count - 2):
        best = [narrowest(end) for end in range(words + 1)]
    return narrowest(words) if count > 1 else best[words]  # of the last line only its end matters


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
    for _ in range(count - 2):
        best = [broken(end, best) for end in range(words + 1)]
    return (broken(words, best) if count > 1 else best[words])[1]
