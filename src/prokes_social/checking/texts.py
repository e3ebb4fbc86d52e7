"""A campaign in, the texts that people will read out, each with its path; and what a text is made of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prokes_social.model.campaign import Campaign, Message, Path

#: A web address, with or without https://, as the platforms recognise them in a text.
ADDRESS = re.compile(
    r"(?<![\w@.])(?:https?://[^\s<>“”\"]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
    r"(?:id|com|org|net|int|gov|edu|info|io|co|me|ly|be|app|link|site|online|web|xyz|asia|my|sg|gl|page|dev)"
    r"(?![\w-])(?:/[^\s<>“”\"]*)?)",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?<!\w)#\w+")
_SENTENCE_END = re.compile(r"[.!?…]+(?=[\s”\"')]|$)|\n+")
_WORD = re.compile(r"\w+(?:[-'’./]\w+)*%?")
_NOT_WORDS = ("icon", "image", "photo", "logo", "background")


@dataclass(frozen=True)
class Text:
    path: Path
    words: str

    @property
    def is_caption(self) -> bool:
        """A message's text or a variant of it, not part of a card."""
        return "card" not in self.path


def texts(campaign: Campaign) -> Iterator[Text]:
    """Everything that will be public: texts, variants, what stands on the cards, and their alternative texts."""
    for position, message in enumerate(campaign.messages):
        yield from captions(message, ("messages", position))
        yield from _card_texts(message, ("messages", position, "card"))


def captions(message: Message, path: Path) -> Iterator[Text]:
    yield Text((*path, "text"), message.text)
    for name, words in message.variants.items():
        yield Text((*path, "variants", name), words)
    for number, words in enumerate(message.captions):
        yield Text((*path, "captions", number), words)


def _card_texts(message: Message, path: Path) -> Iterator[Text]:
    if message.card:
        yield from _slot_texts(message.card.slots, (*path, "slots"))
        yield Text((*path, "alt"), message.card.alt)


def _slot_texts(value: Any, path: Path) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(path, value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _NOT_WORDS:
                yield from _slot_texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _slot_texts(item, (*path, index))


def sentences(text: str) -> Iterator[str]:
    """Parts between full stops, question and exclamation marks, and line breaks."""
    parts = (part.strip() for part in _SENTENCE_END.split(text))
    return (part for part in parts if part)


def count_words(sentence: str) -> int:
    return len(_WORD.findall(sentence))


def addresses(text: str) -> list[str]:
    return [match.rstrip(".,;:!?)'’") for match in ADDRESS.findall(text)]


def hashtags(text: str) -> list[str]:
    return _HASHTAG.findall(text)


def without_addresses(text: str) -> str:
    """The same length, so that positions still hold."""
    return ADDRESS.sub(lambda match: " " * len(match[0]), text)
