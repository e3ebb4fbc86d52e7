"""Folders with brand kits in; each kit with its measured colour pairs, and everything to put right in it, out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as Folder

from prokes_social.errors import AssetMissing, ContentError
from prokes_social.i18n import _
from prokes_social.loading.brands import read_brands
from prokes_social.model.brand import BrandKit, Typeface
from prokes_social.model.campaign import Loaded, Path
from prokes_social.problem import Problem, in_reading_order
from prokes_social.rendering.assets import is_see_through
from prokes_social.rendering.typefaces import font_bytes


@dataclass(frozen=True, kw_only=True)
class CheckedBrand:
    name: str
    kit: BrandKit
    file: str
    typefaces: tuple[tuple[str, str, bool], ...]  #: style, family and weight, whether it was found


@dataclass(frozen=True, kw_only=True)
class BrandCheck:
    brands: tuple[CheckedBrand, ...]
    problems: tuple[Problem, ...]


def check_brands(folders: Sequence[Folder], name: str | None = None) -> BrandCheck:
    """All kits, or `name` and its variants. Raises ContentError where there is no such kit."""
    reading = read_brands(folders)
    kits = {key: kit for key, kit in reading.kits.items() if name in (None, key, kit.value.variant_of)}
    if name and not kits and not any(_is_of(problem, name) for problem in reading.problems):
        raise ContentError(
            _("There is no brand kit “{name}”.", name=name),
            hint=_("Known here: {words}.", words=", ".join(reading.kits)),
        )
    problems = [problem for problem in reading.problems if name is None or _is_of(problem, name)]
    for key, loaded in kits.items():
        problems += [*_opaque_logos(key, loaded), *_lost_typefaces(key, loaded)]
    return BrandCheck(
        brands=tuple(_checked(key, loaded) for key, loaded in kits.items()),
        problems=tuple(in_reading_order(dict.fromkeys(problems))),
    )


def _is_of(problem: Problem, name: str) -> bool:
    return problem.place is not None and Folder(problem.place.file).parent.name == name


def _checked(name: str, loaded: Loaded[BrandKit]) -> CheckedBrand:
    kit = loaded.value
    faces = ((str(style), f"{face.family} {face.weight}", _found(face, kit)) for style, face in kit.typefaces.items())
    return CheckedBrand(name=name, kit=kit, file=loaded.file, typefaces=tuple(faces))


def _found(typeface: Typeface, kit: BrandKit) -> bool:
    try:
        font_bytes(typeface, kit)
    except AssetMissing:
        return False
    return True


def _lost_typefaces(name: str, loaded: Loaded[BrandKit]) -> Iterator[Problem]:
    kit = loaded.value
    # A font file that is missing has its problem already; a variant sets no typefaces of its own.
    for style, typeface in () if kit.variant_of else kit.typefaces.items():
        if not typeface.is_file and not _found(typeface, kit):
            yield Problem(
                code="brand-typeface",
                what=_("The typeface {family} of {brand} is not installed.", family=typeface.family, brand=name),
                remedy=_("Install fontpkg-{family}, or put the font file into the brand kit's folder.",
                         family=typeface.family),
                place=loaded.place(("typefaces", style, "family")),
            )  # fmt: skip


def _opaque_logos(name: str, loaded: Loaded[BrandKit]) -> Iterator[Problem]:
    """Logos that would show as a box on coloured ground; only those that the kit itself names."""
    kit = loaded.value
    at: Path = ("variants", name.removeprefix(f"{kit.variant_of}-")) if kit.variant_of else ()
    for key, file in kit.images.items():
        path = (*at, "images", key)
        is_own_logo = key.startswith("logo") and path in loaded.spans and file in kit.files
        if is_own_logo and (complaint := _complaint(kit.files[file])):
            yield Problem(code="brand-logo", what=complaint, remedy=_how_to_save(), place=loaded.place(path))


def _complaint(logo: bytes) -> str:
    try:
        return "" if is_see_through(logo) else _("The logo has no transparent ground: it shows as a box on colours.")
    except (AssetMissing, OSError):
        return _("The logo can't be read as a picture.")


def _how_to_save() -> str:
    return _("Save it as SVG, or as PNG with a transparent ground; JPEG has none.")
