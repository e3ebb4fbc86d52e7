"""Folders with `templates/*.yaml` in; templates by name out, or every Problem at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from prokes_social.errors import ContentError
from prokes_social.i18n import _
from prokes_social.loading.document import content_error, parse_document, read_plain
from prokes_social.model.brand import ROLES
from prokes_social.model.campaign import Loaded
from prokes_social.model.template import Layer, Template, descend
from prokes_social.problem import Problem

#: What begins with `brand.` and names a picture or a word instead.
_NO_COLOUR = ("image", "when", "unless")


def load_templates(folders: Sequence[Path]) -> dict[str, Loaded[Template]]:
    """By file name. A template of an earlier folder hides its namesakes: a workspace's own come before ours.

    Raises ContentError with the Problems of all files.
    """
    templates: dict[str, Loaded[Template]] = {}
    problems: list[Problem] = []
    for name, path in sorted(template_files(folders).items()):
        try:
            templates[name] = load_template(path)
        except ContentError as error:
            problems += error.problems
    if problems:
        raise content_error(problems, _("The templates"))
    return templates


def template_files(folders: Sequence[Path]) -> dict[str, Path]:
    files = (path for folder in reversed(folders) for path in sorted((folder / "templates").glob("*.yaml")))
    return {path.stem: path for path in files}


def load_template(path: Path) -> Loaded[Template]:
    """One file. Raises ContentError."""
    text, file = read_plain(path), str(path)
    try:
        return replace(_sound(text), file=file)
    except ContentError:
        return _checked(text, file)  # once more, so that its problems name the file


@lru_cache(maxsize=64)
def _sound(text: str) -> Loaded[Template]:
    """Reading a template with all its places takes 50 ms; the same text is read once in a process."""
    return _checked(text, "")


def _checked(text: str, file: str) -> Loaded[Template]:
    loaded = parse_document(text, Template, file)
    if problems := [*_unknown_words(loaded), *_unknown_colours(loaded)]:
        raise content_error(problems, file)
    return loaded


def _unknown_words(loaded: Loaded[Template]) -> Iterator[Problem]:
    """Words in braces, and in `when` and `unless`, that are neither slots nor the brand's."""
    template = loaded.value
    known = template.known_words()
    for path, word in template.words_used():
        if word not in known:
            yield Problem(
                code="template-slot-unknown",
                what=_("The template has no slot “{word}”.", word=word),
                remedy=_("Known here: {words}.", words=", ".join(sorted(known))),
                place=loaded.place(path, word),
            )


def _unknown_colours(loaded: Loaded[Template]) -> Iterator[Problem]:
    """Colours that no brand kit has."""
    for size, artboard in loaded.value.sizes.items():
        for index, layer in enumerate(artboard.layers):
            for name in sorted({name for each in descend(layer) for name in _colours(each)} - ROLES.keys()):
                yield Problem(
                    code="template-colour-unknown",
                    what=_("No brand kit has a colour “{name}”.", name=name),
                    remedy=_("Known here: {words}.", words=", ".join(ROLES)),
                    place=loaded.place(("sizes", size, "layers", index), f"brand.{name}"),
                )


def _colours(model: BaseModel) -> Iterator[str]:
    """Names of the colours that a layer, its plate and their borders say themselves."""
    for key, value in model:
        if isinstance(value, BaseModel) and not isinstance(value, Layer):
            yield from _colours(value)
        for each in value if isinstance(value, tuple) else (value,):
            if key not in _NO_COLOUR and isinstance(each, str) and each.startswith("brand."):
                yield each.removeprefix("brand.")
