"""The command line: words in, one module a noun; results on stdout, everything else on stderr."""

import gettext
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules

import click

from prokes_social import __version__, i18n
from prokes_social.errors import ContentError, ProkesError
from prokes_social.i18n import DEFAULT_LANGUAGE, _, use_language

# Whenever click speaks, gettext asks these two, so it doesn't matter which module of click was imported when.
gettext.dgettext = lambda domain, message: i18n.gettext(message)
gettext.dngettext = lambda domain, msgid1, msgid2, n: i18n.ngettext(msgid1, msgid2, n)


class Commands(click.Group):
    """The folder is the register: a module `noun.py` with a `command` is the command `noun`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            guess = _("Did you mean `prokes {name}`?", name=near[0]) if near else _("`prokes --help` lists them.")
            ctx.fail(_("There is no command “{name}”.", name=args[0]) + " " + guess)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command


def build() -> click.Group:
    """The whole command; its help speaks the language that is set when this is called."""

    @click.group(
        cls=Commands,
        help=_("Sourced, caring public-health messages: from campaign files to a reach report."),
        epilog=_("Begin with `prokes demo`, or `prokes init FOLDER`."),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    @click.version_option(__version__, prog_name="prokes")
    def prokes() -> None:
        pass

    return prokes


def main(args: Sequence[str] | None = None) -> None:
    """The entrance, with `args` or the shell's; exit codes are those of `errors.py`."""
    use_language(os.environ.get("PROKES_LANG", DEFAULT_LANGUAGE))
    try:
        build()(args, prog_name="prokes")
    except ProkesError as error:
        _tell(error)
        sys.exit(error.exit_code)


def _tell(error: ProkesError) -> None:
    if isinstance(error, ContentError) and error.problems:
        from prokes_social.checking.formats import as_text

        click.echo(as_text(error.problems), err=True)
    click.echo(click.style(error.message, fg="red", bold=True), err=True)
    if error.hint:
        click.echo(error.hint, err=True)
