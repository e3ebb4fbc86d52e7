"""The main job on show: a sample campaign from its file to a reach report, against the sandbox, in under a minute."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from prokes_social.app import App, workspace
from prokes_social.app.campaigns import Planned
from prokes_social.checking.formats import as_text
from prokes_social.clock import zone_named
from prokes_social.demo.staff import Invited, invite_staff
from prokes_social.errors import ProkesError
from prokes_social.i18n import _, format_dollars, format_number, n_
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.user import Role
from prokes_social.progress import watching
from prokes_social.settings import load_settings
from prokes_social.worker import Worker

if TYPE_CHECKING:
    from rich.console import Console

SAMPLE = "agen-disiplin-prokes.yaml"
#: Posted during the demo; the others of the sample are scheduled for later, as they would be in an office.
MESSAGES = ("lima-m", "cuci-tangan", "masker-saat-sakit")
LATER = (("ajakan-agen", "[leaders, staff]", 1), ("libur-akhir-tahun", "official", 28))
OFFICER = "Ayu"
#: Who may log in while the demo stays open.
AT_THE_DESK = {"sari": (Role.EDITOR, Role.CHECKER), "wira": (Role.APPROVER,), "kepala": (Role.ADMIN,)}
PROVINCE = "Provinsi Nusa Raya"
#: Sandbox posts live 28 days in 7 seconds.
TIME_SCALE = 4.0 * 86400
#: From queueing to the first post, and from message to message.
FIRST, STEP = timedelta(seconds=12), timedelta(seconds=3)

SETTINGS = """
[sharing]
quiet_from = "23.59"
quiet_until = "00.00"
on_holidays = true

[publishing]
window = "30 menit"
lease = "20s"
prepare_lead = "30s"
lookups = ["2s", "4s", "8s", "15s"]
retry = "2s"

[tracking]
sandbox_time_scale = {scale}
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """Where everything lies, and whether it all came true."""

    cards: Path
    feed: Path
    reports: list[Path]
    published: int
    wanted: int
    differences: list[str]
    invited: Invited | None = None


def run(folder: Path, console: "Console", *, stay: bool = False) -> Result:
    """Make a workspace in `folder` and run the main job. Raises ProkesError where a step fails."""
    started = time.monotonic()
    _headline(console, 1, _("A new workspace"), str(folder))
    workspace.make(folder)
    _tune(folder)
    with _sandbox(folder) as sandbox, _app(folder, sandbox) as app:
        result = _main_job(app, sandbox, folder, console)
        _summary(console, app, result, time.monotonic() - started)
        if stay:
            _stay(app, console, sandbox, result)
    return result


def _main_job(app: App, sandbox: str, folder: Path, console: "Console") -> Result:
    _headline(console, 2, _("Accounts of the sandbox"), sandbox)
    _add_accounts(app, sandbox, console)
    _headline(console, 3, _("The campaign is checked"), f"campaigns/{SAMPLE}")
    _show_a_mistake(app, folder, console)
    path = _rewrite_sample(app, folder)
    problems = app.campaigns.check(path)
    console.print("  " + n_("{count} problem", "{count} problems", len(problems)), style="green")
    _headline(console, 4, _("Cards are drawn, and the plan is applied and approved"), "")
    planned = _queue(app, path, console)
    _headline(console, 5, _("Publishing at the due times; one answer is lost on purpose"), "")
    _publish(app, sandbox, console)
    _headline(console, 6, _("Staff are invited to share"), "")
    invited = _invite(app, folder, console)
    _headline(console, 7, _("Reach is read and the report written"), "")
    return replace(_write_results(app, sandbox, folder, planned, path), invited=invited)


# --- the stage ---


