"""Stop, go on, and settle from the command line, against the sandbox."""

import pytest

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.worker import Worker
from tests.cli.conftest import Run, run
from tests.office import Office

__all__ = ["run"]  # fixture


@pytest.fixture(autouse=True)
def _here(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)


def queue(office: Office, *sends: str) -> None:
    path = office.write_campaign(*sends)
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")


def test_after_a_stop_nothing_goes_out_and_resume_asks_about_what_is_overdue(office: Office, run: Run) -> None:
    office.add_accounts("x", "facebook")
    queue(office, office.send("tangan", seconds=0.2))
    stopped = run("stop", "--by", "Ayu", "--why", "berita duka", "--json").json
    assert stopped == {"stopped": True, "newly": True, "in_flight": []}
    office.app.clock.sleep(0.5)
    Worker(office.app).run_once()
    assert office.sandbox.posts() == []
    assert run("resume", "--send-late").code == 0
    Worker(office.app).run(until_idle=True)
    assert len(office.sandbox.posts()) == 2
    assert run("resume").code == 0, "nothing is stopped any more"


def test_what_is_dropped_at_resume_is_cancelled(office: Office, run: Run) -> None:
    office.add_accounts("x")
    queue(office, office.send("tangan", seconds=0.2))
    run("stop")
    office.app.clock.sleep(0.4)
    assert run("resume", "--drop").code == 0
    [row] = run("delivery", "list", "--json").json
    assert row["status"] == "cancelled"


def test_a_held_delivery_is_found_again_when_a_person_asks_to_send_it(office: Office, run: Run) -> None:
    office.add_accounts("x")
    office.sandbox.fault("x", "publish", "accept_then_drop")
    office.sandbox.settings(timeline_lag_s=6.0)
    queue(office, office.send("tangan", seconds=0.5))
    Worker(office.app).run(until_idle=True)
    [row] = office.app.deliveries.listing()
    assert row.status is DeliveryStatus.HELD
    [alarm] = run("alarm", "list", "--json").json
    assert alarm["kind"] == "held"
    assert alarm["remedy"]
    office.sandbox.settings(timeline_lag_s=0.0)
    settled = run("delivery", "resolve", row.id, "--send", "--json").json
    assert settled["status"] == "published"
    assert len(office.sandbox.posts()) == 1
    assert run("alarm", "list", "--json").json == []
    shown = run("delivery", "show", row.id, "--json").json
    assert shown["tries"][0]["outcome"] == "published"


def test_a_decision_must_be_one_and_the_delivery_must_wait_for_it(office: Office, run: Run) -> None:
    office.add_accounts("x")
    queue(office, office.send("tangan", seconds=600))
    assert run("delivery", "resolve", 1).code == 2
    assert run("delivery", "resolve", 1, "--send", "--drop").code == 2
    refused = run("delivery", "resolve", 1, "--drop")
    assert refused.code == 6
    assert "prokes delivery list" in refused.err
    assert run("delivery", "show", 99).code == 6
