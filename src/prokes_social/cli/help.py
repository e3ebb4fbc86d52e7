"""`prokes help`: the manual, in the terminal; plain Markdown in a pipe."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from prokes_social import help as manual
from prokes_social.cli._output import console, json_option, print_json, say
from prokes_social.i18n import _, language, use_language

_LINK = re.compile(r"\[([^\]]+)\]\(([^):]+\.md[^)]*)\)")


@click.command(help=_("Show the manual: all its pages, or the page TOPIC."))
@click.argument("topic", required=False)
@json_option
def command(topic: str | None, as_json: bool) -> None:
    _speak_as_the_workspace()
    if topic is None:
        _list(manual.topics(language()), as_json)
        return
    found = manual.find(topic, language())
    page = manual.read(found, language(), {"commands": commands})
    if as_json:
        print_json({"topic": found.name, "title": found.title, "markdown": page})
    else:
        _show(_without_addresses(page, found))


def _speak_as_the_workspace() -> None:
    """The manual is also read before there is a workspace, and while its settings are broken."""
    from prokes_social.errors import SettingsError
    from prokes_social.settings import load_settings

    spoken = language()
    try:
        load_settings(os.environ, Path.cwd())
    except SettingsError:
        use_language(spoken)


def _list(topics: list[manual.Topic], as_json: bool) -> None:
    if as_json:
        print_json([{"topic": each.name, "title": each.title, "summary": each.summary} for each in topics])
        return
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    for each in topics:
        table.add_row(each.name, each.summary)
    console().print(table)
    say(_("Read one with `prokes help TOPIC`."))


def _show(page: str) -> None:
    if not sys.stdout.isatty():
        click.echo(page)
        return
    from rich.markdown import Markdown

    out = console()
    with out.capture() as captured:
        out.print(Markdown(page, hyperlinks=False))
    click.echo_via_pager(captured.get())


def _without_addresses(page: str, topic: manual.Topic) -> str:
    """A terminal can't follow links: the topic's name stands beside the words instead."""
    return _LINK.sub(lambda found: f"{found[1]} (→ {manual.target(topic, found[2])})", page)


# --- the table of commands, made here because only this layer knows them ---


def commands(_notes: manual.Notes) -> str:
    """Every command with its options, as Markdown."""
    from prokes_social.cli import build

    group = build()
    return "\n\n".join(_section(words, each) for words, each in _leaves(group, click.Context(group), ("prokes",)))


def _leaves(group: click.Group, ctx: click.Context, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(ctx):
        each = group.get_command(ctx, name)
        if isinstance(each, click.Group):
            yield from _leaves(each, ctx, (*words, name))
        elif each is not None:
            yield " ".join((*words, name)), each


def _section(words: str, each: click.Command) -> str:
    arguments = [p.make_metavar(click.Context(each)) for p in each.params if isinstance(p, click.Argument)]
    options = [_option(p) for p in each.params if isinstance(p, click.Option)]
    said = each.help or ""
    return "\n\n".join([f"## {' '.join([words, *arguments])}", said, "\n".join(options)]).rstrip()


def _option(option: click.Option) -> str:
    flags = ", ".join(f"`{flag}`" for flag in option.opts)
    choices = getattr(option.type, "choices", ())
    parts = [flags, *([" | ".join(map(str, choices))] if choices else []), *([option.help] if option.help else [])]
    must = _("required")
    return "- " + ": ".join(parts) + (f" ({must})" if option.required else "")
