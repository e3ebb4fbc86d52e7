"""`prokes token`: what other programs show to use the API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.i18n import _
from prokes_social.model.token import Scope

if TYPE_CHECKING:
    from prokes_social.model.token import Token

#: In the audit trail; a login name of this machine would be somebody's name.
BY = "command"


@click.group(help=_("Tokens with which other programs use the API."))
def command() -> None:
    pass


@command.command(help=_("Make a token called LABEL; prints its words, which are told this once."))
@click.argument("label")
@click.option("--user", required=True, help=_("The user it acts for; it may do no more than they may."))
@click.option(
    "--scope", "scopes", type=click.Choice([scope.value for scope in Scope]), multiple=True, required=True,
    help=_("read, plan, approve or stop; may be given several times."),
)  # fmt: skip
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help=_("How long it lasts."))
@json_option
def add(label: str, user: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    with opened() as app:
        acts_for = app.users.get(user)
        token, words = app.tokens.make(
            label, [Scope(each) for each in scopes], user=acts_for, by=BY, lasting=timedelta(days=days)
        )
    if as_json:
        print_json({**_row(token, acts_for.name), "token": words.reveal()})
        return
    click.echo(words.reveal())
    say(
        _("That is token {number}. It is shown this once: put it where the program keeps its secrets.", number=token.id)
    )


@command.command("list", help=_("Every token that was made."))
@json_option
def list_(as_json: bool) -> None:
    with opened() as app:
        found, now = app.tokens.listing(), app.clock.now()
    if as_json:
        print_json([_row(token, name) for token, name in found])
    elif found:
        over = {True: _("revoked"), False: _("over")}
        cells = [
            [str(token.id), token.label, ", ".join(str(scope.label) for scope in Scope if scope in token.scopes), name,
             token.ends_at.date().isoformat(), "" if token.is_good(now) else over[token.revoked_at is not None]]
            for token, name in found
        ]  # fmt: skip
        print_table(["#", _("name"), _("may"), _("acts for"), _("until"), ""], cells)
    else:
        say(_("None yet. Make one with `prokes token add LABEL --user NAME --scope read`."))


@command.command(help=_("Token NUMBER opens nothing any more, at once."))
@click.argument("number", type=int)
@json_option
def revoke(number: int, as_json: bool) -> None:
    with opened() as app:
        token = app.tokens.revoke(number, by=BY)
    if as_json:
        print_json({"id": token.id, "revoked": True})
    else:
        say(_("✓ token {number}, {label}: revoked", number=token.id, label=token.label))


def _row(token: "Token", name: str) -> dict[str, Any]:
    """The JSON that `prokes token` promises."""
    return {
        "id": token.id,
        "label": token.label,
        "scopes": sorted(token.scopes),
        "user": name,
        "made_at": token.made_at.isoformat(),
        "ends_at": token.ends_at.isoformat(),
        "used_at": token.used_at.isoformat() if token.used_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
