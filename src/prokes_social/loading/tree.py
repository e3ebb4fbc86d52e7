"""YAML text in, a tree of nodes out in which every scalar is still text and knows its place; builds no objects.

Refused: aliases, anchors, tags, a key used twice, several documents, and anything too large or too deep. PyYAML's
pure-Python classes are used on purpose: the C loader crashes on 100,000 `[`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml

from prokes_social.i18n import _, format_number
from prokes_social.loading.syntax import syntax_problem, unreadable_problem
from prokes_social.model.campaign import Path, Span, place_in
from prokes_social.problem import Problem

MAX_DEPTH = 20
MAX_NODES = 20_000

_LOST_HASHTAG = re.compile(r"[ \t]+(#[^\s#]\S*)")
# Control characters and lone surrogates can only come from escapes such as "\x00"; no platform takes them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# Programs that write JSON escape an emoji as a pair of surrogates.
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


class Unreadable(Exception):
    """The text cannot be followed any further; carries the Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


@dataclass
class Node:
    """A text, a list or keys with their values; None stands for an empty value."""

    span: Span
    value: "str | list[Node] | dict[str, Node] | None"
    keys: dict[str, Span] = field(default_factory=dict)
    spoilt: bool = False  #: reported already, or a stand-in: further complaints about it would only be echoes
    flow: bool = False  #: written with brackets
    lost: set[str] = field(default_factory=set)  #: keys taken out because their values could not be read

    def child(self, step: str | int) -> "Node | None":
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None

    def plain(self) -> object:
        """Texts, lists and dicts, as pydantic takes them."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, "Node"]]:
        yield path, self
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield from node.walk((*path, key))
        elif isinstance(self.value, list):
            for position, node in enumerate(self.value):
                yield from node.walk((*path, position))


def read_tree(text: str, file: str) -> tuple[Node, list[Problem]]:
    """The tree of a file's only document, and what is wrong with it. Raises Unreadable where reading had to stop."""
    builder = _Builder(text, file)
    for event in _events(text, file):
        builder.take(event)
    if builder.root is None or builder.root.value is None:
        raise Unreadable(_empty(text, file))
    if not isinstance(builder.root.value, dict):
        raise Unreadable(_no_keys(text, file, builder.root))
    return builder.root, builder.problems


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    loader: yaml.SafeLoader | None = None
    try:
        loader = yaml.SafeLoader(text)
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]
    except yaml.MarkedYAMLError as error:
        raise Unreadable(syntax_problem(error, text, file)) from error
    except yaml.reader.ReaderError as error:
        raise Unreadable(unreadable_problem(text, file, error.position)) from error
    except (ValueError, OverflowError) as error:  # an escape like "\UFFFFFFFF" is no character
        index = loader.get_mark().index if loader else 0
        raise Unreadable(unreadable_problem(text, file, index)) from error
    finally:
        if loader:
            loader.dispose()


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


class _Mark(Protocol):
    index: int


def _at(mark: _Mark | None) -> int:
    return mark.index if mark else 0


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    node: Node
    key: str | None = None


