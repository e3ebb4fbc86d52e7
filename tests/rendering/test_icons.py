import pytest

from prokes_social.errors import AssetMissing
from prokes_social.i18n import use_language
from prokes_social.rendering import Studio
from prokes_social.rendering.assets import rasterise
from prokes_social.rendering.icons import icon_svg, ours

WANTED = {
    "mask", "wash-hands", "distance", "crowd", "mobility", "vaccine", "shield", "hospital", "phone", "calendar",
    "elderly", "pregnant", "check", "source", "home", "care", "vial", "booster", "vaccine-card", "id-card",
    "health-worker", "ambulance", "thermometer", "ventilation", "cough", "sanitizer", "hotline", "health-app", "queue",
    "masjid", "posyandu",
}  # fmt: skip


def test_the_health_protocols_have_icons_of_our_own() -> None:
    assert ours() >= WANTED


@pytest.mark.parametrize("name", sorted(ours()))
def test_our_icons_keep_to_the_grid(name: str, studio: Studio) -> None:
    svg = icon_svg(name, studio.brands["nusa-raya"])
    assert 'viewBox="0 0 24 24"' in svg and 'stroke-width="2"' in svg and 'stroke-linecap="round"' in svg
    drawn = rasterise(svg.encode(), (240, 240), (10, 20, 30))
    left, top, right, bottom = drawn.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert max(right - left, bottom - top) >= 150, "fills its grid"
    # Half a unit stays free all round: ink at the very edge was cut off.
    assert min(left, top) >= 5 and max(right, bottom) <= 235, "not clipped"
    opaque = {pixel[:3] for _count, pixel in drawn.getcolors(100_000) or [] if pixel[3] == 255}
    assert opaque == {(10, 20, 30)}, "tinted"


def test_lucide_has_the_rest(studio: Studio) -> None:
    assert "<svg" in icon_svg("stethoscope", studio.brands["nusa-raya"])


@pytest.mark.parametrize(("name", "meant"), [("masker", "mask"), ("vaksin", "vaccine"), ("stetoscope", "stethoscope")])
def test_an_unknown_icon_brings_suggestions(studio: Studio, name: str, meant: str) -> None:
    use_language("en")
    with pytest.raises(AssetMissing) as raised:
        icon_svg(name, studio.brands["nusa-raya"])
    assert meant in raised.value.hint
