"""`prokes card staff`: a card for each person, whatever happens in the middle."""

import csv
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from prokes_social.errors import CardError, ContentError
from prokes_social.rendering.bulk import Progress, chunk
from prokes_social.rendering.bulk.manifest import _entries, work_folder
from tests.cli.conftest import Ran, Run
from tests.staff import furnish, people, workbook, write_csv, write_photo

PROKES = Path(sys.executable).with_name("prokes")
DASK = Path(sys.executable).with_name("dask")


@pytest.fixture
def office(workspace: Path) -> Path:
    furnish(workspace)
    return workspace


Draw = Callable[..., Ran]


@pytest.fixture
def draw(run: Run, office: Path) -> Draw:
    """The command with everything it must have; more words are appended."""

    def call(*words: object, table: str = "pegawai.csv", out: str = "kartu", message: str = "janji") -> Ran:
        return run(*command(table=table, out=out, message=message), "--processes", 1, *words)

    return call


def command(*, table: str = "pegawai.csv", out: str = "kartu", message: str = "janji") -> list[object]:
    return ["card", "staff", "campaigns/janji.yaml", "--message", message, "--people", table, "--out", out]


def cards(out: str = "kartu") -> dict[str, int]:
    """Every finished file, with the moment it was written."""
    return {str(path.relative_to(out)): path.stat().st_mtime_ns for path in Path(out).rglob("*.jpg")}


def recorded(out: str = "kartu") -> list[str]:
    """The files that the manifest names, as often as it names them."""
    return [entry.file for path in Path(out).glob("manifest*.jsonl") for entry in _entries(path)]


def counts(document: dict[str, Any]) -> tuple[int, int, int]:
    return document["drawn"], document["kept"], document["failed"]


def test_everybody_has_a_card_in_the_folder_of_the_unit(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(5))
    ran = draw()
    assert (ran.code, ran.out) == (0, "kartu\n")
    assert set(cards()) == {
        "dinas-rahmawati/0001-siti-rahmawati-0-600x600.jpg",
        "dinas-wulandari/0002-budi-wulandari-1-600x600.jpg",
        "dinas-nugraha/0003-ratna-nugraha-2-600x600.jpg",
        "dinas-rahmawati/0004-yohanes-lestari-3-600x600.jpg",
        "dinas-wulandari/0005-ngurah-tandi-4-600x600.jpg",
    }
    pictures = [Path("kartu", file) for file in cards()]
    assert {Image.open(path).size for path in pictures} == {(600, 600)}
    assert len({path.read_bytes() for path in pictures}) == 5
    assert sorted(Path("kartu").glob(".*")) == []


def test_a_second_run_draws_nothing_and_a_changed_person_alone_is_drawn_anew(draw: Draw) -> None:
    rows = people(6)
    write_csv(Path("pegawai.csv"), rows)
    assert counts(draw("--json").json) == (6, 0, 0)
    before = cards()
    assert counts(draw("--json").json) == (0, 6, 0)
    assert cards() == before
    rows[2][0] = "Budi Santoso"
    write_csv(Path("pegawai.csv"), rows)
    document = draw("--json").json
    assert counts(document) == (1, 5, 0)
    assert document["removed"] == ["dinas-wulandari/0002-budi-wulandari-1-600x600.jpg"]
    assert set(cards()) ^ set(before) == {*document["removed"], "dinas-wulandari/0002-budi-santoso-600x600.jpg"}


def test_a_row_that_is_gone_takes_its_card_along(draw: Draw) -> None:
    rows = people(4)
    write_csv(Path("pegawai.csv"), rows)
    draw()
    write_csv(Path("pegawai.csv"), rows[:-1])
    assert counts(draw("--json").json) == (0, 3, 0)
    assert len(cards()) == 3


def test_a_changed_campaign_or_photo_is_drawn_anew(draw: Draw, office: Path) -> None:
    write_photo(office / "foto" / "a.jpg", (200, 40, 40))
    write_csv(Path("pegawai.csv"), [["nama", "foto"], ["Siti", "foto/a.jpg"], ["Budi", ""]])
    assert counts(draw("--json").json) == (2, 0, 0)
    write_photo(office / "foto" / "a.jpg", (40, 40, 200))
    assert counts(draw("--json").json) == (1, 1, 0)
    red, _green, blue = Image.open("kartu/tanpa-unit/0001-siti-600x600.jpg").getpixel((300, 240))  # type: ignore[misc]
    assert blue > red
    campaign = office / "campaigns" / "janji.yaml"
    campaign.write_text(campaign.read_text().replace("saat batuk", "di angkutan umum"))
    assert counts(draw("--json").json) == (2, 0, 0)
    assert counts(draw("--json").json) == (0, 2, 0)