class _Builder:
    """Takes PyYAML's events one by one. Composing in a loop, not by recursion, keeps depth our own decision."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.count = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                raise Unreadable(self._several_documents(event))
            case yaml.AliasEvent():
                self._refuse_reference(event)
                self._add(Node(self._span(event), None, spoilt=True))
            case yaml.ScalarEvent():
                self._refuse_tag_and_anchor(event)
                self._add(self._scalar(event))
            case yaml.CollectionStartEvent():
                self._refuse_tag_and_anchor(event)
                self._open(event)
            case yaml.CollectionEndEvent():
                self._close(event)

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        empty = event.value == "" and event.style is None
        value = _SURROGATES.sub(_joined, event.value)
        node = Node(self._scalar_span(event), None if empty else value)
        if event.style is None and (match := _LOST_HASHTAG.match(self.text, _at(event.end_mark))):
            self._say(match.start(1), "yaml-comment", *_lost_hashtag(match[1]))
            node.spoilt = empty
        if match := _UNPRINTABLE.search(value):
            self._say(node.span.start, "yaml-character", *_unprintable(match[0]))
            node.value = _UNPRINTABLE.sub("", value)
        return node

    def _scalar_span(self, event: yaml.ScalarEvent) -> Span:
        """Of a text after | or >, the words themselves, not the sign."""
        start, end = _at(event.start_mark), _at(event.end_mark)
        if event.style in ("|", ">"):
            first_break = self.text.find("\n", start, end)
            body = self.text[first_break:end] if first_break >= 0 else ""
            start = end - len(body.lstrip())
        return Span(start=start, end=start + len(self.text[start:end].rstrip()))

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if self.stack and self._expects_key():
            raise Unreadable(self._problem(_at(event.start_mark), "yaml-quotes", *_bracket_as_key()))
        if len(self.stack) >= MAX_DEPTH:
            raise Unreadable(self._problem(_at(event.start_mark), "yaml-depth", *_too_deep()))
        value: dict[str, Node] | list[Node] = {} if isinstance(event, yaml.MappingStartEvent) else []
        node = Node(self._span(event), value, flow=bool(event.flow_style))
        self._add(node)
        self.stack.append(_Open(node))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        node = self.stack.pop().node
        inside = self.text[node.span.start : _at(event.end_mark)].rstrip()
        node.span = Span(start=node.span.start, end=node.span.start + len(inside))

    def _add(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise Unreadable(self._problem(node.span.start, "yaml-size", *_too_many()))
        if not self.stack:
            self.root = node
        elif isinstance(items := self.stack[-1].node.value, list):
            items.append(node)
        elif self._expects_key():
            self._take_key(node)
        else:
            self._take_value(node)

    def _expects_key(self) -> bool:
        top = self.stack[-1]
        return isinstance(top.node.value, dict) and top.key is None

    def _take_key(self, node: Node) -> None:
        parent = self.stack[-1]
        key = str(node.value or "")
        if not key and not node.spoilt:
            self._say(node.span.start, "key-empty", *_empty_key())
        if key in parent.node.keys:
            first = place_in(self.text, self.file, parent.node.keys[key].start)
            self._say(node.span.start, "key-twice", *_twice(key, first.line))
        parent.key = key
        parent.node.keys.setdefault(key, node.span)

    def _take_value(self, node: Node) -> None:
        parent = self.stack[-1]
        values = parent.node.value
        # The first one counts; an empty or repeated key has been reported and is left out.
        if isinstance(values, dict) and parent.key:
            values.setdefault(parent.key, node)
        parent.key = None

    def _refuse_reference(self, event: yaml.AliasEvent) -> None:
        self._say(_at(event.start_mark), "yaml-alias", *_first_sign("*"))

    def _refuse_tag_and_anchor(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        for sign, used in (("!", event.tag), ("&", event.anchor)):
            if used is not None:
                self._say(_at(event.start_mark), "yaml-tag" if sign == "!" else "yaml-anchor", *_first_sign(sign))

    def _several_documents(self, event: yaml.Event) -> Problem:
        what = _("A second document begins here; only one is read per file.")
        return self._problem(
            _at(event.start_mark),
            "yaml-documents",
            what,
            _("Delete the line “---”, or move what follows to a file of its own."),
        )

    def _span(self, event: yaml.Event) -> Span:
        return Span(start=_at(event.start_mark), end=_at(event.end_mark))

    def _say(self, index: int, code: str, what: str, remedy: str) -> None:
        self.problems.append(self._problem(index, code, what, remedy))

    def _problem(self, index: int, code: str, what: str, remedy: str) -> Problem:
        return Problem(code=code, what=what, remedy=remedy, place=place_in(self.text, self.file, index))


def _empty(text: str, file: str) -> Problem:
    what = _("The file is empty.")
    remedy = _("Start from one of the samples and change it.")
    return Problem(code="yaml-empty", what=what, remedy=remedy, place=place_in(text, file, 0))


def _no_keys(text: str, file: str, root: Node) -> Problem:
    what = _("The file must consist of keys with values, one to a line.")
    remedy = _("Write each part as “key: value”, as the samples do.")
    return Problem(code="yaml-keys", what=what, remedy=remedy, place=place_in(text, file, root.span.start))


def _lost_hashtag(words: str) -> tuple[str, str]:
    return (
        _("YAML takes “{words}” and the rest of the line for a comment and drops it.", words=words),
        _("Put the whole text in quotes. If a comment is meant, leave a space after #."),
    )


def _unprintable(character: str) -> tuple[str, str]:
    return (
        _("The text contains a character that cannot be shown (U+{code}).", code=f"{ord(character):04X}"),
        _("Remove the escape that begins with \\."),
    )


def _bracket_as_key() -> tuple[str, str]:
    return (
        _("An opening bracket stands where a key is expected."),
        _("If the bracket belongs to a text, put the whole text in quotes."),
    )


def _too_deep() -> tuple[str, str]:
    return (
        _("The parts are nested more than {depth} levels deep.", depth=MAX_DEPTH),
        _("Look for brackets or dashes too many; a campaign needs fewer than ten levels."),
    )


def _too_many() -> tuple[str, str]:
    return (
        _("The file has more than {count} parts.", count=format_number(MAX_NODES)),
        _("Split it into several files."),
    )


def _empty_key() -> tuple[str, str]:
    return _("A key is missing before the colon."), _("Write the key's name before the colon.")


def _twice(key: str, line: int) -> tuple[str, str]:
    return (
        _("The key “{key}” stands here for the second time; the first is on line {line}.", key=key, line=line),
        _("Keep one of the two."),
    )


def _first_sign(sign: str) -> tuple[str, str]:
    return (
        _("A text cannot begin with {sign} unless it stands in quotes.", sign=sign),
        _('Put the whole text in quotes: "{sign}…".', sign=sign),
    )
