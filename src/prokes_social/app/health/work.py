"""The office's own things in: accounts, deliveries, alarms, switches and workers, and what is wrong with them out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from prokes_social.app.health.check import Check, State, bad, fine, warning
from prokes_social.clock import zone_named
from prokes_social.errors import SettingsError
from prokes_social.i18n import _, format_age, format_short, n_
from prokes_social.model.account import Account
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.store import alarms, deliveries, presence, soundness

if TYPE_CHECKING:
    from prokes_social.app import App

#: A worker says that it is alive every 10 s.
SILENT = timedelta(minutes=1)
#: Long enough after the due time that a working worker would have sent it.
LATE = timedelta(minutes=1)
SOON = timedelta(days=1)
CHECK_AGAIN = timedelta(days=30)


def keys(app: "App") -> Iterator[Check]:
    closed = []
    accounts = app.accounts.all()
    for account in accounts:
        try:
            app.connector.credentials_of(account)
        except SettingsError:
            closed.append(account.name)
    if closed:
        what = _("The key does not open the credentials of: {names}", names=", ".join(closed))
        yield bad("key", what, _("Set PROKES_KEY to the key they were sealed with, or connect them again."))
    else:
        yield fine("key", n_("The key opens {count} account.", "The key opens {count} accounts.", len(accounts)))


def accounts(app: "App") -> Iterator[Check]:
    now = app.clock.now()
    for account in app.accounts.all():
        yield from _of_account(account, app)
        if account.checked_at is None or now - account.checked_at > CHECK_AGAIN:
            what = _("{account} was not checked lately.", account=account.name)
            yield warning("account", what, f"prokes account check {account.name}")
    if not app.accounts.all():
        yield warning("account", _("There are no accounts."), _("Add one with `prokes account add`."))


def _of_account(account: Account, app: "App") -> Iterator[Check]:
    name, now = account.name, app.clock.now()
    if account.blocked_at:
        what = _("{account} is blocked: {why}", account=name, why=account.blocked_why)
        yield bad("account", what, _("Connect the account again, then run `prokes account check`."))
    if account.paused_until and account.paused_until > now:
        until = format_short(account.paused_until, zone_named(app.settings.zone))
        what = _("{account} is paused by its platform until {time}.", account=name, time=until)
        yield warning("account", what, _("Wait; it goes on by itself."))
    if account.sandbox != app.platforms[account.platform].is_sandbox:
        what = _("{account} belongs to another address than its platform is set to.", account=name)
        yield bad("account", what, _("Set the platform's base URL to where the account belongs."))
    if app.platforms[account.platform].needs_public_picture_url and app.settings.public_url is None:
        what = _("{account} can't post pictures: its platform fetches them, and we have no address.", account=name)
        yield bad("public-url", what, _("Set PROKES_PUBLIC_URL and run `prokes serve` behind HTTPS."))


def sandbox(app: "App") -> Iterator[Check]:
    kinds = {account.sandbox for account in app.accounts.all()}
    if kinds == {True, False}:
        what = _("Sandbox accounts and live accounts are in one workspace.")
        yield warning("sandbox", what, _("Practise in a workspace of its own: `prokes init FOLDER`."))


def queue(app: "App") -> Iterator[Check]:
    now = app.clock.now()
    with app.store.read() as tx:
        counts = soundness.by_status(tx)
        late = soundness.overdue(tx, due_before=now - LATE)
    if late:
        what = n_("{count} delivery is overdue.", "{count} deliveries are overdue.", late)
        yield bad("overdue", what, _("Is a worker running, and is nothing stopped? See below."))
    for status, remedy in (
        (S.UNCERTAIN, _("They are being looked up; don't post them by hand.")),
        (S.HELD, _("Decide with `prokes delivery resolve`.")),
        (S.MISSED, _("Send them late or drop them with `prokes delivery resolve`.")),
        (S.FAILED, _("Mend the message in the campaign file, then schedule and approve it again.")),
    ):
        if count := counts[status]:
            yield warning("deliveries", f"{status.label}: {count}", remedy)
    if not late:
        yield fine("overdue", _("No delivery is overdue."))


def open_alarms(app: "App") -> Iterator[Check]:
    with app.store.read() as tx:
        ringing = alarms.ringing(tx)
    if ringing:
        what = n_("{count} alarm is open.", "{count} alarms are open.", len(ringing))
        yield warning("alarms", what, _("See `prokes alarm list`."))
    else:
        yield fine("alarms", _("No alarm is open."))
    if not (app.settings.alerting.webhook_url or app.settings.alerting.email_to):
        what = _("Alarms go nowhere but into the log and the list.")
        yield warning("alerting", what, _("Set a webhook or e-mail under [alerting] in prokes.toml."))
    elif app.settings.alerting.webhook_url and app.settings.webhook_secret is None:
        what = _("The webhook's receiver can't tell our alarms from others.")
        yield warning("alerting", what, _("Set PROKES_ALERT_WEBHOOK_SECRET on both sides."))


def stop_switch(app: "App") -> Iterator[Check]:
    stopped = app.decisions.stopped()
    if stopped is None:
        yield fine("stop", _("Publishing is not stopped."))
        return
    since = format_short(stopped.since, zone_named(app.settings.zone))
    what = _("Everything is stopped since {time} by {who}.", time=since, who=stopped.who)
    yield warning("stop", f"{what} {stopped.remark}".strip(), _("Go on with `prokes resume`."))


def workers(app: "App") -> Iterator[Check]:
    """No worker is bad only where something is to be sent."""
    now = app.clock.now()
    with app.store.read() as tx:
        seen = presence.workers(tx)
        wake = deliveries.next_wake(tx)
    alive = [each for each in seen if now - each.seen_at < SILENT]
    if alive:
        age = format_age(max(now - alive[0].seen_at, timedelta(0)))
        what = n_("{count} worker is at work", "{count} workers are at work", len(alive))
        yield fine("worker", f"{what} ({age}).")
        return
    remedy = _("Start `prokes work`, best as a service that starts by itself.")
    if wake and wake < now + SOON:
        yield bad("worker", _("No worker is at work, and something is to be sent soon."), remedy)
    else:
        yield Check(name="worker", what=_("No worker is at work."), state=State.WARNING, remedy=remedy)
