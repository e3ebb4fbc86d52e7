"""The manual: all its pages, looked through by words, and each of them as a page of the desk."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from fastapi import Response
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from prokes_social import help as book
from prokes_social.help import Topic
from prokes_social.i18n import _, language
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit

area = Area()
#: Letters around the first word that was found.
_AROUND = 90
_MARKS = re.compile(r"-{3,}|[`*_#|>]+|\[|\]\([^)]*\)")


@dataclass(frozen=True, kw_only=True)
class Found:
    topic: Topic
    before: str
    word: str
    after: str


@area.get("/manual", Right.SEE)
def index(visit: Visit) -> Response:
    words = visit.asked("q").strip()[:100]
    topics = _topics(language())
    found = _search(words, language()) if words else []
    return visit.show("manual.html.j2", parts=_by_part(topics), q=words, found=found)


@area.get("/manual/{page}", Right.SEE)
def top_page(visit: Visit) -> Response:
    return _page(visit, visit.path["page"])


@area.get("/manual/{section}/{page}", Right.SEE)
def page(visit: Visit) -> Response:
    return _page(visit, f"{visit.path['section']}/{visit.path['page']}")


def _page(visit: Visit, name: str) -> Response:
    topic = next((each for each in _topics(language()) if each.name == name.removesuffix(".md")), None)
    if topic is None:
        return visit.missing()
    html, headings = _rendered(topic, language())
    return visit.show("manual_page.html.j2", topic=topic, page=html, headings=headings)


@cache
def _topics(spoken: str) -> tuple[Topic, ...]:
    return tuple(book.topics(spoken))


def _by_part(topics: tuple[Topic, ...]) -> list[tuple[str, list[Topic]]]:
    titles = {
        "start": _("Begin here"), "how-to": _("How to"), "add-a": _("For developers"), "reference": _("Reference"),
        "ideas": _("Ideas behind it"), "": _("Besides"),
    }  # fmt: skip
    parts: dict[str, list[Topic]] = {}
    for each in topics:
        part = "start" if each.name == "start" else each.name.partition("/")[0] if "/" in each.name else ""
        parts.setdefault("add-a" if "/add-a-" in each.name else part, []).append(each)
    return [(title, parts[part]) for part, title in titles.items() if part in parts]


# --- looking for words ---


@cache
def _plain(topic: Topic, spoken: str) -> str:
    """The page without its marks."""
    return " ".join(_MARKS.sub(" ", book.read(topic, spoken)).split())


def _search(words: str, spoken: str) -> list[Found]:
    """Pages that have every word; those whose title has them come first."""
    wanted = words.casefold().split()
    found = []
    for topic in _topics(spoken):
        text = _plain(topic, spoken)
        low = text.casefold()
        if all(word in low for word in wanted):
            in_title = sum(word in topic.title.casefold() for word in wanted)
            found.append((-in_title, -sum(low.count(word) for word in wanted), _excerpt(topic, text, wanted)))
    return [each for _title, _count, each in sorted(found, key=lambda each: each[:2])]


def _excerpt(topic: Topic, text: str, wanted: list[str]) -> Found:
    body = text.removeprefix(topic.title).lstrip()
    at = next((place for word in wanted if (place := body.casefold().find(word)) >= 0), -1)
    if at < 0:
        return Found(topic=topic, before=body[: 2 * _AROUND], word="", after="…")
    length = max(len(word) for word in wanted if body.casefold().startswith(word, at))
    start = max(0, at - _AROUND)
    before = ("…" if start else "") + body[start:at].partition(" ")[2] if start else body[:at]
    return Found(
        topic=topic, before=before, word=body[at : at + length], after=body[at + length : at + length + _AROUND] + "…"
    )


# --- Markdown ---


@cache
def _rendered(topic: Topic, spoken: str) -> tuple[Markup, tuple[tuple[str, str], ...]]:
    """The page, and its headings with the anchors they have."""
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    text = book.read(topic, spoken)
    tokens = md.parse(text)
    tokens = tokens[3:] if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1" else tokens
    headings = list(_anchored(tokens))
    for token in tokens:
        _mend(token, topic)
    html = md.renderer.render(tokens, md.options, {})
    html = html.replace("<table>", '<div class="scroll" tabindex="0" role="group"><table>')
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre class="code" tabindex="0">')
    return Markup(html), tuple(headings)  # noqa: S704 - our own pages, rendered with html switched off


def _anchored(tokens: list[Token]) -> list[tuple[str, str]]:
    """Each heading gets an id that its words make."""
    found: list[tuple[str, str]] = []
    taken: set[str] = set()
    for token, inline in pairwise(tokens):
        if token.type != "heading_open":
            continue
        words = re.sub(r"[`*]", "", inline.content)
        anchor = start = re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-") or "bagian"
        number = 2
        while anchor in taken:
            anchor, number = f"{start}-{number}", number + 1
        taken.add(anchor)
        token.attrSet("id", anchor)
        if token.tag == "h2":
            found.append((anchor, words))
    return found


def _mend(token: Token, topic: Topic) -> None:
    """Links between pages lead to pages of the desk; others open nothing of ours."""
    for child in token.children or []:
        if child.type == "link_open":
            address = str(child.attrGet("href") or "")
            if ".md" in address and "://" not in address:
                _name, _mark, anchor = address.partition("#")
                child.attrSet("href", f"/manual/{book.target(topic, address)}" + (f"#{anchor}" if anchor else ""))
            elif "://" in address:
                child.attrSet("rel", "noreferrer")
        _mend(child, topic)
