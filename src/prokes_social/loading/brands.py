"""Folders with `brands/<name>/brand.yaml` in; complete brand kits by name out, or every Problem at once.

A kit that `extends` another takes from it whatever it does not name itself, and a variant takes the rest from its kit.
The files that a kit names are read here and travel in it as bytes, so that drawing needs no folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from prokes_social.errors import ContentError
from prokes_social.i18n import _
from prokes_social.loading.document import content_error, load_document
from prokes_social.model.brand import BrandKit, BrandSheet
from prokes_social.model.campaign import Loaded
from prokes_social.model.campaign import Path as Place
from prokes_social.problem import Problem

_MOST_BYTES = 5_000_000
#: A colour that a kit need not name, and the one it then is.
_STANDS_FOR = {"primary_text": "primary"}
#: An SVG that reaches for something outside itself is refused.
_REACHES = (
    b"<!doctype",
    b"<!entity",
    b"<image",
    b"<script",
    b"<foreignobject",
    b'href="http',
    b'href="file',
    b"url(http",
)


@dataclass(frozen=True)
class _Sheet:
    """One brand.yaml and the folder it confines its files to."""

    loaded: Loaded[BrandSheet]
    folder: Path


@dataclass(frozen=True, kw_only=True)
class BrandReading:
    """Kits as far as they can be completed, those with illegible pairs among them; a kit with problems is not to be
    drawn with."""

    kits: Mapping[str, Loaded[BrandKit]]
    problems: tuple[Problem, ...]


def load_brands(folders: Sequence[Path]) -> dict[str, Loaded[BrandKit]]:
    """By folder name, and its variants as `<name>-<variant>`. A kit of an earlier folder hides its namesakes.

    Raises ContentError with the Problems of all files.
    """
    reading = read_brands(folders)
    if reading.problems:
        raise content_error(reading.problems, _("The brand kits"))
    return dict(reading.kits)


def read_brands(folders: Sequence[Path]) -> BrandReading:
    """The same, going on past problems; raises nothing."""
    sheets, problems = _sheets(folders)
    kits: dict[str, Loaded[BrandKit]] = {}
    for name in sheets:
        try:
            kits |= _kits(name, _lineage(name, sheets), problems)
        except ContentError as error:
            problems += error.problems
    return BrandReading(kits=kits, problems=tuple(dict.fromkeys(problems)))


def brand_files(folders: Sequence[Path]) -> dict[str, Path]:
    files = (path for folder in reversed(folders) for path in sorted((folder / "brands").glob("*/brand.yaml")))
    return {path.parent.name: path for path in files}


def _sheets(folders: Sequence[Path]) -> tuple[dict[str, _Sheet], list[Problem]]:
    sheets: dict[str, _Sheet] = {}
    problems: list[Problem] = []
    for name, path in sorted(brand_files(folders).items()):
        try:
            sheets[name] = _Sheet(load_document(path, BrandSheet), path.parent)
        except ContentError as error:
            problems += error.problems
    return sheets, problems


def _lineage(name: str, sheets: Mapping[str, _Sheet]) -> list[_Sheet]:
    """The sheet and those it builds on, nearest first. Raises ContentError."""
    line = [sheets[name]]
    while parent := line[-1].loaded.value.extends:
        if parent not in sheets or sheets[parent] in line:
            what = _("There is no brand kit “{name}” to build on.", name=parent)
            raise _refused(line[-1], ("extends",), "brand-extends", what, _known(sheets, line))
        line.append(sheets[parent])
    return line


def _known(sheets: Mapping[str, _Sheet], line: Sequence[_Sheet]) -> str:
    names = [name for name, sheet in sheets.items() if sheet not in line]
    return _("Known here: {words}.", words=", ".join(names))


def _refused(sheet: _Sheet, path: Place, code: str, what: str, remedy: str) -> ContentError:
    problem = Problem(code=code, what=what, remedy=remedy, place=sheet.loaded.place(path))
    return content_error([problem], sheet.loaded.file)


def _kits(name: str, line: Sequence[_Sheet], problems: list[Problem]) -> dict[str, Loaded[BrandKit]]:
    """The kit and its variants, by name; what is wrong with them is added to `problems`. Raises ContentError."""
    words: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for sheet in reversed(line):
        words = _over(words, sheet.loaded.value.model_dump(exclude_unset=True, exclude={"extends", "variants"}))
        files |= dict(_files(sheet, problems))
    own = line[0]
    kits = {name: _complete(words, files, own, ())}
    # Not inherited: colours that fit the province's need not fit the regency's.
    for variant, differs in own.loaded.value.variants.items():
        changed = _over(words, differs.model_dump(exclude_unset=True)) | {"variant_of": name}
        kits[f"{name}-{variant}"] = _complete(changed, files, own, ("variants", variant))
    for key, kit in kits.items():
        at: Place = ("variants", key.removeprefix(f"{name}-")) if kit.variant_of else ()
        problems += _illegible(kit, own.loaded, at)
    return {key: replace(own.loaded, value=kit) for key, kit in kits.items()}  # type: ignore[arg-type, misc]


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins, key by key and inside mappings too."""
    merged = dict(below)
    for key, value in above.items():
        mappings = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if mappings else value
    return merged


