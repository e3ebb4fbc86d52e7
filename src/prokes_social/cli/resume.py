"""`prokes resume`: go on after a stop."""

from typing import TYPE_CHECKING

import click

from prokes_social.cli._output import opened, say
from prokes_social.clock import zone_named
from prokes_social.i18n import _, format_short, n_

if TYPE_CHECKING:
    from prokes_social.model.delivery import Delivery


@click.command(help=_("Go on after `prokes stop`; asks about each delivery whose time has passed."))
@click.option("--send-late", "answer", flag_value="send", help=_("Send everything that is overdue."))
@click.option("--drop", "answer", flag_value="drop", help=_("Drop everything that is overdue."))
def command(answer: str | None) -> None:
    with opened() as app:
        if app.decisions.stopped() is None:
            say(_("Nothing is stopped."))
            return
        overdue = app.decisions.overdue()
        if overdue:
            say(n_("{count} delivery is overdue:", "{count} deliveries are overdue:", len(overdue)))
        answers = [answer or _ask(row) for row in overdue]
        late = [row for row, said in zip(overdue, answers, strict=True) if said == "send"]
        app.decisions.resume(late=late, dropped=[row for row in overdue if row not in late])
    say(_("Going on: {late} sent late, {dropped} dropped.", late=len(late), dropped=len(overdue) - len(late)))


def _ask(row: "Delivery") -> str:
    due = format_short(row.content.due_at, zone_named(row.zone))
    say(f"  {due}  {row.key.account}  {row.key.message}: {row.content.text.splitlines()[0]}")
    return "send" if click.confirm(_("  Send it late?"), default=False, err=True) else "drop"