def test_a_damaged_or_missing_card_is_drawn_anew(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(3))
    draw()
    whole = {file: Path("kartu", file).read_bytes() for file in cards()}
    one, two, _three = sorted(whole)
    Path("kartu", one).write_bytes(whole[one][:-100])
    Path("kartu", two).unlink()
    assert counts(draw("--json").json) == (2, 1, 0)
    assert {file: Path("kartu", file).read_bytes() for file in cards()} == whole


def test_processes_draw_the_very_same_files(draw: Draw, run: Run) -> None:
    write_csv(Path("pegawai.csv"), people(130))
    both = ("--size", "600x600", "--size", "600x400")
    draw(*both)
    ran = run(*command(out="lain"), *both, "--processes", 2, "--json")
    assert counts(ran.json) == (260, 0, 0)
    here, there = ({file: Path(out, file).read_bytes() for file in cards(out)} for out in ("kartu", "lain"))
    assert here == there


def test_shards_share_the_work_and_the_folder(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(10))
    assert [counts(draw("--json", "--shard", f"{i}/4").json)[0] for i in (1, 2, 3, 4)] == [3, 3, 2, 2]
    assert len(cards()) == 10
    assert counts(draw("--json").json) == (0, 10, 0)
    assert draw("--shard", "5/4").code == 2


def test_only_the_people_of_a_unit(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), [*people(9), ["", "Dinas Nugraha"]])
    assert counts(draw("--json", "--unit", "dinas  RAHMAWATI").json) == (3, 0, 0)
    assert {file.partition("/")[0] for file in cards()} == {"dinas-rahmawati"}
    ran = draw("--unit", "Dinas Rahmawaty")
    assert ran.code == ContentError.exit_code
    assert "Dinas Rahmawati" in ran.err


def test_archives_hold_what_is_finished(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(4))
    ran = draw("--archive", "zip")
    assert ran.out.splitlines() == [f"kartu/dinas-{unit}.zip" for unit in ("nugraha", "rahmawati", "wulandari")]
    with zipfile.ZipFile("kartu/dinas-rahmawati.zip") as archive:
        assert archive.read("dinas-rahmawati/0001-siti-rahmawati-0-600x600.jpg")[:2] == b"\xff\xd8"
        assert len(archive.namelist()) == 2


def test_a_spreadsheet_does_as_well(draw: Draw) -> None:
    Path("pegawai.xlsx").write_bytes(workbook(people(3)))
    assert counts(draw("--json", table="pegawai.xlsx").json) == (3, 0, 0)


# --- rows that must be mended ---


def test_bad_rows_are_told_with_cell_and_remedy_and_do_not_stop_the_good_ones(draw: Draw, office: Path) -> None:
    write_photo(office / "foto" / "kecil.jpg", size=(10, 10))
    (office / "foto" / "skrip.jpg").write_text("#!/bin/sh\necho hai\n")
    rows = [
        ["nama", "unit", "foto"],
        ["Siti", "A", ""],
        ["", "A", ""],
        ["Katayangtakterputus" * 8, "A", ""],
        ["Budi", "A", "foto/kecil.jpg"],
        ["Tri", "Unityangtakterputus" * 8, "foto/skrip.jpg"],
        ["Dewi", "A", "foto/tak-ada.jpg"],
        ["Ratna", "A", ""],
    ]
    write_csv(office / "pegawai.csv", rows)
    ran = draw()
    assert ran.code == ContentError.exit_code
    assert set(cards()) == {"a/0001-siti-600x600.jpg", "a/0007-ratna-600x600.jpg"}
    ran = draw("--json")
    assert ran.code == ContentError.exit_code
    assert counts(ran.json) == (0, 2, 5)
    problems = [(each["line"], each["what"].partition(":")[0], each["code"]) for each in ran.json["problems"]]
    assert problems == [
        (3, "A3", "people-name-missing"),
        (4, "A4", "card-text-too-long"),
        (5, "C5", "card-photo"),
        (6, "B6", "card-text-too-long"),
        (6, "C6", "card-photo"),
        (7, "C7", "people-photo-missing"),
    ]
    assert all(each["remedy"] and each["file"] == "pegawai.csv" for each in ran.json["problems"])
    assert "None" not in json.dumps([each["what"] for each in ran.json["problems"]])


