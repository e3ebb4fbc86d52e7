"""`prokes staff export|withdraw|forget`: what a person may ask of whoever keeps their data."""

import getpass
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.errors import SettingsError
from prokes_social.i18n import _, n_

if TYPE_CHECKING:
    from prokes_social.app.privacy import Forgotten, Withdrawn
    from prokes_social.model.staff import StaffMember

_ALL = "all"


@click.command(help=_("Everything we hold of PERSON, to hand over to them: a number, a name or a personal link."))
@click.argument("person")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help=_("Write it there as JSON, with the photograph.")
)
@json_option
def export(person: str, out: Path | None, as_json: bool) -> None:
    with opened() as app:
        found = app.privacy.export(app.privacy.find(person), out)
        zone = app.settings.zone
    if out:
        file = _write(found, out)
        say(_("✓ {file}: readable by you alone. Hand it to the person, then delete it.", file=file))
    if as_json:
        print_json(found)
    elif not out:
        click.echo(_as_text(found, zone))


@click.command(help=_("PERSON said: no more. Stops at once on pages, in open waves and for their own accounts."))
@click.argument("person")
@click.option(
    "--purpose", type=click.Choice(["link", "photo", "post", _ALL]), default=_ALL, show_default=True,
    help=_("What they withdraw: personal links, the photograph, posting to X for them."),
)  # fmt: skip
@click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who records it."))
@json_option
def withdraw(person: str, purpose: str, by: str, as_json: bool) -> None:
    from prokes_social.model.staff import Purpose

    with opened() as app:
        member = app.privacy.find(person)
        purposes = list(Purpose) if purpose == _ALL else [Purpose(purpose)]
        stopped = app.privacy.withdraw(member, purposes, by=by)
    if as_json:
        print_json({"person": member.id, "withdrawn": [each.value for each in stopped.purposes],
                    "cancelled": stopped.cancelled, "in_flight": stopped.in_flight,
                    "disconnected": stopped.disconnected})  # fmt: skip
    _tell_withdrawn(member, stopped)


@click.command(help=_("Forget PERSON for good: in the database, its backups and our files. It can't be undone."))
@click.argument("person")
@click.option("--yes", is_flag=True, help=_("Don't ask; PERSON must then be a number, a link or the whole name."))
@json_option
def forget(person: str, yes: bool, as_json: bool) -> None:
    with opened() as app:
        try:
            member = app.privacy.find(person, exactly=yes)
        except SettingsError:
            if not person.isdecimal():
                raise
            done = app.privacy.finish(int(person))
        else:
            if not yes:
                _confirm(member)
            done = app.privacy.forget(member)
    if as_json:
        print_json(_as_row(done))
    _tell_forgotten(done)
    if done.failed:
        click.get_current_context().exit(6)


# --- asking ---


def _confirm(member: "StaffMember") -> None:
    say(_("{name}, {unit}: name, contact, consents and photograph go for good. Counts stay, without the name.",
          name=member.name, unit=member.unit.name))  # fmt: skip
    said = click.prompt(_("Type the name as it stands above to forget this person"), err=True)
    if " ".join(said.split()) != " ".join(member.name.split()):
        raise click.Abort


# --- telling ---


def _tell_withdrawn(member: "StaffMember", stopped: "Withdrawn") -> None:
    said = ", ".join(str(each.label) for each in stopped.purposes)
    say(_("✓ Recorded for number {id}: no longer {purposes}.", id=member.id, purposes=said))
    if stopped.disconnected:
        say(_("Their own account is disconnected; {count} waiting posts were cancelled.", count=stopped.cancelled))
    if stopped.in_flight:
        say(_("{count} can't be called back: see `prokes delivery list`.", count=stopped.in_flight))


def _tell_forgotten(done: "Forgotten") -> None:
    say(_("✓ Number {id} is forgotten.", id=done.person_id))
    if done.backups:
        say(n_("{count} backup was written anew without the person.",
               "{count} backups were written anew without the person.", len(done.backups)))  # fmt: skip
    if done.without_owner:
        names = ", ".join(done.without_owner)
        say(_("Nobody posts by hand for {names} now. Name somebody: `prokes account hand-over`.", names=names))
    for file, why in done.failed:
        say(click.style(_("{file} may still hold the person: {why}", file=file, why=why), fg="red"))
        say(_("Delete that file, or give `prokes staff forget {id}` again once it can be written.", id=done.person_id))
    if done.mentions:
        say(_("These files of yours still say the name or the contact; they may mean somebody else of that name:"))
        for file in done.mentions:
            say(f"  {file}")
    say(_("Backups elsewhere: a restore leaves the person out as long as .prokes/forgotten.jsonl is kept."))


