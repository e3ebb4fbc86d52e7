"""Wall times that people write, on servers anywhere: the instant is the one meant, and no naive time gets further."""

import ast
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import StatementError

import prokes_social
from prokes_social.clock import zone_named
from prokes_social.model.campaign import parse_wall_time
from prokes_social.store import Store, accounts
from prokes_social.store.tables import Instant
from tests.factories import add_account, make_content, queue_delivery

SOURCE = Path(prokes_social.__file__).parent
#: Fixed for decades; hours east of Greenwich.
OFFSETS = {"WIB": 7, "WITA": 8, "WIT": 9}
#: One in the office's own zone, one with summer time, one on the other side of the date line, and UTC.
SERVERS = ("UTC", "Asia/Jakarta", "America/New_York", "Pacific/Kiritimati")
DRAWN = 10_000


@pytest.fixture(params=SERVERS)
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The process believes that it stands in this zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def drawn_wall_times() -> list[tuple[str, datetime]]:
    """As text and as the naive clock on the wall; from 2021 to 2099, to the minute or the second."""
    dice = random.Random(20210809)
    first = datetime(2021, 1, 1)  # noqa: DTZ001 - a clock on a wall
    drawn = []
    for _each in range(DRAWN):
        wall = first + timedelta(seconds=dice.randrange(78 * 365 * 86_400))
        shapes = ("%Y-%m-%d %H.%M.%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
        drawn.append((wall.strftime(dice.choice(shapes)), wall))
    return drawn


def test_ten_thousand_wall_times_are_the_same_instants_on_every_server(server_zone: str) -> None:
    info: Any = SimpleNamespace(context={})
    stored, sqlite = Instant(), DefaultDialect()
    sqlite.name = "sqlite"
    wrong = []
    for text, wall in drawn_wall_times():
        said = parse_wall_time(text, info)
        for zone, hours in OFFSETS.items():
            meant = wall.replace(tzinfo=timezone(timedelta(hours=hours)))
            due = said.instant(zone_named(zone))
            kept = stored.process_result_value(stored.process_bind_param(due, sqlite), sqlite)
            shown = due.astimezone(zone_named(zone)).replace(tzinfo=None)
            if due != meant or due.utcoffset() != timedelta(0) or kept != meant or shown != wall:
                wrong.append((text, zone, due))
    assert wrong == [], f"{len(wrong)} wrong on a server in {server_zone}"


def test_an_instant_comes_back_from_the_database_as_it_went_in(store: Store, server_zone: str) -> None:
    add_account(store)
    due = datetime(2026, 11, 23, 7, 30, tzinfo=zone_named("WIT"))
    row = queue_delivery(store, content=make_content(due_at=due))
    assert row.content.due_at == datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert row.content.due_at.utcoffset() == timedelta(0)


def test_a_naive_time_never_reaches_the_database(store: Store) -> None:
    account = add_account(store)
    naive = datetime(2026, 11, 23, 7, 30)  # noqa: DTZ001 - the mistake itself
    with pytest.raises((ValueError, StatementError), match="naive"), store.write() as tx:
        accounts.pause(tx, account.id, naive)


# --- the source, read as a reviewer would ---

#: These make a time without a zone; `argument` is where the zone would stand.
MAKERS = {"now": 0, "fromtimestamp": 1, "combine": 2}
FORBIDDEN = {"utcnow", "utcfromtimestamp", "today", "strptime"}
EDGES = {"min", "max"}


def test_no_time_without_a_zone_is_made_anywhere_in_the_source() -> None:
    found = [f"{path.relative_to(SOURCE)}:{line}" for path in sorted(SOURCE.rglob("*.py")) for line in naive_in(path)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now()",
        "datetime.utcnow()",
        "datetime.fromtimestamp(0)",
        "datetime.combine(day, at)",
        "datetime(2026, 11, 23)",
        "datetime.strptime(text, '%Y')",
        "dt.datetime.now()",
        "date.today()",
        "datetime.min",
        "time.localtime()",
    ],
)
def test_the_reviewer_sees_each_kind_of_naive_time(line: str) -> None:
    assert list(naive_lines(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.now().astimezone()",
        "datetime.now(tz=UTC)",
        "datetime.fromtimestamp(0, UTC)",
        "datetime.combine(day, at, tzinfo=zone)",
        "datetime(2026, 11, 23, tzinfo=UTC)",
        "datetime.min.replace(tzinfo=UTC)",
        "clock.now()",
    ],
)
def test_the_reviewer_lets_aware_times_pass(line: str) -> None:
    assert not list(naive_lines(ast.parse(line)))


def naive_in(path: Path) -> Iterator[int]:
    """Lines whose author gives a reason beside them are let pass."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    return (number for number in naive_lines(ast.parse(text)) if "# noqa: DTZ" not in lines[number - 1])


def naive_lines(tree: ast.AST) -> Iterator[int]:
    """Lines that make a naive time, unless it is given a zone in the same breath."""
    mended = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        for inner in [node.func.value]
        if node.func.attr == "astimezone" or (node.func.attr == "replace" and _has_zone(node))
    }
    for node in ast.walk(tree):
        if id(node) in mended:
            continue
        if isinstance(node, ast.Attribute) and node.attr in EDGES and _is_named(node.value, "datetime"):
            yield node.lineno
        if isinstance(node, ast.Call) and _makes_naive(node):
            yield node.lineno


def _makes_naive(call: ast.Call) -> bool:
    if _is_named(call.func, "datetime"):
        return len(call.args) < 8 and not _has_zone(call)
    if not isinstance(call.func, ast.Attribute):
        return False
    name, owner = call.func.attr, call.func.value
    if _is_named(owner, "time") and name in ("localtime", "mktime"):
        return True
    if not (_is_named(owner, "datetime") or _is_named(owner, "date")):
        return False
    return name in FORBIDDEN or (name in MAKERS and len(call.args) <= MAKERS[name] and not _has_zone(call))


def _has_zone(call: ast.Call) -> bool:
    return any(keyword.arg in ("tz", "tzinfo") for keyword in call.keywords)


def _is_named(node: ast.expr, name: str) -> bool:
    """`datetime` or `dt.datetime`."""
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def test_the_server_zone_really_changes_here(server_zone: str) -> None:
    assert os.environ["TZ"] == server_zone
    local = datetime.fromtimestamp(0).hour  # noqa: DTZ006 - what the machine believes
    assert local == {"UTC": 0, "Asia/Jakarta": 7, "America/New_York": 19, "Pacific/Kiritimati": 13}[server_zone] or (
        server_zone == "Pacific/Kiritimati"  # its offset of 1970 differs between versions of the zone data
    )