def test_a_mended_row_is_all_that_is_drawn(draw: Draw) -> None:
    rows = people(3)
    write_csv(Path("pegawai.csv"), [*rows, ["", "A"]])
    assert draw().code == ContentError.exit_code
    write_csv(Path("pegawai.csv"), [*rows, ["Dewi", "A"]])
    ran = draw("--json")
    assert (ran.code, counts(ran.json)) == (0, (1, 3, 0))


def test_the_card_of_a_row_that_cannot_be_read_for_now_stays(draw: Draw) -> None:
    rows = people(3)
    write_csv(Path("pegawai.csv"), rows)
    draw()
    rows[2][0] = ""
    write_csv(Path("pegawai.csv"), rows)
    draw()
    assert len(cards()) == 3


def test_a_message_that_is_no_personal_card_is_refused_with_templates_that_are(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(2))
    ran = draw(message="untuk-semua")
    assert ran.code == CardError.exit_code
    assert "uji" in ran.err
    ran = draw(message="tak-ada")
    assert ran.code == ContentError.exit_code
    assert "untuk-semua" in ran.err
    assert not Path("kartu").exists()


def test_what_is_wrong_for_everybody_is_told_once_with_its_line(draw: Draw, office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(20))
    campaign = office / "campaigns" / "janji.yaml"
    campaign.write_text(campaign.read_text().replace("Saya pakai masker saat batuk", "Panjang " * 90))
    ran = draw()
    assert ran.code == ContentError.exit_code
    assert ran.err.count("campaigns/janji.yaml:14:") == 1
    assert not Path("kartu").exists()


def test_a_size_that_the_template_lacks_is_told_with_those_it_has(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(2))
    ran = draw("--size", "1080x1080")
    assert ran.code == ContentError.exit_code
    assert "600x400" in ran.err


# --- disks ---