def _complete(words: Mapping[str, Any], files: Mapping[str, bytes], sheet: _Sheet, at: Place) -> BrandKit:
    try:
        return BrandKit.model_validate({**words, "files": files})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = _("The brand kit is not complete: {reason}.", reason=first["msg"])
        raise _refused(sheet, (*at, *first["loc"]), "brand-incomplete", what, _("Add what is missing.")) from None


def _files(sheet: _Sheet, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """The pictures and font files a sheet names, and its own icons; those that can't be read go to `problems`."""
    for file, at in _named(sheet):
        try:
            yield file, _read(sheet, file, at)
        except ContentError as error:
            problems += error.problems


def _named(sheet: _Sheet) -> Iterator[tuple[str, Place]]:
    """Every file that belongs to a sheet, with the place that names it."""
    value = sheet.loaded.value
    yield from ((file, ("images", name)) for name, file in value.images.items())
    for variant, differs in value.variants.items():
        yield from ((file, ("variants", variant, "images", name)) for name, file in differs.images.items())
    for style, typeface in value.typefaces.items():
        if typeface.is_file:
            yield typeface.family, ("typefaces", style, "family")
    yield from ((f"icons/{path.name}", ()) for path in sorted((sheet.folder / "icons").glob("*.svg")))


def _read(sheet: _Sheet, file: str, at: Place) -> bytes:
    folder = sheet.folder.resolve()
    path = (folder / file).resolve()
    if not path.is_relative_to(folder) or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        what = _("There is no file {file} of at most 5 MB in the brand kit's folder.", file=file)
        raise _refused(sheet, at, "brand-file", what, _("Put it there, or mend its name."))
    data = path.read_bytes()
    if path.suffix == ".svg" and any(reach in data.lower() for reach in _REACHES):
        what = _("{file} refers to something outside itself.", file=file)
        raise _refused(sheet, at, "brand-file", what, _("Save it as plain SVG: paths only, no links, no pictures."))
    return data


def _illegible(kit: BrandKit, own: Loaded[BrandSheet], at: Place) -> Iterator[Problem]:
    named = own.value.variants[str(at[1])].colors if at else own.value.colors
    for pair in kit.illegible():
        keys = (pair.text, _STANDS_FOR.get(pair.text, pair.text), pair.ground)
        key = next((each for each in keys if each in named), pair.text)
        yield Problem(
            code="brand-contrast",
            what=_("{text} on {ground} has a contrast of {measured}:1; people need {least}:1.",
                   text=pair.text, ground=pair.ground, measured=f"{pair.measured:.1f}", least=f"{pair.least:g}"),
            remedy=_("Make {text} or {ground} lighter or darker.", text=pair.text, ground=pair.ground),
            place=own.place((*at, "colors", key)),
        )  # fmt: skip
