"""The name of an icon in, its drawing as SVG out: the brand kit's own, then ours in `icons/`, then Lucide's.

Ours are drawn on Lucide's grid (24 units, stroke 2, round ends) where Lucide has nothing for the health protocols.
"""

from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zipfile import ZipFile

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _
from prokes_social.model.brand import BrandKit


def icon_svg(name: str, kit: BrandKit) -> str:
    """Drawn in currentColor. Raises AssetMissing, with the names that come close."""
    own = kit.files.get(f"icons/{name}.svg")
    if own is not None:
        return own.decode()
    if name in ours():
        return _ours(name)
    if name in _lucide():
        return _lucide()[name]
    raise AssetMissing(_("there is no icon {name}", name=name), hint=_suggestion(name, kit))


def _suggestion(name: str, kit: BrandKit) -> str:
    own = {path.removeprefix("icons/").removesuffix(".svg") for path in kit.files if path.startswith("icons/")}
    # Ours come first: they are what a health campaign means.
    near = get_close_matches(name, sorted(own | ours()), n=3, cutoff=0.55) or get_close_matches(name, _lucide(), n=3)
    if near:
        return _("did you mean {names}?", names=", ".join(near))
    return _("use one of {names}, or any icon of lucide.dev", names=", ".join(sorted(ours())))


@cache
def ours() -> frozenset[str]:
    folder = files("prokes_social.rendering") / "icons"
    return frozenset(file.name.removesuffix(".svg") for file in folder.iterdir() if file.name.endswith(".svg"))


@cache
def _ours(name: str) -> str:
    return (files("prokes_social.rendering") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _lucide() -> dict[str, str]:
    # The package offers its icons to template engines only; the archive is its data.
    with (files("lucide") / "lucide.zip").open("rb") as file, ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".svg")]
        return {name.rsplit("/", 1)[-1].removesuffix(".svg"): archive.read(name).decode() for name in names}
