"""`prokes user`: who works at the desk, and what they may do there."""

from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.i18n import LANGUAGES, _
from prokes_social.model.user import Role

if TYPE_CHECKING:
    from prokes_social.keys import Secret
    from prokes_social.model.user import User

#: In the audit trail; a login name of this machine would be somebody's name.
BY = "command"

_roles = click.option(
    "--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, required=True,
    help=_("viewer, editor, fact-checker, approver or admin; may be given several times."),
)  # fmt: skip


@click.group(help=_("Users of the desk, the web page of the comms team."))
def command() -> None:
    pass


@command.command(help=_("Add the user NAME; prints a first password, which is changed at the first login."))
@click.argument("name")
@_roles
@click.option("--unit", help=_("They see and touch this unit and those below it alone."))
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=None, help=_("Of their pages."))
@json_option
def add(name: str, roles: tuple[str, ...], unit: str | None, language: str | None, as_json: bool) -> None:
    with opened() as app:
        user, password = app.users.add(name, [Role(each) for each in roles], by=BY, unit=unit, language=language or "")
    _told(user, password, as_json)


@command.command("list", help=_("Everybody who may log in."))
@json_option
def list_(as_json: bool) -> None:
    with opened() as app:
        found = app.users.listing()
        units = {unit.id: unit.name for unit in app.units.all()}
    if as_json:
        print_json([_row(each) for each in found])
    elif found:
        cells = [
            [each.name, ", ".join(str(role.label) for role in Role if role in each.roles),
             units.get(each.unit_id or "", _("all")), _("set up") if each.has_code else "–",
             _("disabled") if each.disabled_at else ""]
            for each in found
        ]  # fmt: skip
        print_table([_("name"), _("roles"), _("unit"), _("second factor"), ""], cells)
    else:
        say(_("Nobody yet. Add the first with `prokes user add NAME --role admin`."))


@command.command(help=_("Give NAME these roles in place of those they have."))
@click.argument("name")
@_roles
@json_option
def role(name: str, roles: tuple[str, ...], as_json: bool) -> None:
    with opened() as app:
        _changed(app.users.set_roles(name, [Role(each) for each in roles], by=BY), as_json)


@command.command(help=_("Log NAME out, and let them in no more."))
@click.argument("name")
@json_option
def disable(name: str, as_json: bool) -> None:
    with opened() as app:
        _changed(app.users.disable(name, by=BY), as_json)


@command.command(help=_("Let NAME in again."))
@click.argument("name")
@json_option
def enable(name: str, as_json: bool) -> None:
    with opened() as app:
        _changed(app.users.enable(name, by=BY), as_json)


@command.command(help=_("A new first password for NAME, who has forgotten theirs."))
@click.argument("name")
@json_option
def password(name: str, as_json: bool) -> None:
    with opened() as app:
        made = app.users.reset_password(name, by=BY)
        _told(app.users.get(name), made, as_json)


@command.command(help=_("NAME sets their second factor up anew, after a lost phone."))
@click.argument("name")
@json_option
def code(name: str, as_json: bool) -> None:
    with opened() as app:
        _changed(app.users.reset_code(name, by=BY), as_json)


def _told(user: "User", password: "Secret", as_json: bool) -> None:
    if as_json:
        print_json({**_row(user), "password": password.reveal()})
        return
    click.echo(password.reveal())
    say(_("That is {name}'s first password; hand it over in person. It is changed at the first login.", name=user.name))


def _changed(user: "User", as_json: bool) -> None:
    if as_json:
        print_json(_row(user))
    else:
        roles = ", ".join(str(role.label) for role in Role if role in user.roles)
        say(_("✓ {name}: {what}", name=user.name, what=_("disabled") if user.disabled_at else roles))


def _row(user: "User") -> dict[str, Any]:
    """The JSON that `prokes user` promises."""
    return {
        "name": user.name,
        "roles": sorted(user.roles),
        "unit": user.unit_id,
        "language": user.language,
        "second_factor": user.has_code,
        "must_change_password": user.must_change,
        "disabled_at": user.disabled_at.isoformat() if user.disabled_at else None,
    }
