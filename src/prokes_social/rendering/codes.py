"""A link in, a QR code as a black and white picture out; and a drawn card in, the links its codes say out."""

from functools import lru_cache
from io import BytesIO

import numpy
import zxingcpp
from PIL import Image

from prokes_social.errors import CardError
from prokes_social.i18n import _

QUIET = 4  #: modules kept clear on each side (ISO/IEC 18004)
#: px a module on the card; below, a phone's camera pointed at another screen gives up.
_LEAST_MODULE = 4


@lru_cache(maxsize=256)
def modules(content: str) -> Image.Image:
    """One pixel a module, black on white, without the quiet zone; medium error correction."""
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    bitmap = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    height, width = bitmap.shape[:2]
    return Image.frombytes("L", (width, height), numpy.asarray(bitmap).tobytes())


def side(content: str, most: int) -> int:
    """Px of the code with the largest whole modules in `most` px. Raises CardError where they come out too small."""
    count = modules(content).width
    if most // count < _LEAST_MODULE:
        raise CardError(
            _("the link is too long for its QR code: {link}", link=content),
            hint=_("use a shorter link, such as your office's own short address"),
            slot="link",
        )
    return most // count * count


def side_in_plate(content: str, most: int) -> int:
    """Px of the code whose quiet zone too lies within `most` px, or of the smallest that phones read."""
    count = modules(content).width
    return max(_LEAST_MODULE, most // (count + 2 * QUIET)) * count


def quiet(content: str, side: int) -> int:
    """Px to keep clear around a code of `side` px."""
    return QUIET * side // modules(content).width


def read(picture: Image.Image) -> set[str]:
    """What the QR codes on a picture say."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return {each.text for each in found}


def code_png(content: str, *, module: int = 6) -> bytes:
    """A QR code as PNG with its quiet zone of four modules, for a screen; `module` in px."""
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    bitmap = zxingcpp.write_barcode_to_image(barcode, scale=module, add_quiet_zones=True)
    height, width = bitmap.shape[:2]
    file = BytesIO()
    Image.frombytes("L", (width, height), numpy.asarray(bitmap).tobytes()).save(file, "PNG")
    return file.getvalue()
