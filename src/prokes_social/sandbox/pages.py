"""The sandbox's HTML templates: a name in, a compiled template out; everything in them is escaped."""

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


@functools.cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["angka"] = number
    return environment


def template(name: str) -> Template:
    return _environment().get_template(name)


def number(value: int) -> str:
    """4.884 and 12,3 rb, as Indonesian feeds write them."""
    if value < 10_000:
        return f"{value:,}".replace(",", ".")
    return f"{value / 1000:.1f}".removesuffix(".0").replace(".", ",") + " rb"