def _as_row(done: "Forgotten") -> dict[str, Any]:
    return {
        "person": done.person_id,
        "accounts": done.accounts,
        "without_owner": list(done.without_owner),
        "photos": done.photos,
        "backups": [str(file) for file in done.backups],
        "failed": [{"file": str(file), "why": why} for file, why in done.failed],
        "mentions": [str(file) for file in done.mentions],
    }


# --- what is handed over ---


def _write(found: dict[str, Any], out: Path) -> Path:
    """Only whoever hands it over may read it."""
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = out / f"data-{found['person']['id']}.json"
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened_file:
        json.dump(found, opened_file, ensure_ascii=False, indent=2)
    return file


def _as_text(found: dict[str, Any], zone: str) -> str:
    """For reading out. Which invitations were declined is in the JSON alone: that is nobody's business but theirs."""
    return "\n".join([*_person_lines(found["person"], zone), "", *_consent_lines(found, zone), "",
                      *_invitation_lines(found, zone), *_account_lines(found)])  # fmt: skip


def _person_lines(person: dict[str, Any], zone: str) -> list[str]:
    rows = [
        (_("Number"), str(person["id"])),
        (_("Name"), person["name"]),
        (_("Unit"), person["unit"]),
        (_("Leader"), _("yes") if person["leader"] else _("no")),
        (_("Contact"), person["contact"] or "–"),
        (_("Languages"), ", ".join(person["languages"])),
        (_("Photograph"), _("yes") if person["photo"] else _("none")),
        (_("In the directory since"), _time(person["added_at"], zone)),
    ]
    if person["left_at"]:
        rows.append((_("Left on"), _time(person["left_at"], zone)))
    wide = max(len(label) for label, _value in rows)
    return [f"{label:<{wide}}  {value}" for label, value in rows]


def _consent_lines(found: dict[str, Any], zone: str) -> list[str]:
    from prokes_social.model.staff import Purpose

    lines = [_("What they said about each purpose")]
    for each in found["consents"]:
        said = _("agreed") if each["given"] else _("withdrew or declined")
        how = _("(wording {version}, recorded by {by})", version=each["version"], by=each["recorded_by"])
        lines.append(f"  {_time(each['at'], zone)}  {Purpose(each['purpose']).label}: {said} {how}")
        lines.append(f"    “{each['wording']}”")
    return lines if found["consents"] else [*lines, "  " + _("nothing yet")]


def _invitation_lines(found: dict[str, Any], zone: str) -> list[str]:
    from prokes_social.model.wave import Step

    lines = [_("Invitations")]
    for each in found["invitations"]:
        steps = dict.fromkeys(
            str(Step(step["step"]).label) for step in each["steps"] if step["step"] != Step.DECLINED.value
        )
        clicks = sum(each["clicks"].values())
        said = [*steps, *([n_("{count} click", "{count} clicks", clicks)] if clicks else []), each["proof"]]
        lines.append(f"  {_time(each['offered_at'], zone)}  {each['campaign']}, {each['message']}: "
                     + (", ".join(filter(None, said)) or "–"))  # fmt: skip
    return lines if found["invitations"] else [*lines, "  " + _("none")]


def _account_lines(found: dict[str, Any]) -> list[str]:
    lines = []
    for each in found["connected_accounts"]:
        state = _("connected") if each["connected"] else _("disconnected")
        posts = n_("{count} delivery", "{count} deliveries", len(each["deliveries"]))
        lines.append(f"  {each['platform']} {each['handle'] or each['name']}: {state}, {posts}")
    lines += [_("  posts by hand for {name}", name=name) for name in found["posts_by_hand_for"]]
    return ["", _("Accounts"), *lines] if lines else []


def _time(moment: str, zone: str) -> str:
    from datetime import datetime

    from prokes_social.clock import zone_named
    from prokes_social.i18n import format_short

    return format_short(datetime.fromisoformat(moment), zone_named(zone))
