"""Every English text of the source has its Bahasa Indonesia, and the catalogue has nothing besides."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.util import pathmatch

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "prokes_social"
LOCALE = SOURCE / "locale"
OURS, CLICKS = LOCALE / "id.po", LOCALE / "click.id.po"

#: As in `make texts`.
KEYWORDS = {"_": None, "n_": (1, 2)}
MEND = "Run `make texts`, then write the Indonesian words."

#: They hand on what other places have written out.
HANDING_ON = {("i18n.py", name) for name in ("n_", "gettext", "ngettext")}


def test_every_text_of_the_source_is_in_the_catalogue() -> None:
    assert sorted(collected() - set(ids(OURS))) == [], MEND


def test_the_catalogue_has_no_text_that_is_gone_from_the_source() -> None:
    assert sorted(set(ids(OURS)) - collected()) == [], MEND
    assert list(catalog(OURS).obsolete) == [], MEND


@pytest.mark.parametrize("file", [OURS, CLICKS], ids=lambda file: file.name)
def test_every_text_is_translated(file: Path) -> None:
    assert [message.id for message in messages(file) if not all(translations(message))] == []


@pytest.mark.parametrize("file", [OURS, CLICKS], ids=lambda file: file.name)
def test_no_translation_is_a_guess(file: Path) -> None:
    assert [message.id for message in messages(file) if message.fuzzy] == []


@pytest.mark.parametrize("file", [OURS, CLICKS], ids=lambda file: file.name)
def test_counted_things_have_one_indonesian_form(file: Path) -> None:
    assert catalog(file).num_plurals == 1
    assert [message.id for message in messages(file) if len(translations(message)) != 1] == []


@pytest.mark.parametrize("file", [OURS, CLICKS], ids=lambda file: file.name)
def test_a_translation_fills_the_same_places_as_its_text(file: Path) -> None:
    # Of a counted text the form for many counts: Indonesian is put in its place.
    for message in messages(file):
        for said in filter(None, translations(message)):
            assert places(said) == places(forms(message)[-1]), said


@pytest.mark.parametrize("file", [OURS, CLICKS], ids=lambda file: file.name)
def test_quotes_commands_and_the_spaces_around_stay_as_they_are(file: Path) -> None:
    for message in messages(file):
        text, said = forms(message)[-1], translations(message)[0]
        if not said:
            continue
        assert said.count("“") == said.count("”"), said
        assert said.count("`") % 2 == 0, said
        assert commands(text) <= commands(said), said
        assert text[: len(text) - len(text.lstrip())] == said[: len(said) - len(said.lstrip())], said


def test_every_text_stands_where_the_collector_sees_it() -> None:
    unseen = [place for file in sorted(SOURCE.rglob("*.py")) for place in _unseen(file)]
    assert unseen == [], "Write the text itself between the brackets, and not inside an f-string."


def test_every_template_is_read_by_the_collector() -> None:
    templates = [file for file in SOURCE.rglob("templates/*") if file.is_file() and "_(" in file.read_text("utf-8")]
    patterns = [pattern for pattern, _method in mappings()]
    unread = [name for name in map(_from_source, templates) if not any(pathmatch(each, name) for each in patterns)]
    assert unread == [], "Add its ending to [[tool.babel.mappings]] in pyproject.toml."


def test_what_click_says_is_still_said_by_click() -> None:
    files = Path(click.__file__).parent.rglob("*.py")
    said = {getattr(node, "value", None) for file in files for node in ast.walk(_tree(file)) if _is_text(node)}
    assert sorted(set(ids(CLICKS)) - said) == []


# --- what the source says ---


@cache
def collected() -> frozenset[str]:
    """Every text; both forms of a counted text are texts."""
    found = (said for _file, _line, said, *_rest in extract_from_dir(SOURCE, mappings(), keywords=KEYWORDS))
    return frozenset(text for said in found for text in (said if isinstance(said, tuple) else (said,)))


def mappings() -> list[tuple[str, str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [(each["pattern"], each["method"]) for each in project["tool"]["babel"]["mappings"]]


def _unseen(file: Path) -> Iterator[str]:
    """Calls of `_` and `n_` whose texts are not written there, and those inside f-strings (unseen by Python 3.11)."""
    tree = _tree(file)
    hidden = {id(call) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for call in ast.walk(node)}
    handing = {id(call) for node in ast.walk(tree) if _hands_on(file, node) for call in ast.walk(node)}
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or id(call) in handing:
            continue
        texts = call.args[: {"_": 1, "n_": 2}.get(call.func.id, 0)]
        if texts and (id(call) in hidden or not all(map(_is_text, texts))):
            yield f"{_from_source(file)}:{call.lineno}"


def _hands_on(file: Path, node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and (_from_source(file), node.name) in HANDING_ON


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def _from_source(file: Path) -> str:
    return file.relative_to(SOURCE).as_posix()


# --- what a catalogue says ---


@cache
def catalog(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale="id", abort_invalid=True)


def messages(file: Path) -> list[Message]:
    return [message for message in catalog(file) if message.id]


def ids(file: Path) -> list[str]:
    return [text for message in messages(file) for text in forms(message)]


def forms(message: Message) -> tuple[str, ...]:
    return tuple(map(str, message.id)) if isinstance(message.id, tuple) else (str(message.id),)


def translations(message: Message) -> tuple[str, ...]:
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    return tuple(str(each or "") for each in said)


def places(text: str) -> list[str]:
    return sorted(name for _words, name, _spec, _conversion in Formatter().parse(text) if name is not None)


def commands(text: str) -> set[str]:
    return set(text.split("`")[1::2])
