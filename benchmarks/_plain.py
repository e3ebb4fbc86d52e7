"""The card of `assets/templates/bench.yaml` as most programs draw it: Pillow's own text, everything anew each time."""

from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw, ImageFont, ImageOps

from prokes_social.model.brand import BrandKit
from prokes_social.rendering.assets import rasterise
from prokes_social.rendering.icons import icon_svg
from prokes_social.rendering.typefaces import font_bytes


class PlainCard:
    """Fonts, logo and icons are loaded once, as any sensible program would."""

    def __init__(self, kit: BrandKit, slots: dict[str, Any], link: str) -> None:
        self._kit, self._slots, self._link = kit, slots, link
        self._data = font_bytes(kit.typefaces["text"], kit)
        self._fonts: dict[tuple[int, int], Any] = {}
        self._logo = rasterise(kit.files[kit.images["logo"]], (76, 88), None)
        self._icons = {
            row["icon"]: rasterise(icon_svg(row["icon"], kit).encode(), (44, 44), kit.colors["primary"])
            for row in slots["rows"]
        }

    def draw(self, name: str, unit: str, photo: bytes | None) -> Image.Image:
        colors = self._kit.colors
        image = self._gradient()
        image.paste(self._logo, (64, 56), self._logo)
        draw = ImageDraw.Draw(image)
        for n, line in enumerate(self._wrapped(draw, self._slots["headline"], 952, 58, 800)):
            draw.text((64, 176 + n * 70), line, font=self._font(58, 800), fill=colors["on_primary"])
        draw.rounded_rectangle((40, 350, 1040, 820), 32, fill=colors["paper"])
        for n, row in enumerate(self._slots["rows"]):
            icon = self._icons[row["icon"]]
            image.paste(icon, (92, 396 + n * 80), icon)
            draw.text((160, 400 + n * 80), row["title"], font=self._font(34, 700), fill=colors["ink"])
        self._portrait(image, photo)
        for n, line in enumerate(self._wrapped(draw, name, 320, 30, 700)):
            draw.text((840, 676 + n * 38), line, font=self._font(30, 700), fill=colors["ink"], anchor="mm")
        draw.text((840, 790), unit, font=self._font(24, 500), fill=colors["ink_soft"], anchor="mm")
        draw.text((64, 940), "Dinas Kesehatan · @dinkes.nusaraya", font=self._font(30, 500), fill=colors["paper"])
        image.paste(self._code(), (860, 870))
        return image

    def _gradient(self) -> Image.Image:
        first, last = self._kit.colors["primary"], self._kit.colors["primary_dark"]
        ramp = Image.linear_gradient("L").rotate(45).resize((1080, 1080))
        return Image.composite(Image.new("RGB", ramp.size, last), Image.new("RGB", ramp.size, first), ramp)

    def _portrait(self, image: Image.Image, photo: bytes | None) -> None:
        mask = Image.new("L", (944, 944))
        ImageDraw.Draw(mask).ellipse((0, 0, 943, 943), fill=255)
        mask = mask.resize((236, 236), Image.Resampling.LANCZOS)
        if photo is None:
            image.paste(self._kit.colors["primary_soft"], (722, 388, 958, 624), mask)
            return
        shown = ImageOps.fit(Image.open(BytesIO(photo)).convert("RGB"), (236, 236), Image.Resampling.LANCZOS)
        image.paste(shown, (722, 388), mask)

    def _code(self) -> Image.Image:
        code = zxingcpp.create_barcode(self._link, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4)).convert("RGB").resize((156, 156))

    def _font(self, size: int, weight: int) -> Any:
        if (size, weight) not in self._fonts:
            font = ImageFont.truetype(BytesIO(self._data), size)
            font.set_variation_by_axes([weight])
            self._fonts[size, weight] = font
        return self._fonts[size, weight]

    def _wrapped(self, draw: ImageDraw.ImageDraw, text: str, room: int, size: int, weight: int) -> list[str]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and draw.textlength(longer, font=self._font(size, weight)) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines
