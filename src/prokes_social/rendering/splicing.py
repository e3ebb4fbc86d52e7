"""A base picture compressed once and the parts that differ in; whole files out, of which only those parts were encoded.

A JPEG with restart markers is a row of segments that know nothing of each other, and a PNG whose strips end in a full
flush is one too. Files are byte for byte what encoding the whole picture with the same intervals gives.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from struct import pack
from zlib import adler32

import numpy
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

from prokes_social.rendering.encoding import PNG_LEVEL, Picture, lightest, png_chunk

Box = tuple[int, int, int, int]  #: left, top, right, bottom in px

#: At least so many segments in a row of blocks: few cost bytes little, many need less to be encoded anew.
_SEGMENTS = {"jpeg": 4, "jpeg-444": 5}
_BLOCK = {"jpeg": 16, "jpeg-444": 8}  #: px; a minimum coded unit
_SUBSAMPLING = {"jpeg": "4:2:0", "jpeg-444": "4:4:4"}
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_END = b"\xff\xd9"
_STRIP = 32  #: rows of a PNG strip
_ADLER = 65521
#: What a person's name and photograph add to the base at the most.
_OWN_BYTES = 40_000
#: Beyond this share of the picture, encoding everything is as quick.
_MOST = 0.5


class Spliced:
    """A compressed picture that can be given new parts."""

    def areas(self, boxes: Iterable[Box]) -> list[Box]:
        """The smallest areas that hold `boxes` and can be exchanged."""
        raise NotImplementedError

    def whole(self) -> bytes:
        """The base as it is."""
        return self.replaced(())

    def anew(self, picture: Image.Image) -> "Spliced":
        """Another picture, compressed in the same way."""
        raise NotImplementedError

    def replaced(self, parts: Iterable[tuple[Box, Image.Image]]) -> bytes:
        """The file with each area, as `areas` gave it, showing its picture."""
        raise NotImplementedError


def spliced(base: Image.Image, picture: Picture) -> Spliced:
    """As light as other cards of the same kind; the base decides, so that all of a wave look alike."""
    if picture == "png":
        return SplicedPng(base)
    made: list[SplicedJpeg] = []

    def encoded(quality: int) -> bytes:
        made.append(SplicedJpeg(base, picture, quality))
        return made[-1].whole()

    lightest(encoded, _OWN_BYTES)
    return made[-1]


class SplicedJpeg(Spliced):
    """Baseline JPEG with the standard Huffman tables; `quality` is Pillow's, 1 to 95."""

    def __init__(self, base: Image.Image, picture: Picture, quality: int) -> None:
        self._size, self._kind, self._quality = base.size, picture, quality
        self._block = _BLOCK[picture]
        columns = -(-base.width // self._block)
        self._columns = _segments(columns, picture)
        self._interval = columns // self._columns  #: blocks of a segment
        self._saving = {
            "quality": quality, "subsampling": _SUBSAMPLING[picture], "optimize": False, "progressive": False,
            "restart_marker_blocks": self._interval,
        }  # fmt: skip
        self._head, self._segments = self._encoded(base)
        self._marks = [b"\xff" + bytes([0xD0 + n % 8]) for n in range(len(self._segments))]

    def areas(self, boxes: Iterable[Box]) -> list[Box]:
        wide = self._interval * self._block
        return _joined(_snapped(boxes, wide, self._block, self._size))

    def replaced(self, parts: Iterable[tuple[Box, Image.Image]]) -> bytes:
        segments = list(self._segments)
        for box, picture in parts:
            for place, segment in zip(self._places(box), self._encoded(picture)[1], strict=True):
                segments[place] = segment
        pieces = [self._head]
        for mark, segment in zip(self._marks, segments, strict=True):
            pieces += (segment, mark)
        pieces[-1] = _END
        return b"".join(pieces)

    def anew(self, picture: Image.Image) -> Spliced:
        return SplicedJpeg(picture, self._kind, self._quality)

    def _places(self, box: Box) -> Iterator[int]:
        left, top, right, bottom = box
        wide = self._interval * self._block
        for row in range(top // self._block, -(-bottom // self._block)):
            for column in range(left // wide, -(-right // wide)):
                yield row * self._columns + column

    def _encoded(self, image: Image.Image) -> tuple[bytes, list[bytes]]:
        """The file's head, and its segments without their markers."""
        file = BytesIO()
        image.save(file, "JPEG", **self._saving)
        data = file.getvalue()
        scan = data.index(b"\xff\xda")
        start = scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")
        # A byte 0xFF of the picture is always followed by 0x00, so a marker can't be mistaken.
        return data[:start], _RESTART.split(data[start : -len(_END)])


def _segments(columns: int, picture: Picture) -> int:
    """Segments in a row: a row must be a whole number of them, as the interval counts on over its end."""
    return next((count for count in range(_SEGMENTS[picture], 13) if columns % count == 0), 1)


@dataclass(frozen=True)
class _Strip:
    chunk: bytes
    adler: int
    length: int  #: bytes before compression


class SplicedPng(Spliced):
    def __init__(self, base: Image.Image) -> None:
        self._size = base.size
        header = pack(">IIBBBBB", base.width, base.height, 8, 2, 0, 0, 0)
        self._head = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"sRGB", b"\0")
        pixels = numpy.asarray(base.convert("RGB"))
        tops = range(0, base.height, _STRIP)
        self._strips = [self._strip(pixels[top : top + _STRIP], first=top == 0) for top in tops]

    def areas(self, boxes: Iterable[Box]) -> list[Box]:
        return _joined(_snapped(boxes, self._size[0], _STRIP, self._size))

    def replaced(self, parts: Iterable[tuple[Box, Image.Image]]) -> bytes:
        strips = dict(enumerate(self._strips))
        for (_left, top, _right, _bottom), picture in parts:
            pixels = numpy.asarray(picture)
            for row in range(0, picture.height, _STRIP):
                strips[(top + row) // _STRIP] = self._strip(pixels[row : row + _STRIP], first=top + row == 0)
        return b"".join((self._head, *(strip.chunk for strip in strips.values()), _last_chunks(strips)))

    def anew(self, picture: Image.Image) -> Spliced:
        return SplicedPng(picture)

    def _strip(self, pixels: NDArray[numpy.uint8], *, first: bool) -> _Strip:
        rows = _filtered(pixels).tobytes()
        # Raw deflate: the stream's own header stands in the first strip, its checksum behind the last.
        packer = isal_zlib.compressobj(PNG_LEVEL, isal_zlib.DEFLATED, -15)
        body = packer.compress(rows) + packer.flush(isal_zlib.Z_FULL_FLUSH)
        return _Strip(png_chunk(b"IDAT", (b"\x78\x01" if first else b"") + body), adler32(rows), len(rows))


def _filtered(pixels: NDArray[numpy.uint8]) -> NDArray[numpy.uint8]:
    """Rows as differences to the one above; the first of a strip to its own left, so that strips stand alone."""
    height, width, _channels = pixels.shape
    flat = pixels.reshape(height, width * 3)
    rows = numpy.empty((height, 1 + width * 3), numpy.uint8)
    rows[0, 0], rows[1:, 0] = 1, 2
    rows[0, 1:4] = flat[0, :3]
    rows[0, 4:] = flat[0, 3:] - flat[0, :-3]
    rows[1:, 1:] = flat[1:] - flat[:-1]
    return rows


def _last_chunks(strips: Mapping[int, _Strip]) -> bytes:
    total = 1
    for strip in strips.values():
        total = _combined(total, strip)
    # An empty last block, then the checksum of everything.
    return png_chunk(b"IDAT", b"\x03\x00" + pack(">I", total)) + png_chunk(b"IEND", b"")


def _combined(before: int, strip: _Strip) -> int:
    """The Adler-32 of two texts from the Adler-32 of each (zlib's adler32_combine)."""
    low = (before & 0xFFFF) + (strip.adler & 0xFFFF) - 1
    rest = strip.length % _ADLER
    high = (before >> 16) + (strip.adler >> 16) + rest * ((before & 0xFFFF) - 1)
    return (high % _ADLER) << 16 | low % _ADLER


def _snapped(boxes: Iterable[Box], wide: int, tall: int, size: tuple[int, int]) -> Iterator[Box]:
    """What of each box lies in the picture, grown to whole cells of `wide` × `tall` px."""
    for box in boxes:
        left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])
        if left < right and top < bottom:
            right, bottom = min(-(-right // wide) * wide, size[0]), min(-(-bottom // tall) * tall, size[1])
            yield left // wide * wide, top // tall * tall, right, bottom


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """Areas that meet become one, or a segment would be encoded twice."""
    areas: list[Box] = []
    for box in boxes:
        while meeting := next((each for each in areas if _meet(each, box)), None):
            areas.remove(meeting)
            box = (min(box[0], meeting[0]), min(box[1], meeting[1]), max(box[2], meeting[2]), max(box[3], meeting[3]))
        areas.append(box)
    return sorted(areas)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def covers_most(areas: Sequence[Box], size: tuple[int, int]) -> bool:
    """Whether so much differs that a base saves nothing."""
    return sum((right - left) * (bottom - top) for left, top, right, bottom in areas) > _MOST * size[0] * size[1]
