"""A sample, another campaign or a short form in, the text of a new campaign file and its name out; writes nothing."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from prokes_social.app.workspace import begun_after, bundled

#: Of an id; the model takes some more, which leaves room for a number.
_LONGEST = 56
_TEMPLATE = "announcement"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A campaign that is shipped with the program."""

    name: str
    title: str
    purpose: str
    messages: int


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a short form asks for, as it was typed."""

    title: str
    purpose: str
    owner: str
    brand: str
    starts_on: str
    ends_on: str
    text: str
    headline: str
    source_title: str
    source_url: str
    checked_on: str
    valid_until: str
    to: str
    day: str
    hour: str


def samples() -> list[Sample]:
    return [_sample(path) for path in sorted(bundled("campaigns").glob("*.yaml"))]


def text_of_sample(name: str, today: date) -> str | None:
    """Its days moved until it starts after `today`; None where there is no such sample."""
    path = next((path for path in bundled("campaigns").glob("*.yaml") if path.stem == name), None)
    return begun_after(today, path.read_text(encoding="utf-8")) if path else None


def renamed(text: str, *, name: str, title: str) -> str:
    """The same campaign under another id and, where one is given, another title; comments and layout stay."""
    text = _with_key(text, "id", name)
    return _with_key(text, "title", title) if title else text


def id_from(title: str, taken: Collection[str]) -> str:
    """Made of the words of a title; numbered where it is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-") or "kampanye"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def outlined(name: str, outline: Outline) -> str:
    """The text of a campaign with one message, one card and one send."""
    message: dict[str, Any] = {"id": "pesan-1", "text": outline.text.strip()}
    headline = outline.headline.strip()
    if headline:
        slots = {"headline": headline, "source": outline.source_title}
        message["card"] = {"template": _TEMPLATE, "slots": slots, "alt": f"Kartu bertuliskan “{headline}”."}
    source = {
        "id": "sumber-1", "title": outline.source_title, "url": outline.source_url,
        "checked_on": outline.checked_on, "valid_until": outline.valid_until,
    }  # fmt: skip
    said = {
        "id": name, "title": outline.title, "purpose": outline.purpose, "owner": outline.owner,
        "brand": outline.brand, "starts_on": outline.starts_on, "ends_on": outline.ends_on,
    }  # fmt: skip
    send = {"id": "jadwal-1", "message": "pesan-1", "to": outline.to, "at": f"{outline.day} {outline.hour}"}
    parts = [said, {"sources": [source]}, {"messages": [{**message, "sources": ["sumber-1"]}]}, {"sends": [send]}]
    return "# yaml-language-server: $schema=schema.json\n\n" + "\n".join(_dumped(part) for part in parts)


class _Dumper(yaml.SafeDumper):
    """Lines that were typed stay lines; lists stand below their key with an indent, as in our samples."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _dumped(part: Any) -> str:
    dumped: str = yaml.dump(part, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    # Days are written without quotes: our reader takes them as text anyway.
    return re.sub(r"(?m): '(\d{4}-\d\d-\d\d)'$", r": \1", dumped)


def _with_key(text: str, key: str, value: str) -> str:
    """The first `key:` at the top of a text, said anew; a value that goes on over several lines is replaced whole."""
    line = _dumped({key: value}).rstrip("\n")
    changed, count = re.subn(rf"(?m)^{key}[ \t]*:.*(?:\n[ \t]+.*)*", lambda _found: line, text, count=1)
    return changed if count else f"{line}\n{text}"


def _sample(path: Path) -> Sample:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Sample(name=path.stem, title=said["title"], purpose=said["purpose"], messages=len(said["messages"]))
