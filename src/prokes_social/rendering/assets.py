"""Pictures and icons of a brand kit in, pixels at the asked size out; each is rasterised once."""

import re
from functools import cached_property
from io import BytesIO

import resvg_py
from PIL import Image

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit, Rgb
from prokes_social.rendering.icons import icon_svg

_VIEW_BOX = re.compile(r'viewBox="[\d.\-]+[ ,]+[\d.\-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"')
_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 50_000_000


class Assets:
    """What one kit can draw, by name and size."""

    def __init__(self, kit: BrandKit) -> None:
        self._kit = kit
        self._drawn: dict[tuple[str, str, tuple[int, int], Rgb | None], Image.Image] = {}

    @cached_property
    def _aspects(self) -> dict[str, float]:
        return {name: _aspect(self.data(name)) for name in self._kit.images}

    def data(self, name: str) -> bytes:
        """The bytes behind `brand.<name>`. Raises AssetMissing."""
        file = self._kit.images.get(name)
        if file is None or file not in self._kit.files:
            names = ", ".join(sorted(self._kit.images))
            raise AssetMissing(
                _("the brand kit {brand} has no picture {name}", brand=self._kit.name, name=name),
                hint=_("it has: {names}", names=names),
            )
        return self._kit.files[file]

    def aspect(self, name: str) -> float:
        self.data(name)
        return self._aspects[name]

    def picture(self, name: str, size: tuple[int, int], tint: Rgb | None) -> Image.Image:
        return self._once("picture", name, size, tint)

    def icon(self, name: str, size: tuple[int, int], tint: Rgb | None) -> Image.Image:
        return self._once("icon", name, size, tint)

    def _once(self, kind: str, name: str, size: tuple[int, int], tint: Rgb | None) -> Image.Image:
        key = (kind, name, size, tint)
        if key not in self._drawn:
            data = icon_svg(name, self._kit).encode() if kind == "icon" else self.data(name)
            self._drawn[key] = rasterise(data, size, tint)
        return self._drawn[key]


def rasterise(data: bytes, size: tuple[int, int], tint: Rgb | None) -> Image.Image:
    """An SVG or a picture, as RGBA of exactly `size`; `tint` is what currentColor becomes."""
    if not _is_svg(data):
        return _opened(data).convert("RGBA").resize(size, Image.Resampling.LANCZOS)
    svg = data.decode()
    if tint:
        svg = svg.replace("currentColor", "#{:02x}{:02x}{:02x}".format(*tint))
    drawn = resvg_py.svg_to_bytes(svg_string=svg, width=max(size[0], 1), skip_system_fonts=True)
    image = Image.open(BytesIO(bytes(drawn))).convert("RGBA")
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def is_see_through(data: bytes) -> bool:
    """Whether a picture has transparent parts, as a logo needs to lie on any colour; drawings always do.

    Raises AssetMissing where it can't be read.
    """
    if _is_svg(data):
        return True
    image = _opened(data).convert("RGBA")
    least, _most = image.getchannel("A").getextrema()
    return float(least) < 255  # type: ignore[arg-type]


def _opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data), formats=_FORMATS)
    if image.width * image.height > _MOST_PIXELS:
        raise AssetMissing(_("a picture of the brand kit is larger than 50 megapixels"), hint=_("save it smaller"))
    return image


def _aspect(data: bytes) -> float:
    if not _is_svg(data):
        image = _opened(data)
        return image.width / image.height
    box = _VIEW_BOX.search(data.decode())
    return float(box[1]) / float(box[2]) if box else 1.0


def _is_svg(data: bytes) -> bool:
    return b"<svg" in data[:1000]
