"""The drill itself: it holds on both databases, and convicts publishers that do wrong."""

import os
from pathlib import Path

import pytest

from prokes_social.drill import RECOVERY, Orders, run
from prokes_social.publishing import Point

ROOT = Path(__file__).parents[2]
#: `.ci/run` asks for fewer, to stay within its time.
KILLS = int(os.environ.get("DRILL_KILLS", "1000"))
SMALL = Orders(kills=15, deliveries=40, publishers=4, seed=7)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, object]:
    if request.param == "sqlite":
        return {"db": "sqlite", "beside": tmp_path}
    return {"db": "postgres", "server": request.getfixturevalue("postgres_server")}


@pytest.fixture(autouse=True)
def _saboteurs_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)


def test_nothing_is_lost_or_doubled_by_kills_and_lies(where: dict[str, object]) -> None:
    result = run(SMALL, **where)  # type: ignore[arg-type]
    assert result.holds, result
    assert (result.kills, result.jobs, result.broken) == (15, 40, 0), result.complaints
    assert result.published == 40, "what was held, a person sent"
    assert sum(result.lies.values()) > 5
    assert result.taken_up
    assert result.recovery_p99_s


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_in_a_thousand_kills(where: dict[str, object]) -> None:
    result = run(Orders(kills=KILLS, deliveries=KILLS + 50, seed=7), **where)  # type: ignore[arg-type]
    assert result.holds, result
    assert (result.kills, result.broken) == (KILLS, 0), result.complaints
    assert all(result.kills_by[point] for point in Point)
    assert result.frozen_before_call == result.stopped_by_guard > 0
    assert result.recovery_p99_s is not None
    # The aim is RECOVERY itself, which the performance page tells; a busy machine may take longer, never for ever.
    assert result.recovery_p99_s <= 2 * RECOVERY.total_seconds()


@pytest.mark.parametrize("saboteur", ["SendsAgain", "CallsBeforeTheIntent"])
def test_a_publisher_that_sends_twice_is_convicted(saboteur: str) -> None:
    orders = Orders(kills=12, deliveries=30, publishers=4, seed=7, publisher_class=f"tests.drill.saboteurs:{saboteur}")
    result = run(orders)
    assert result.doubled > 0
    assert not result.holds


def test_a_publisher_that_only_says_it_published_is_convicted() -> None:
    saboteur = "tests.drill.saboteurs:SaysItPublished"
    result = run(Orders(kills=1, deliveries=10, publishers=2, seed=7, publisher_class=saboteur))
    assert result.phantom > 0
    assert result.published == 10
    assert not result.holds
