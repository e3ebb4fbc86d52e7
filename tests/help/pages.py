"""What the tests ask of the manual's pages: their code blocks, links and markers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prokes_social import help as manual
from prokes_social.cli import help as command
from prokes_social.i18n import LANGUAGES

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)]+)\)")

#: Every page in every language.
EVERY_PAGE = [(language, topic) for language in LANGUAGES for topic in manual.topics(language)]


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands behind it on the fence, its text."""

    kind: str
    said: str
    text: str


def source(topic: manual.Topic, language: str) -> str:
    return (manual._root(language) / f"{topic.name}.md").read_text(encoding="utf-8")


def filled(name: str, language: str) -> str:
    return manual.read(manual.find(name, language), language, {"commands": command.commands})


def blocks(text: str) -> Iterator[Block]:
    for fence, inside in _BLOCK.findall(text):
        kind, _space, said = fence.partition(" ")
        yield Block(kind, said, inside)


def links(text: str) -> list[str]:
    return [link for link in _LINK.findall(_BLOCK.sub("", text)) if "://" not in link]


def markers(text: str) -> list[str]:
    return [found[1] for found in manual.MARKER.finditer(text)]
