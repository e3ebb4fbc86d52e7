"""A brand's colour in, one that can be read on white out."""

import re

#: WCAG 2.2 level AA for text; https://www.w3.org/TR/WCAG22/#contrast-minimum
CONTRAST = 4.5

_HEX = re.compile(r"#([0-9a-fA-F]{6})")


def readable(colour: str, *, otherwise: str) -> str:
    """`colour` as `#rrggbb`, darkened until text in it can be read on white; `otherwise` where it is no colour."""
    match = _HEX.fullmatch(colour.strip())
    if not match:  # the value ends in a style sheet: nothing but six digits may pass
        return otherwise
    red, green, blue = bytes.fromhex(match[1])
    while contrast_on_white(red, green, blue) < CONTRAST:
        red, green, blue = red * 94 // 100, green * 94 // 100, blue * 94 // 100
    return f"#{red:02x}{green:02x}{blue:02x}"


def contrast_on_white(red: int, green: int, blue: int) -> float:
    """The contrast ratio of WCAG 2.2 between an sRGB colour and white, 1 to 21."""
    return 1.05 / (0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue) + 0.05)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