def test_a_full_disk_in_the_middle_keeps_what_was_drawn_and_a_rerun_completes(
    draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(Path("pegawai.csv"), people(12))
    write = chunk._write
    left = iter(range(5))

    def full(path: Path, data: bytes, part: Path) -> None:
        if next(left, None) is None:
            part.write_bytes(data[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part))
        write(path, data, part)

    with monkeypatch.context() as patch:
        patch.setattr(chunk, "_write", full)
        ran = draw()
    assert ran.code == CardError.exit_code
    assert "5" in ran.err
    assert "7" in ran.err
    assert "Traceback" not in ran.err
    assert len(cards()) == len(recorded()) == 5
    before = cards()
    assert counts(draw("--json").json) == (7, 5, 0)
    assert cards().items() >= before.items()
    assert sorted(Path("kartu").glob(".*")) == []


def test_a_manifest_that_finds_no_room_loses_nothing(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(Path("pegawai.csv"), people(8))
    sync = os.fsync
    calls = iter((True, True))  # the first line, then the first chunk

    def full(fd: int) -> None:
        if next(calls, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(fd)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert draw().code == CardError.exit_code
    before = cards()
    assert counts(draw("--json").json) == (8 - len(before), len(before), 0)
    assert cards().items() >= before.items()
    assert sorted(recorded()) == sorted(cards())


def test_a_folder_that_cannot_be_written_is_told_without_a_traceback(draw: Draw) -> None:
    write_csv(Path("pegawai.csv"), people(2))
    Path("berkas").write_text("not a folder")
    ran = draw(out="berkas/kartu")
    assert ran.code == CardError.exit_code
    assert "berkas" in ran.err
    assert "Traceback" not in ran.err


# --- processes that are ended ---


class Running:
    """The command as a process of its own."""

    def __init__(self, *words: object) -> None:
        environment = os.environ | {"PROKES_LANG": "id"}
        self.process = subprocess.Popen(
            [str(PROKES), *map(str, command()), *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True,
        )  # fmt: skip

    def wait_for_cards(self, count: int) -> None:
        ends = time.monotonic() + 120
        while len(cards()) < count:
            assert self.process.poll() is None, f"ended before {count} cards: {self.process.communicate()}"
            assert time.monotonic() < ends
            time.sleep(0.003)

    def end_with(self, sign: signal.Signals) -> int:
        """Of the command itself; its workers have to notice."""
        self.process.send_signal(sign)
        self.out, self.err = self.process.communicate(timeout=60)
        return self.process.returncode

    def children(self) -> list[int]:
        listing = subprocess.run(
            ["ps", "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        return [int(line.split()[0]) for line in listing.stdout.splitlines() if "spawn_main" in line]


def finished_on_disk() -> dict[str, int]:
    """What the manifest and the journals of a killed run name, with the moment each was written."""
    named = recorded() + [
        entry.file for path in work_folder(Path("kartu"), "all").glob("*.jsonl") for entry in _entries(path)
    ]
    return {file: when for file, when in cards().items() if file in named}


@pytest.mark.slow
def test_three_kills_lose_no_card_and_draw_none_twice(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(400))
    kept: dict[str, int] = {}
    dice = random.Random(4)
    for _kill in range(3):
        running = Running("--processes", 2)
        running.wait_for_cards(len(kept) + dice.randint(30, 90))
        assert running.end_with(signal.SIGKILL) == -signal.SIGKILL
        wait_until_still()
        now = finished_on_disk()
        assert now.items() >= kept.items()
        kept = now
    assert 90 <= len(kept) < 400
    last = Running("--processes", 2, "--json")
    out, _err = last.process.communicate(timeout=300)
    assert counts(json.loads(out)) == (400 - len(kept), len(kept), 0)
    assert cards().items() >= kept.items()
    assert len(cards()) == 400
    assert sorted(recorded()) == sorted(cards())
    assert sorted(Path("kartu").glob(".*")) == []


def wait_until_still() -> None:
    """Workers end by themselves once their parent is gone."""
    ends = time.monotonic() + 10
    before = -1
    while (now := len(cards())) != before:
        assert time.monotonic() < ends, "somebody draws on"
        before = now
        time.sleep(0.3)


@pytest.mark.slow
def test_ctrl_c_ends_in_order_and_says_how_to_go_on(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(1200))
    running = Running("--processes", 2)
    running.wait_for_cards(40)
    os.killpg(running.process.pid, signal.SIGINT)  # a terminal sends it to all
    _out, err = running.process.communicate(timeout=60)
    assert running.process.returncode == 130
    assert "Traceback" not in err
    assert "perintah yang sama" in err
    assert sorted(recorded()) == sorted(cards())
    assert sorted(Path("kartu").glob(".*")) == []


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(1200))
    running = Running("--processes", 2, "--json")
    running.wait_for_cards(20)
    os.kill(running.children()[0], signal.SIGKILL)
    out, err = running.process.communicate(timeout=300)
    assert running.process.returncode == 0, err
    assert counts(json.loads(out)) == (1200, 0, 0)
    assert sorted(recorded()) == sorted(cards())
    assert len(cards()) == 1200


@pytest.fixture
def cluster(office: Path) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler and two workers on loopback; its address and the workers."""
    file = office / "scheduler.json"
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> "subprocess.Popen[bytes]":
        with (office / f"dask-{len(started)}.log").open("wb") as log:
            started.append(subprocess.Popen([str(DASK), *words], stdout=log, stderr=log, cwd=office))
        return started[-1]

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        ends = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < ends
            time.sleep(0.1)
        words = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        workers = [start("worker", "--scheduler-file", str(file), *words) for _each in range(2)]
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in started:
            process.kill()
            process.wait(timeout=30)


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_still_draws_every_card(
    cluster: tuple[str, list["subprocess.Popen[bytes]"]],
) -> None:
    address, workers = cluster
    write_csv(Path("pegawai.csv"), people(600))
    running = Running("--cluster", address, "--json")
    running.wait_for_cards(100)
    workers[0].kill()
    out, err = running.process.communicate(timeout=300)
    assert running.process.returncode == 0, err
    assert counts(json.loads(out)) == (600, 0, 0)
    assert len(cards()) == 600
    assert sorted(recorded()) == sorted(cards())


def test_a_cluster_that_is_not_there_is_told_with_how_to_start_one(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prokes_social.rendering.bulk.pools._PATIENCE", 1)
    write_csv(Path("pegawai.csv"), people(2))
    ran = draw("--cluster", "tcp://127.0.0.1:9")
    assert ran.code == 2
    assert "dask scheduler" in ran.err


# --- telling ---


def test_a_pipe_is_told_in_plain_lines(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prokes_social.cli._card_staff.EVERY", 0.0)
    write_csv(Path("pegawai.csv"), people(4))
    err = draw().err
    assert "4 dari 4 kartu" in err
    assert "\x1b[" not in err


def test_progress_counts_what_is_left() -> None:
    assert Progress(total=10, drawn=3, kept=2, failed=1).left == 4


def test_csv_of_the_manual_has_the_columns_that_are_read() -> None:
    from prokes_social import help as manual
    from prokes_social.loading.people import COLUMNS
    from tests.help.pages import blocks, source

    page = source(manual.find("how-to/staff-cards", "id"), "id")
    table = next(block for block in blocks(page) if block.said == "file=pegawai.csv")
    heading = next(csv.reader(table.text.splitlines(), delimiter=";"))
    assert all(any(each in headings for headings in COLUMNS.values()) for each in heading)
