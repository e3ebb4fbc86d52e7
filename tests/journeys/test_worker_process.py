"""The worker as its own process: Ctrl-C, a second worker, and a full disk."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prokes_social.model.delivery import DeliveryStatus
from tests.office import Office


def start(office: Office, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", "from prokes_social.cli import main; main()", *words]
    environment = {**os.environ, **office.environment}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def queue(office: Office, *sends: str) -> None:
    path = office.write_campaign(*sends)
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")


def test_two_workers_on_one_database_post_everything_once(office: Office) -> None:
    office.add_accounts()
    queue(office, office.send("tangan", seconds=5), office.send("masker", seconds=6))
    workers = [start(office, "work", "--until-idle") for _number in range(2)]
    for worker in workers:
        _out, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0, errors
    assert {row.status for row in office.app.deliveries.listing()} == {DeliveryStatus.PUBLISHED}
    assert len(office.sandbox.posts()) == 6


@pytest.mark.slow
def test_ctrl_c_waits_for_the_call_that_is_out(office: Office) -> None:
    office.add_accounts("x")
    office.sandbox.fault("x", "publish", "hang", seconds=3, accept="first")
    queue(office, office.send("tangan", seconds=2))
    worker = start(office, "work")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not _is(office, DeliveryStatus.SENDING):
        time.sleep(0.05)
    assert _is(office, DeliveryStatus.SENDING)
    worker.send_signal(signal.SIGINT)
    _out, errors = worker.communicate(timeout=30)
    assert worker.returncode == 0, errors
    assert _is(office, DeliveryStatus.PUBLISHED), errors


def _is(office: Office, status: DeliveryStatus) -> bool:
    return [row.status for row in office.app.deliveries.listing()] == [status]


@pytest.mark.slow
def test_a_killed_worker_leaves_nothing_lost_or_doubled(office: Office) -> None:
    office.add_accounts("x")
    office.sandbox.fault("x", "publish", "hang", seconds=3, accept="first")
    queue(office, office.send("tangan", seconds=2))
    worker = start(office, "work")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not _is(office, DeliveryStatus.SENDING):
        time.sleep(0.05)
    worker.kill()
    worker.communicate(timeout=10)
    second = start(office, "work", "--until-idle")
    _out, errors = second.communicate(timeout=60)
    assert second.returncode == 0, errors
    assert _is(office, DeliveryStatus.PUBLISHED), errors
    assert len(office.sandbox.posts()) == 1


@pytest.mark.slow
def test_a_full_disk_means_a_clear_error_and_nothing_queued(office: Office, tmp_path: Path) -> None:
    office.add_accounts("x")
    path = office.write_campaign(office.send("tangan", seconds=600))
    command = [sys.executable, "-c", "from prokes_social.cli import main; main()", "campaign", "schedule", str(path)]

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    ran = subprocess.run(
        command,
        env={**os.environ, **office.environment},
        preexec_fn=no_room,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode in (2, 6), ran.stderr
    assert "Traceback" not in ran.stderr
    assert office.app.deliveries.listing() == []
