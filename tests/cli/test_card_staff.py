"""`prokes card staff`: a card for each person, whatever happens in the middle."""

import csv
import ctypes
import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from prokes_social.errors import CardError, ContentError
from prokes_social.model.wave import WaveStatus
from prokes_social.rendering import codes
from prokes_social.rendering.bulk import Progress, chunk
from prokes_social.rendering.bulk.manifest import _entries, work_folder
from prokes_social.store import Store, offers
from tests.cli.conftest import Ran, Run
from tests.factories import DUE, add_person, put_wave
from tests.staff import CAMPAIGN, TEMPLATE, crowd, furnish, people, workbook, write_csv, write_photo

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
        ["漢 Wulandari", "A", ""],
    ]
    write_csv(office / "pegawai.csv", rows)
    ran = draw()
    assert ran.code == ContentError.exit_code
    assert set(cards()) == {"a/0001-siti-600x600.jpg", "a/0007-ratna-600x600.jpg"}
    ran = draw("--json")
    assert ran.code == ContentError.exit_code
    assert counts(ran.json) == (0, 2, 6)
    problems = [(each["line"], each["what"].partition(":")[0], each["code"]) for each in ran.json["problems"]]
    assert problems == [
        (3, "A3", "people-name-missing"),
        (4, "A4", "card-text-too-long"),
        (5, "C5", "card-photo"),
        (6, "B6", "card-text-too-long"),
        (6, "C6", "card-photo"),
        (7, "C7", "people-photo-missing"),
        (9, "A9", "card-character-unknown"),
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


def test_without_a_table_the_directory_is_drawn_with_each_persons_own_link(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROKES_PUBLIC_URL", "https://prokes.nusaraya.go.id")
    store = Store(f"sqlite:///{office / '.prokes' / 'prokes.db'}")
    budi, _ayu, _no = (
        add_person(store, "Budi", unit="dinkes"), add_person(store, "Ayu", unit="satpol"),
        add_person(store, "Citra", unit="dinkes", agreed=False),
    )  # fmt: skip
    wave = put_wave(store, message="janji", status=WaveStatus.OPEN, campaign="janji-pegawai")
    with store.write() as tx:
        offers.add(tx, wave.id, [(budi.id, "dinkes")], now=DUE)
        (offer,) = offers.of_wave(tx, wave.id)
    store.close()
    code = '      - {qr: "{link}", size: 160, box: [40, 420, 160, 160]}\n'
    (office / "assets" / "templates" / "uji.yaml").write_text(TEMPLATE.replace("  600x400:", code + "  600x400:", 1))
    command = ["card", "staff", "campaigns/janji.yaml", "--message", "janji", "--out", "kartu", "--size", "600x600"]
    ran = run(*command, "--unit", "dinkes", "--processes", 1)
    assert ran.code == 0, ran.err
    (file,) = cards()
    assert "budi" in file
    assert codes.read(Image.open(Path("kartu") / file)) == {f"https://prokes.nusaraya.go.id/r/{offer.code}-q"}
    assert run(*command, "--unit", "tidak-ada").code != 0


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
        ran = draw()
    before = cards()
    assert ran.code == CardError.exit_code
    assert f"{len(before)} kartu sudah selesai" in ran.err  # the journals hold what the manifest has no room for
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
    """The command as a process of its own; `bound` is called in it before it begins."""

    def __init__(self, *words: object, bound: Callable[[], None] | None = None) -> None:
        self.process = subprocess.Popen(
            [str(PROKES), *map(str, command()), *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PROKES_LANG": "id"},
            start_new_session=True, preexec_fn=bound,
        )  # fmt: skip

    def wait_for_cards(self, count: int) -> None:
        ends = time.monotonic() + 120
        while len(cards()) < count:
            assert self.process.poll() is None, f"ended before {count} cards: {self.process.communicate()}"
            assert time.monotonic() < ends
            time.sleep(0.003 + count / 10_000)  # to look costs time as well, where there are many

    def end_with(self, sign: signal.Signals) -> int:
        """Of the command itself; its workers have to notice."""
        self.process.send_signal(sign)
        self.out, self.err = self.process.communicate(timeout=60)
        return self.process.returncode

    def end(self) -> int:
        """By itself."""
        self.out, self.err = self.process.communicate(timeout=300)
        return self.process.returncode

    def children(self) -> dict[int, int]:
        """Those who draw, with the memory that each takes at this moment, in KiB."""
        words = ("-ww", "-o", "pid=", "-o", "rss=", "-o", "args=", "--ppid", str(self.process.pid))
        listing = subprocess.run(["ps", *words], capture_output=True, text=True, check=False).stdout
        rows = [line.split(maxsplit=2) for line in listing.splitlines()]
        return {int(pid): int(rss) for pid, rss, args in rows if "spawn_main" in args}


def finished_on_disk() -> dict[str, int]:
    """What the manifest and the journals of a killed run name, with the moment each was written."""
    named = recorded() + [
        entry.file for path in work_folder(Path("kartu"), "all").glob("*.jsonl") for entry in _entries(path)
    ]
    return {file: when for file, when in cards().items() if file in named}


CROWD = 5000
#: MB a worker may take.
MEMORY = 130


@pytest.mark.slow
def test_kills_at_random_moments_lose_no_card_of_5000_draw_none_twice_and_memory_stays_flat(
    crowded: Path, run: Run
) -> None:
    dice = random.Random(4)
    kept: dict[str, tuple[int, int]] = {}
    for kill in (os.kill, os.killpg, os.killpg, os.killpg):  # the command alone, whose workers must notice; then all
        running = Running("--processes", 2, "--size", "1080x1080")
        running.wait_for_cards(len(cards()) + dice.randint(80, 400))
        time.sleep(dice.uniform(0, 0.1))
        kill(running.process.pid, signal.SIGKILL)
        assert running.end() == -signal.SIGKILL
        wait_until_still()
        now = marks_of(finished_on_disk())
        assert now.items() >= kept.items()
        assert len(cards()) - len(now) <= 2  # each worker's card in hand
        kept = now
    assert 320 <= len(kept) < CROWD / 2

    last = Running("--processes", 2, "--size", "1080x1080", "--json")
    memory = watched(last)
    assert last.end() == 0, last.err
    assert counts(json.loads(last.out)) == (CROWD - len(kept), len(kept), 0)
    assert marks_of(cards()).items() >= kept.items()
    assert sorted(int(Path(file).name[:4]) for file in cards()) == list(range(1, CROWD + 1))
    assert sorted(recorded()) == sorted(cards())
    assert sorted(Path("kartu").glob(".*")) == []
    # It reads every file and compares it with what was drawn.
    assert counts(run(*command(), "--size", "1080x1080", "--json").json) == (0, CROWD, 0)

    assert len(memory) == 2
    for megabytes in memory.values():
        begins, ends = thirds(megabytes)
        assert ends <= 1.15 * begins, megabytes
        assert max(megabytes) <= MEMORY, megabytes


@pytest.fixture
def crowded(office: Path) -> Iterator[Path]:
    """An office of thousands, each with a shipped template's card; some have photographs."""
    (office / "campaigns" / "janji.yaml").write_text(CAMPAIGN.replace("template: uji", "template: pledge"))
    photos = [f"foto/{n}.jpg" for n in range(20)]
    for n, photo in enumerate(photos):
        write_photo(office / photo, (10 * n, 120, 200 - 10 * n), (480, 640))
    write_csv(office / "pegawai.csv", crowd(CROWD, photos, random.Random(5)))
    yield office
    shutil.rmtree(office / "kartu", ignore_errors=True)  # some hundred MB


def marks_of(files: Iterable[str]) -> dict[str, tuple[int, int]]:
    """What changes whenever a card is drawn: its file's inode and moment."""
    seen = {file: Path("kartu", file).stat() for file in files}
    return {file: (stat.st_ino, stat.st_mtime_ns) for file, stat in seen.items()}


def watched(running: Running) -> dict[int, list[float]]:
    """Each worker's memory in MB while it runs, from moment to moment."""
    memory: dict[int, list[float]] = {}
    while running.process.poll() is None:
        for pid, kibibytes in running.children().items():
            memory.setdefault(pid, []).append(kibibytes * 1024 / 1e6)
        time.sleep(0.2)
    return memory


def thirds(samples: list[float]) -> tuple[float, float]:
    """The mean of the first third and of the last, once warm: a fifth of the time is enough to load and compile."""
    warm = samples[len(samples) // 5 :]
    third = len(warm) // 3
    assert third >= 5, "too few samples to tell"
    return sum(warm[:third]) / third, sum(warm[-third:]) / third


def wait_until_still() -> None:
    """Workers end by themselves once their parent is gone."""
    ends = time.monotonic() + 10
    before = -1
    while (now := len(cards())) != before:
        assert time.monotonic() < ends, "somebody draws on"
        before = now
        time.sleep(0.3)


# --- disks that fail for real ---

#: A card and the journal of a chunk fit, the manifest of 400 does not.
MOST_BYTES = 45_000
SMALL_DISK = """
mount -t tmpfs -o size=1200k none kartu || exit 99
"$@"; echo $? >kode; cp -a kartu penuh
mount -o remount,size=64m kartu
"$@"; echo $? >>kode; cp -a kartu selesai
"""


def small_files() -> None:
    """No file may become larger: the kernel refuses as it does where a quota is used up."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))


def as_everybody_else() -> None:
    """Root writes where nobody may; without the right to do so, the modes of folders bind it as well."""
    drop_from_bounding_set, override_permissions = 24, 1  # prctl(2), capabilities(7)
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(drop_from_bounding_set, override_permissions, 0, 0, 0):
        raise OSError("root keeps its right to write everywhere")


def own_mounts() -> list[str]:
    """What begins a command whose mounts nobody else sees, as root or as anybody; nothing where neither may be."""
    ways = (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"])
    trial = ["mount", "-t", "tmpfs", "none", "/mnt"]
    return next(
        (way for way in ways if not subprocess.run([*way, *trial], capture_output=True, check=False).returncode), []
    )


def stopped_with_a_remedy(code: int, err: str) -> bool:
    """Whether it says what happened, what stays, and that the same command goes on."""
    assert code == CardError.exit_code, err
    assert "Traceback" not in err, err
    return all(words in err for words in ("kartu sudah selesai", "belum dibuat", "perintah yang sama"))


def finished_by_the_same_command(before: dict[str, int], total: int) -> None:
    last = Running("--processes", 2, "--json")
    assert last.end() == 0, last.err
    assert counts(json.loads(last.out)) == (total - len(before), len(before), 0)
    assert cards().items() >= before.items()
    assert sorted(recorded()) == sorted(cards())
    assert sorted(Path("kartu").glob(".*")) == []


@pytest.mark.slow
def test_a_kernel_that_takes_no_more_bytes_stops_the_run_and_loses_nothing(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(400))
    running = Running("--processes", 1, bound=small_files)
    assert stopped_with_a_remedy(running.end(), running.err)
    assert "manifest.jsonl" in running.err
    before = finished_on_disk()
    assert 50 < len(before) < 400
    finished_by_the_same_command(before, 400)


@pytest.mark.slow
def test_a_folder_that_turns_read_only_stops_the_run_and_loses_nothing(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(1200))
    running = Running("--processes", 2, bound=as_everybody_else)
    running.wait_for_cards(40)
    folders = [Path("kartu"), *(path for path in Path("kartu").iterdir() if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert stopped_with_a_remedy(running.end(), running.err)
        assert "folder itu tidak boleh ditulisi" in running.err
        before = finished_on_disk()
        assert 40 <= len(before) < 1200
    finally:
        for folder in folders:
            folder.chmod(0o755)
    finished_by_the_same_command(before, 1200)


@pytest.mark.slow
def test_a_disk_that_fills_up_keeps_what_was_drawn_and_more_room_completes_it(office: Path) -> None:
    way = own_mounts()
    if not way:
        pytest.skip("nobody may mount here: the test with a kernel that takes no more bytes stands in")
    write_csv(Path("pegawai.csv"), people(400))
    Path("kartu").mkdir()
    words = [str(PROKES), *map(str, command()), "--processes", "2"]
    ran = subprocess.run(
        [*way, "sh", "-c", SMALL_DISK, "sh", *words], capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"PROKES_LANG": "id"},
    )  # fmt: skip
    assert Path("kode").read_text().split() == ["4", "0"], ran.stderr
    assert stopped_with_a_remedy(4, ran.stderr)
    assert "Disk penuh" in ran.stderr
    before = cards("penuh")
    assert 20 < len(before) < 400
    assert cards("selesai").items() >= before.items()
    assert len(cards("selesai")) == 400
    assert sorted(recorded("selesai")) == sorted(cards("selesai"))


# --- signals ---


@pytest.mark.slow
def test_ctrl_c_ends_in_order_and_says_how_to_go_on(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(1200))
    running = Running("--processes", 2)
    running.wait_for_cards(40)
    os.killpg(running.process.pid, signal.SIGINT)  # a terminal sends it to all
    _out, err = running.process.communicate(timeout=60)
    assert running.process.returncode == 130
    assert "Traceback" not in err, err
    assert "perintah yang sama" in err
    assert sorted(recorded()) == sorted(cards())
    assert sorted(Path("kartu").glob(".*")) == []


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(office: Path) -> None:
    write_csv(Path("pegawai.csv"), people(1200))
    running = Running("--processes", 2, "--json")
    running.wait_for_cards(20)
    os.kill(next(iter(running.children())), signal.SIGKILL)
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
