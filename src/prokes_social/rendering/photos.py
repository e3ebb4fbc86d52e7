"""Bytes of a photograph from anybody in; a clean sRGB picture out, upright, of a sensible size and without metadata.

What people upload is the outside world: only JPEG, PNG and WebP are opened, sizes are capped before anything is
decoded, and what cannot be trusted is refused with a remedy. Each photo is normalised once and kept.
"""

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from prokes_social.errors import AssetMissing, CardError
from prokes_social.i18n import _

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 20_000_000
MOST_PIXELS = 50_000_000
LEAST_SIDE = 48  #: px; below, a face is a smudge on a card
#: Px that a normalised photo fills where nobody knows how large it will be shown: the largest photograph on a card.
KEPT = (1600, 1600)

#: A photograph's name to its bytes. Raises AssetMissing.
Photos = Callable[[str], bytes]

Window = tuple[float, float, float, float]  #: left, top, right, bottom

_SRGB = ImageCms.createProfile("sRGB")
_HAIR = 0.03


def no_photos(name: str) -> bytes:
    """Where no photographs are at hand. Raises AssetMissing."""
    raise AssetMissing(_("there is no photo {name}", name=name), hint=_("this card is drawn without photos here"))


def normalised(data: bytes, name: str, frame: tuple[int, int] = KEPT) -> bytes:
    """The photograph as a JPEG without metadata, no larger than filling `frame` takes. Raises CardError."""
    with _readable(name):
        image = _upright(_opened(data, name), frame)
        scale = max(frame[0] / image.width, frame[1] / image.height)
        if scale < 1:
            size = max(frame[0], round(image.width * scale)), max(frame[1], round(image.height * scale))
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
        file = BytesIO()
        # A JPEG's comment would be written on: Pillow drops all metadata but that.
        _clean(image).save(file, "JPEG", quality=90, subsampling="4:2:0", optimize=True, comment=b"")
    return file.getvalue()


def check(data: bytes, name: str) -> None:
    """Raises CardError where the photograph can't be used."""
    cut(data, name, (LEAST_SIDE, LEAST_SIDE), (0.5, 0.5))


def cut(data: bytes, name: str, size: tuple[int, int], focus: tuple[float, float]) -> Image.Image:
    """The part with the proportions of `size` that keeps `focus` in sight, scaled to it. Raises CardError."""
    with _readable(name):
        image = _upright(_opened(data, name), size)
        box = _window(image.size, size, focus)
        return _clean(_scaled(image, size, box))


class PhotoStore:
    """A folder of photographs normalised for one `frame`, named by the digest of what was handed in."""

    def __init__(self, folder: Path, frame: tuple[int, int] = KEPT) -> None:
        self._folder = folder
        self._frame = frame

    def add(self, data: bytes, name: str) -> str:
        """Keep a photograph; the name to find it by. `name` is for complaints. Raises CardError."""
        digest = hashlib.sha256(data).hexdigest()[:32]
        path = self._folder / f"{digest}.jpg"
        if not path.exists():
            clean = normalised(data, name, self._frame)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Several processes may take in the same photograph.
            partial = path.with_suffix(f".{os.getpid()}.part")
            partial.write_bytes(clean)
            partial.replace(path)
        return path.name

    def __call__(self, name: str) -> bytes:
        """Raises AssetMissing."""
        path = self._folder / Path(name).name
        if not path.is_file():
            raise AssetMissing(_("there is no photo {name}", name=name), hint=_("import it again"))
        return path.read_bytes()


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Decoders raise whatever a spoiled file makes them raise."""
    try:
        with warnings.catch_warnings():
            # Our own cap is below the size that Pillow warns of.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except CardError:
        raise
    except Exception as error:
        raise _refused(name, _("can't be read"), _("save it again as JPEG, PNG or WebP")) from error


def _opened(data: bytes, name: str) -> Image.Image:
    """Its head alone: nothing is decoded before its size is known."""
    if len(data) > MOST_BYTES:
        raise _refused(name, _("is larger than 20 MB"), _("save it smaller; 2000 px are plenty"))
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise _refused(name, _("has more than 50 megapixels"), _("save it smaller; 2000 px are plenty"))
    if min(image.size) < LEAST_SIDE:
        raise _refused(name, _("is smaller than {side} px", side=LEAST_SIDE), _("choose a larger picture"))
    if getattr(image, "is_animated", False):
        raise _refused(name, _("is animated"), _("choose a still picture"))
    return image


def _upright(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Decoded, a large JPEG at the fraction of its size that `size` needs, and turned as it was held."""
    image.draft("RGB", (max(size), max(size)))  # the longer side both ways: it may have to be turned
    profile = image.info.get("icc_profile")
    # Asking a JPEG without any for its EXIF costs as much as decoding a small one.
    turned = ImageOps.exif_transpose(image) if image.format != "JPEG" or "exif" in image.info else image
    turned.info["icc_profile"] = profile
    # Palettes and 16-bit pictures can't be scaled as they are.
    return turned if turned.mode in ("RGB", "RGBA", "L", "CMYK") else _clean(turned)


def _scaled(image: Image.Image, size: tuple[int, int], box: Window) -> Image.Image:
    """The window at `size`; where it is within a hair of it already, cut out as it is: sharper, and free."""
    left, top, right, bottom = box
    slack = right - left - size[0], bottom - top - size[1]
    if all(0 <= each <= _HAIR * side for each, side in zip(slack, size, strict=True)):
        x, y = round(left + slack[0] / 2), round(top + slack[1] / 2)
        return image.crop((x, y, x + size[0], y + size[1]))
    return image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2)


def _window(have: tuple[int, int], want: tuple[int, int], focus: tuple[float, float]) -> Window:
    """The largest part of `have` with the proportions of `want`, as near to `focus` as the edges allow."""
    scale = min(have[0] / want[0], have[1] / want[1])
    # Rounding may end a hair outside, which Pillow refuses.
    width, height = min(want[0] * scale, have[0]), min(want[1] * scale, have[1])
    left, top = (have[0] - width) * focus[0], (have[1] - height) * focus[1]
    return left, top, min(left + width, have[0]), min(top + height, have[1])


def _clean(image: Image.Image) -> Image.Image:
    return _on_white(_in_srgb(image, image.info.get("icc_profile")))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a phone shows them; a profile that can't be read is ignored, as browsers do."""
    if image.mode.startswith("I"):
        return image.point(lambda level: level / 256).convert("L").convert("RGB")
    if not profile and image.mode == "RGB" and "transparency" not in image.info:
        return image
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image.convert("RGBA" if "transparency" in image.info or "A" in image.getbands() else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")
    assert converted is not None  # noqa: S101 - not in place, so there is one
    return converted


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, (0, 0), image.getchannel("A"))
    return ground


def _refused(name: str, what: str, hint: str) -> CardError:
    return CardError(_("the photo {name} {what}", name=name, what=what), hint=hint)
