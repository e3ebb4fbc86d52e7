"""A topic and a language in, a page of the manual as Markdown out, its reference tables filled from the code.

The folder is the register: every Markdown file below `id/` is a topic, and `en/` has the same ones. What a table says
is read from the code each time, so no page can lag behind it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from posixpath import dirname, join, normpath

from prokes_social.errors import SettingsError
from prokes_social.i18n import _, speaking

__all__ = ["Notes", "Table", "Topic", "find", "notes", "read", "target", "topics"]

#: What a marker says of its rows, by row: the words that only people can write, in the page's own language.
Notes = Mapping[str, str]
Table = Callable[[Notes], str]

#: The way through the manual; developers' pages come after the office's.
PARTS = ("start", "how-to", "how-to/add-a", "reference", "ideas", "glossary", "performance")

#: `<!-- table: name -->`, with a line `row: words` for each note before its end.
MARKER = re.compile(r"^<!-- table: ([a-z-]+)\s*(.*?)\s*-->$", re.MULTILINE | re.DOTALL)

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_SENTENCE = re.compile(r"(.+?[.!?])(?=\s|$)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Topic:
    name: str  #: the path of its page without the ending, `how-to/approve`
    title: str
    summary: str  #: the first sentence of its page


def topics(language: str) -> list[Topic]:
    """Every page of the manual, in the order of PARTS."""
    return [_topic(name, language) for name in sorted(_pages(_root(language)), key=_reading_key)]


def find(text: str, language: str) -> Topic:
    """The topic `how-to/approve`, also by its last word alone. Raises SettingsError with the names that come close."""
    names = [topic.name for topic in topics(language)]
    wanted = text.strip().lower().removesuffix(".md").strip("/")
    if wanted not in names:
        wanted = next((name for name in names if name.rsplit("/", 1)[-1] == wanted), "")
    if not wanted:
        raise SettingsError(_("The manual has no page “{topic}”.", topic=text), hint=_near(text, names))
    return _topic(wanted, language)


def read(topic: Topic, language: str, more: Mapping[str, Table] | None = None) -> str:
    """The page as Markdown. `more` are tables that this layer can't make, such as the commands."""
    with speaking(language):
        return MARKER.sub(lambda found: _filled(found, more or {}), _text(topic.name, language))


def notes(topic: Topic, table: str, language: str) -> Notes:
    """The words that only people can write, of one table of the page."""
    return next((_notes(found[2]) for found in MARKER.finditer(_text(topic.name, language)) if found[1] == table), {})


def target(topic: Topic, link: str) -> str:
    """The name of the topic that a relative link on the page leads to: `../glossary.md` to `glossary`."""
    page = link.partition("#")[0]
    return normpath(join(dirname(topic.name), page)).removesuffix(".md") if page else topic.name


# --- pages ---


def _root(language: str) -> Traversable:
    return files(__name__) / language


def _pages(folder: Traversable, path: str = "") -> list[str]:
    names = []
    for entry in folder.iterdir():
        if entry.is_dir():
            names += _pages(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".md"):
            names.append(path + entry.name.removesuffix(".md"))
    return names


def _text(name: str, language: str) -> str:
    return _root(language).joinpath(*f"{name}.md".split("/")).read_text(encoding="utf-8")


def _topic(name: str, language: str) -> Topic:
    heading, _gap, rest = _text(name, language).partition("\n\n")
    words = _LINK.sub(r"\1", rest).replace("`", "").replace("**", "")
    sentence = _SENTENCE.match(words)
    summary = " ".join(sentence[1].split()) if sentence else ""
    return Topic(name=name, title=heading.removeprefix("# ").strip(), summary=summary)


def _reading_key(name: str) -> tuple[int, str]:
    part = max((each for each in PARTS if name.startswith(each)), key=len, default="")
    return (PARTS.index(part) if part else len(PARTS), name)


def _near(text: str, names: list[str]) -> str:
    words = {name.rsplit("/", 1)[-1]: name for name in names} | {name: name for name in names}
    close = dict.fromkeys(words[each] for each in get_close_matches(text.lower(), words, n=3, cutoff=0.5))
    if close:
        return _("Did you mean {names}?", names=", ".join(close))
    return _("`prokes help` lists all pages.")


# --- tables ---


def _filled(found: re.Match[str], more: Mapping[str, Table]) -> str:
    from prokes_social.help import tables  # platforms, checking and reporting: only where a page has a table

    name = found[1]
    table = more.get(name) or tables.named(name)
    if table is None:
        return _("This table is shown by `prokes help`.")
    return table(_notes(found[2]))


def _notes(text: str) -> dict[str, str]:
    """`row: words`, a line each; what follows indented belongs to the line before."""
    lines = re.sub(r"\n[ \t]+", " ", text).splitlines()
    parts = (line.partition(": ") for line in lines if line.strip())
    return {row.strip(): words.strip() for row, _colon, words in parts}