def _tune(folder: Path) -> None:
    """Times that a person can wait for: they are settings like any other."""
    path = folder / "prokes.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.partition("[publishing]")[0] + SETTINGS.format(scale=TIME_SCALE).lstrip(), encoding="utf-8")


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    """The sandbox in a process of its own; its address."""
    state = folder / ".prokes" / "sandbox.json"
    command = [sys.executable, "-m", "prokes_social.sandbox", "--port", "0", "--state-file", str(state)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        address = _await_address(state, process)
        _tell(address, "settings", {"age_speed": TIME_SCALE})
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def _await_address(state: Path, process: "subprocess.Popen[bytes]") -> str:
    for _try in range(200):
        if state.exists() and (text := state.read_text(encoding="utf-8")):
            return str(json.loads(text)["url"])
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise ProkesError(_("The sandbox did not start."), hint=_("Try `prokes sandbox` to see why."))


@contextmanager
def _app(folder: Path, sandbox: str) -> Iterator[App]:
    """The workspace opened against the sandbox, with our web service beside it for pictures."""
    with _web(folder, sandbox) as public_url:
        app = App(load_settings(_environment(folder, sandbox, public_url)))
        try:
            yield app
        finally:
            app.close()


def _environment(folder: Path, sandbox: str, public_url: str) -> dict[str, str]:
    return {
        "PROKES_HOME": str(folder),
        "PROKES_PUBLIC_URL": public_url,
        "PROKES_X_BASE_URL": sandbox,
        "PROKES_GRAPH_BASE_URL": sandbox,
    }


@contextmanager
def _web(folder: Path, sandbox: str) -> Iterator[str]:
    import socket

    import uvicorn

    from prokes_social.web import build

    listener = socket.create_server(("127.0.0.1", 0))
    public_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = App(load_settings(_environment(folder, sandbox, public_url)))
    server = uvicorn.Server(uvicorn.Config(build(app), log_level="warning", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield public_url
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        app.close()


# --- the steps ---


def _add_accounts(app: App, sandbox: str, console: "Console") -> None:
    """The invented province's account on each platform."""
    offered = _ask(sandbox, "accounts")
    for platform in app.platforms.values():
        row = next(each for each in offered[platform.name] if each["name"] == PROVINCE)
        # A Page and an Instagram account are named by their number there.
        credentials = {field.name: str(row.get(field.name, row["id"])) for field in platform.credential_fields}
        name = f"{platform.name}-nusaraya"
        app.accounts.add(name, platform=platform.name, unit="biro-adpim", credentials=credentials)
        identity = app.accounts.check(name)
        console.print(f"  ✓ {name:<22} {identity.name} ({identity.handle})", style="green", markup=False)


def _show_a_mistake(app: App, folder: Path, console: "Console") -> None:
    """What an officer sees after a slip of the pen; the file is thrown away."""
    text = (folder / "campaigns" / SAMPLE).read_text(encoding="utf-8")
    broken = folder / "campaigns" / "salah-ketik.yaml"
    broken.write_text(text.replace("zone: WIB", "zone: WIBB", 1).replace("dianjurkan", "wajib", 1), encoding="utf-8")
    problems = app.campaigns.check(broken)
    broken.unlink()
    console.print(as_text(problems[:2]), markup=False, soft_wrap=True)


def _rewrite_sample(app: App, folder: Path) -> Path:
    """The sample with its sends seconds away; what it says stays as it is."""
    path = folder / "campaigns" / SAMPLE
    local = app.clock.now().astimezone(zone_named("WIB")) + FIRST
    text = path.read_text(encoding="utf-8").partition("\nsends:")[0]
    text = re.sub(r"(?m)^starts_on: .*$", f"starts_on: {local.date()}", text)
    last = (local + timedelta(days=35)).date()
    text = re.sub(r"(?m)^ends_on: .*$", f"ends_on: {last}", text)
    sends = [_send(message, "official", local + STEP * number) for number, message in enumerate(MESSAGES)]
    sends += [_send(message, to, local + timedelta(days=days)) for message, to, days in LATER]
    path.write_text(text + "\nsends:\n" + "".join(sends), encoding="utf-8")
    return path


def _send(message: str, to: str, at: datetime) -> str:
    return f"  - {{id: kirim-{message}, message: {message}, to: {to}, at: {at:%Y-%m-%d %H.%M.%S}}}\n"


def _queue(app: App, path: Path, console: "Console") -> Planned:
    planned, _scheduled = app.campaigns.schedule(path, by=OFFICER)
    _again, scheduled = app.campaigns.approve(path, who=OFFICER)
    cost = format_dollars(planned.plan.cost)
    console.print("  " + n_("{count} card", "{count} cards", len(planned.cards)), style="green")
    count = n_("{count} delivery scheduled", "{count} deliveries scheduled", scheduled)
    console.print("  " + _("{count}, approved by {who}; X would cost {cost}", count=count, who=OFFICER, cost=cost))
    again, _same = app.campaigns.schedule(path, by=OFFICER)
    if not again.plan.changes_anything:
        console.print("  " + _("The same file again changes nothing."))
    return planned


def _invite(app: App, folder: Path, console: "Console") -> Invited:
    invited = invite_staff(app, folder, by=OFFICER)
    people = n_("{count} person in the directory", "{count} people in the directory", invited.people)
    asked = n_("{count} agreed and was asked", "{count} agreed and were asked", invited.asked)
    console.print(f"  {people}, {asked}", style="green")
    if invited.card:
        console.print("  " + _("A card of one's own: {file}", file=invited.card.relative_to(folder)))
    return invited


def _publish(app: App, sandbox: str, console: "Console") -> None:
    _tell(sandbox, "faults", {"platform": "x", "call": "publish", "kind": "accept_then_drop", "times": 1})
    with watching(app, console) as on_event:
        worker = Worker(app, on_event=on_event)
        end = threading.Thread(target=_stop_when_read, args=(app, worker), daemon=True)
        end.start()
        worker.run()


def _stop_when_read(app: App, worker: Worker) -> None:
    """Everything is settled and its last reading taken, or it takes too long for a demo."""
    limit = time.monotonic() + 50
    while time.monotonic() < limit:
        time.sleep(0.5)
        if app.deliveries.is_idle() and not app.reach.is_waiting():
            break
    worker.stop()


def _write_results(app: App, sandbox: str, folder: Path, planned: Planned, path: Path) -> Result:
    app.reach.collect_now()
    cards = folder / "results" / "cards"
    cards.mkdir(parents=True, exist_ok=True)
    for message, card in app.campaigns.draw(path):
        (cards / f"{message.id}-{card.size}.jpg").write_bytes(card.data)
    formats = ("html", "pdf", "xlsx", "csv", "json")
    reports = app.reach.write(planned.plan.campaign.id, formats=formats, out=folder / "results")
    feed = folder / "results" / "feed.html"
    feed.write_bytes(requests.get(f"{sandbox}/_control/feed.html", timeout=20).content)
    rows = [row for row in app.deliveries.listing() if row.content.due_at <= app.clock.now()]
    return Result(
        cards=cards,
        feed=feed,
        reports=reports,
        published=sum(row.status is DeliveryStatus.PUBLISHED for row in rows),
        wanted=len(rows),
        differences=compare_with_plan(rows, _ask(sandbox, "posts")["posts"]),
    )


def compare_with_plan(rows: list[Delivery], posts: list[Mapping[str, Any]]) -> list[str]:
    """How what the sandbox shows differs from what was planned; empty where it is equal, each exactly once."""
    planned = sorted((row.platform, row.content.text, row.content.alt_text) for row in rows)
    shown = sorted((post["platform"], post["text"], "".join(post["alt_texts"])) for post in posts)
    return [f"{platform}: {text[:60]}" for platform, text, _alt in _unlike(planned, shown)]


def _unlike(left: list[tuple[str, str, str]], right: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    rest = list(right)
    missing = []
    for each in left:
        if each in rest:
            rest.remove(each)
        else:
            missing.append(each)
    return missing + rest


def _ask(sandbox: str, what: str) -> Any:
    return requests.get(f"{sandbox}/_control/{what}", timeout=20).json()


def _tell(sandbox: str, what: str, said: Mapping[str, Any]) -> None:
    requests.post(f"{sandbox}/_control/{what}", json=said, timeout=20).raise_for_status()


# --- what is said ---


def _headline(console: "Console", number: int, text: str, detail: str) -> None:
    console.print()
    console.print(f"[bold blue]{number}[/]  [bold]{text}[/]  [dim]{detail}[/]")


def _summary(console: "Console", app: App, result: Result, seconds: float) -> None:
    from rich import box
    from rich.table import Table

    _headline(console, 8, _("Done in {seconds} seconds", seconds=round(seconds)), "SANDBOX")
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_row(_("published"), f"{result.published} / {result.wanted}")
    table.add_row(_("as planned, each once"), _("yes") if not result.differences else "; ".join(result.differences))
    table.add_row(_("worst lateness"), _("{seconds} s", seconds=format_number(round(_worst_lateness(app), 2))))
    table.add_row(_("cards"), str(result.cards))
    table.add_row(_("feed"), str(result.feed))
    for report in result.reports:
        if report.suffix == ".html":
            table.add_row(_("report"), str(report))
    others = len(result.reports) - 1
    beside = n_(
        "{count} file (PDF, XLSX, CSV, JSON) beside it", "{count} files (PDF, XLSX, CSV, JSON) beside it", others
    )
    table.add_row(_("to print and for spreadsheets"), beside)
    console.print(table)
    console.print(_("The files open without a server."), style="dim")


def _worst_lateness(app: App) -> float:
    late = [app.deliveries.lateness(row) for row in app.deliveries.listing()]
    return max((each.total_seconds() for each in late if each is not None), default=0.0)


def _stay(app: App, console: "Console", sandbox: str, result: Result) -> None:
    """Everything goes on, with people at the desk, until Ctrl-C."""
    console.print(_("The feed: {address} – Ctrl-C ends.", address=sandbox), style="bold")
    if result.invited:
        console.print(_("A staff member's own page, for a phone: {address}", address=result.invited.page), style="bold")
    console.print(_("The desk of the comms team: {address}", address=app.settings.public_url), style="bold")
    for name, roles in AT_THE_DESK.items():
        _user, password = app.users.add(name, roles, by="command")
        said = ", ".join(str(role.label) for role in roles)
        console.print("  " + _("{name} ({roles}), first password {password}", name=name, roles=said,
                               password=password.reveal()), markup=False)  # fmt: skip
    worker = Worker(app)
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: worker.stop())
    worker.run()
