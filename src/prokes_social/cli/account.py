"""`prokes account`: who posts."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from prokes_social.cli._options import OneOf, platform_names
from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.clock import ZONES
from prokes_social.errors import PlatformError, SettingsError
from prokes_social.i18n import _

if TYPE_CHECKING:
    from prokes_social.model.account import Account
    from prokes_social.model.staff import StaffMember


@click.group(help=_("Accounts: add, hand over, list, check."))
def command() -> None:
    pass


@command.command(help=_("Store the account NAME; its credentials are sealed with the workspace's key."))
@click.argument("name")
@click.option("--platform", required=True, type=OneOf(platform_names))
@click.option("--unit", required=True, help=_("The unit (OPD) that the account belongs to."))
@click.option("--zone", type=click.Choice(list(ZONES)), help=_("The unit's zone, where it is not the workspace's."))
@click.option(
    "--credentials",
    type=click.File("r", encoding="utf-8"),
    help=_("A JSON file with the credentials; - reads stdin. Without it they come from PROKES_CREDENTIAL_<FIELD>."),
)
@click.option("--by-hand", is_flag=True, help=_("Without API: what is due is offered to its owner, who posts it."))
@click.option("--owner", help=_("Who posts by hand: a name, number or personal link from the directory."))
@click.option("--deputy", help=_("Who stands in for the owner."))
@json_option
def add(
    name: str, platform: str, unit: str, zone: str | None, credentials: IO[str] | None, by_hand: bool,
    owner: str | None, deputy: str | None, as_json: bool,
) -> None:  # fmt: skip
    _require_fitting(by_hand=by_hand, owner=owner, deputy=deputy, credentials=credentials)
    with opened() as app:
        if by_hand and owner:
            account = app.accounts.add_by_hand(
                name, platform=platform, unit=unit, zone=zone, owner=owner, deputy=deputy
            )  # fmt: skip
        else:
            given = _from_file(credentials) if credentials else _from_environment(app.settings.environment)
            account = app.accounts.add(name, platform=platform, unit=unit, zone=zone, credentials=given)
        said = _said_of(account, app.accounts.owners(account))
    if as_json:
        print_json(_row(account))
    say(said)


@command.command("hand-over", help=_("Give the account NAME, which is posted to by hand, another owner."))
@click.argument("name")
@click.option(
    "--owner", required=True, help=_("Who posts by hand: a name, number or personal link from the directory.")
)
@click.option("--deputy", help=_("Who stands in; without it the deputy stays."))
@json_option
def hand_over(name: str, owner: str, deputy: str | None, as_json: bool) -> None:
    with opened() as app:
        account = app.accounts.hand_over(name, owner=owner, deputy=deputy)
        said = _said_of(account, app.accounts.owners(account))
    if as_json:
        print_json(_row(account))
    say(said)


@command.command(help=_("Replace the credentials of the account NAME and ask the platform; frees a blocked account."))
@click.argument("name")
@click.option("--credentials", type=click.File("r", encoding="utf-8"), help=_("A JSON file, as for `account add`."))
def connect(name: str, credentials: IO[str] | None) -> None:
    with opened() as app:
        given = _from_file(credentials) if credentials else _from_environment(app.settings.environment)
        identity = app.accounts.connect(name, given)
    say(_("✓ {account}: {name} ({handle})", account=name, name=identity.name, handle=identity.handle))


@command.command("list", help=_("All accounts and how they are."))
@json_option
def list_(as_json: bool) -> None:
    with opened() as app:
        accounts, unattended = app.accounts.all(), app.accounts.unattended()
    if as_json:
        print_json([_row(account) for account in accounts])
    elif accounts:
        columns = [_("name"), _("platform"), _("unit"), _("zone"), _("handle"), _("state")]
        print_table(columns, [_cells(account, unattended) for account in accounts])
    else:
        say(_("No accounts yet. Add one with `prokes account add`."))


@command.command(help=_("Ask the platform who the account is; without NAMES all are asked."))
@click.argument("names", nargs=-1)
@json_option
def check(names: tuple[str, ...], as_json: bool) -> None:
    results: list[dict[str, str | bool | None]] = []
    failure: PlatformError | None = None
    with opened() as app:
        for name in names or [account.name for account in app.accounts.all()]:
            if app.connector.named(name).by_hand:
                results.append({"account": name, "ok": None, "by_hand": True})
                say(_("– {account}: posted to by hand; there is nothing to ask the platform with", account=name))
                continue
            try:
                identity = app.accounts.check(name)
                results.append({"account": name, "ok": True, "handle": identity.handle, "name": identity.name})
                say(_("✓ {account}: {name} ({handle})", account=name, name=identity.name, handle=identity.handle))
            except PlatformError as error:
                failure = error
                results.append({"account": name, "ok": False, "said": error.said or error.message})
                said = _("The platform says: {words}", words=error.said) if error.said else ""
                say("\n  ".join(line for line in (f"✗ {name}: {error.message}", said, error.hint) if line))
    if as_json:
        print_json(results)
    if failure:
        raise SystemExit(failure.exit_code)


def _require_fitting(*, by_hand: bool, owner: str | None, deputy: str | None, credentials: IO[str] | None) -> None:
    if by_hand and not owner:
        raise click.UsageError(_("--by-hand needs --owner: somebody must be asked."))
    if by_hand and credentials:
        raise click.UsageError(_("--by-hand takes no --credentials."))
    if (owner or deputy) and not by_hand:
        raise click.UsageError(_("--owner and --deputy go with --by-hand."))


def _said_of(account: "Account", owners: "Sequence[StaffMember]") -> str:
    if not account.by_hand:
        return _(
            "The account {name} is stored. Ask the platform about it with `prokes account check {name}`.",
            name=account.name,
        )
    names = ", ".join(each.name for each in owners)
    return _("What is due on {account} is offered to {names}, on their own page.", account=account.name, names=names)


def _from_file(file: IO[str]) -> dict[str, str]:
    try:
        given = json.load(file)
    except ValueError as error:
        raise SettingsError(
            _("The credentials in {file} are not JSON: {reason}.", file=Path(file.name).name, reason=error),
            hint=_('Write {"field": "value", …}; `prokes account add --help` tells more.'),
        ) from error
    if not isinstance(given, dict):
        raise SettingsError(_("The credentials must be one JSON object."), hint=_('Write {"field": "value", …}.'))
    return {str(field): str(value) for field, value in given.items()}


def _from_environment(environment: "dict[str, str] | object") -> dict[str, str]:
    start = "PROKES_CREDENTIAL_"
    variables = dict(environment) if isinstance(environment, dict) else {}
    return {k.removeprefix(start).lower(): v for k, v in variables.items() if k.startswith(start)}


def _state(account: "Account", unattended: Collection[str]) -> str:
    if account.by_hand:
        return _("by hand, without an owner") if account.name in unattended else _("by hand")
    if account.blocked_at:
        return _("blocked: {why}", why=account.blocked_why)
    return _("checked") if account.checked_at else _("not checked yet")


def _cells(account: "Account", unattended: Collection[str]) -> list[str]:
    name = account.name + (" [SANDBOX]" if account.sandbox and not account.by_hand else "")
    state = _state(account, unattended)
    return [name, account.platform, account.unit.name, account.unit.zone, account.handle or "–", state]


def _row(account: "Account") -> dict[str, str | bool | int | None]:
    return {
        "name": account.name,
        "platform": account.platform,
        "unit": account.unit.id,
        "zone": account.unit.zone,
        "kind": account.kind.value,
        "sandbox": account.sandbox,
        "by_hand": account.by_hand,
        "owner": account.owner_id,
        "deputy": account.deputy_id,
        "handle": account.handle,
        "blocked": account.blocked_at is not None,
        "why": account.blocked_why,
    }
