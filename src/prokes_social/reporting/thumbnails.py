"""A card in, a small JPEG out, so that a report can be mailed; the card itself is never touched."""

from base64 import b64encode
from io import BytesIO

from prokes_social.model.platform import Picture

#: Twice the width at which a card stands on the page, for sharp screens and paper.
WIDTH = 160


def data_uri(picture: Picture) -> str:
    """The thumbnail as an address that holds its own bytes; empty where the kept bytes are no picture any more."""
    small = thumbnail(picture.data)
    return f"data:image/jpeg;base64,{b64encode(small).decode()}" if small else ""


def thumbnail(data: bytes, width: int = WIDTH) -> bytes:
    # Loaded late, because JSON and CSV do without. Steps can't call each other, so this is not rendering's Pillow.
    from PIL import Image

    small = BytesIO()
    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as card:
            card.draft("RGB", (width * 2, width * 4))  # decodes a large JPEG at a fraction of its size
            card.thumbnail((width, width * 2))
            card.convert("RGB").save(small, "JPEG", quality=82, optimize=True)
    except OSError:  # Pillow's word for "no picture" is a child of it
        return b""
    return small.getvalue()
