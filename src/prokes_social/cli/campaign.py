"""`prokes campaign`: check a file, see what it would change, apply it, approve it."""

import getpass
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import console, json_option, opened, print_json, say
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_dollars, format_short, n_

if TYPE_CHECKING:
    from prokes_social.app.campaigns import Planned
    from prokes_social.model.plan import PlannedChange, PlannedWave

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))

#: How a change is named and coloured in a plan.
_LOOKS = {
    "add": ("+", "green"),
    "change": ("~", "yellow"),
    "cancel": ("-", "red"),
    "keep": ("=", "dim"),
    "refuse": ("!", "bold red"),
}


@click.group(help=_("Campaigns: check, plan, schedule, approve."))
def command() -> None:
    pass


@command.command(help=_("Show every problem of FILE, with line, column and remedy."))
@file_argument
@click.option("--format", "shape", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def check(file: Path, shape: str) -> None:
    from prokes_social.checking import formats
    from prokes_social.errors import ContentError
    from prokes_social.problem import has_errors

    with opened() as app:
        problems = app.campaigns.check(file)
    if shape == "json":
        print_json(formats.as_json(problems))
    elif shape == "github":
        click.echo(formats.as_github(problems))
    elif problems:
        click.echo(formats.as_text(problems))
    say(_summary(len(problems), file))
    if has_errors(problems):
        raise SystemExit(ContentError.exit_code)


@command.command(help=_("Show what applying FILE would change in the queue; changes nothing."))
@file_argument
@json_option
def plan(file: Path, as_json: bool) -> None:
    with opened() as app:
        planned = app.campaigns.plan(file)
        thumbnails = app.campaigns.keep_thumbnails(planned)
    if as_json:
        print_json(_plan_json(planned, thumbnails))
    else:
        _warn(planned)
        _show(planned, thumbnails)


@command.command(help=_("Apply FILE to the queue; what is not approved waits for approval."))
@file_argument
@click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who asks for it."))
@json_option
def schedule(file: Path, by: str, as_json: bool) -> None:
    with opened() as app:
        planned, scheduled = app.campaigns.schedule(file, by=by)
        thumbnails = app.campaigns.keep_thumbnails(planned)
    if as_json:
        print_json(_plan_json(planned, thumbnails) | {"scheduled": scheduled})
        return
    _warn(planned)
    if not planned.plan.changes_anything:
        say(_("Nothing changes: the queue is as the file asks."))
    else:
        _show(planned, thumbnails)
        refused = sum(change.change == "refuse" for change in planned.plan.changes)
        say(_("The plan is applied.") if not refused else _("The plan is applied, but for what was refused."))
    queued = [change for change in planned.plan.changes if change.change in ("add", "change")]
    if waiting := len(queued) - scheduled:
        say(
            n_(
                "{count} delivery waits for approval: `prokes campaign approve {file}`.",
                "{count} deliveries wait for approval: `prokes campaign approve {file}`.",
                waiting,
                file=file,
            )
        )


@command.command(help=_("Approve what the plan of FILE shows, text and picture; any later edit voids it."))
@file_argument
@click.option("--as", "who", default=getpass.getuser, show_default=_("your login name"), help=_("Who approves."))
@json_option
def approve(file: Path, who: str, as_json: bool) -> None:
    with opened() as app:
        planned, scheduled = app.campaigns.approve(file, who=who)
    if as_json:
        print_json({"approved_by": who, "contents": len(planned.plan.changes), "scheduled": scheduled})
        return
    say(_("Approved by {who}.", who=who))
    say(n_("{count} delivery goes out at its time.", "{count} deliveries go out at their times.", scheduled))
    if any(change.change == "add" for change in planned.plan.changes):
        say(_("Not all of it is queued yet: `prokes campaign schedule {file}`.", file=file))


def _summary(count: int, file: Path) -> str:
    if count == 0:
        return _("{file}: no problems.", file=file)
    return n_("{file}: {count} problem.", "{file}: {count} problems.", count, file=file)


def _warn(planned: "Planned") -> None:
    from prokes_social.checking.formats import as_text

    if planned.problems:
        say(as_text(planned.problems))


def _show(planned: "Planned", thumbnails: dict[str, Path]) -> None:
    out = console()
    plan = planned.plan
    for change in plan.changes:
        sign, style = _LOOKS[change.change]
        out.print(f"{sign} {_head(change)}", style=style, markup=False, soft_wrap=True)
        if change.reason:
            out.print(f"    {change.reason}", style="italic", markup=False, soft_wrap=True)
        if change.change in ("add", "change") and change.content:
            for line in change.content.text.splitlines():
                out.print(f"    │ {line}", markup=False, soft_wrap=True)
            if change.content.card:
                label = _("card")
                out.print(f"    {label}: {thumbnails[change.content.card]}", style="cyan", markup=False, soft_wrap=True)
    for wave in plan.waves:
        sign, style = _LOOKS[wave.change]
        out.print(f"{sign} {_wave_head(wave)}", style=style, markup=False, soft_wrap=True)
        if wave.reason:
            out.print(f"    {wave.reason}", style="italic", markup=False, soft_wrap=True)
    out.print(_totals([*plan.changes, *plan.waves], planned), style="bold", markup=False)


def _head(change: "PlannedChange") -> str:
    content = change.content or (change.queued.content if change.queued else None)
    zone = change.wanted.zone if change.wanted else (change.queued.zone if change.queued else "WIB")
    due = format_short(content.due_at, zone_named(zone), seconds=content.due_at.second > 0) if content else ""
    cost = f"  {format_dollars(change.cost)}" if change.cost else ""
    sandbox = "  [SANDBOX]" if change.wanted and change.wanted.account.sandbox else ""
    return f"{due}  {change.key.account}  {change.key.message}{cost}{sandbox}"


def _wave_head(wave: "PlannedWave") -> str:
    content = wave.content or (wave.queued.content if wave.queued else None)
    assert content is not None  # noqa: S101 - a wave is wanted, queued, or both
    where = content.zone or _("each unit's own time")
    said = _("invitation to {audience}", audience=wave.key.audience_label)
    if content.after:
        said += " " + _("(sooner, once {share} % of “{send}” shared)", share=content.share, send=content.after)
    return f"{content.wall_time} {where}  {said}  {wave.key.message}"


def _totals(changes: "Sequence[PlannedChange | PlannedWave]", planned: "Planned") -> str:
    counts = Counter(change.change.value for change in changes)
    said = _("{add} to add, {change} to change, {cancel} to cancel, {keep} as they are, {refuse} refused",
             **{kind: counts[kind] for kind in _LOOKS})  # fmt: skip
    return said + (f" · X {format_dollars(planned.plan.cost)}" if planned.plan.cost else "")


def _plan_json(planned: "Planned", thumbnails: dict[str, Path]) -> dict[str, Any]:
    return {
        "campaign": planned.plan.campaign.id,
        "changes": [_change_json(change, thumbnails) for change in planned.plan.changes],
        "waves": [
            {
                "change": w.change.value,
                "reason": w.reason,
                "message": w.key.message,
                "audience": w.key.audience,
                "occurrence": w.key.occurrence,
                "opens_at": w.content.opens_at.isoformat() if w.content else None,
                "closes_at": w.content.closes_at.isoformat() if w.content else None,
            }
            for w in planned.plan.waves
        ],
        "cost_usd": float(planned.plan.cost),
        "problems": [problem.as_json() for problem in planned.problems],
    }


def _change_json(change: "PlannedChange", thumbnails: dict[str, Path]) -> dict[str, Any]:
    content = change.content
    return {
        "change": change.change.value,
        "reason": change.reason,
        "message": change.key.message,
        "account": change.key.account,
        "occurrence": change.key.occurrence,
        "text": content.text if content else None,
        "alt_text": content.alt_text if content else None,
        "due_at": content.due_at.isoformat() if content else None,
        "not_after": content.not_after.isoformat() if content else None,
        "zone": change.wanted.zone if change.wanted else None,
        "digest": content.digest if content else None,
        "card": str(thumbnails[content.card]) if content and content.card else None,
        "cost_usd": float(change.cost),
    }
