"""File names, manifest and archives of a bulk run; the runs themselves are in tests/cli/test_card_staff.py."""

import errno
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from prokes_social.errors import CardError
from prokes_social.model.person import Person
from prokes_social.model.platform import Size
from prokes_social.rendering.bulk import Entry, Manifest, Trouble, file_of, open_manifest, pack
from prokes_social.rendering.bulk.manifest import Journal, digest_of, work_folder

SQUARE = Size(1080, 1080)
ABOUT = {"campaign": "a", "message": "b", "table": "c.csv"}


def someone(name: str, unit: str = "Dinas Kesehatan", number: int = 1) -> Person:
    return Person(row=number + 1, number=number, name=name, unit=unit)


def entry(file: str = "dinas/0001-siti.jpg", **more: str) -> Entry:
    said = {"size": "1080x1080", "content": "c", "digest": "d"} | more
    return Entry(number=1, row=2, file=file, **said)


def drawn(out: Path, file: str = "dinas/0001-siti.jpg", data: bytes = b"card") -> Entry:
    path = out / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return entry(file, digest=str(digest_of(path)))


# --- names ---


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Siti Rahmawati", "0001-siti-rahmawati-1080x1080.jpg"),
        ("dr. Siti Rahmawati, Sp.PD-KPTI, M.Kes.", "0001-dr-siti-rahmawati-1080x1080.jpg"),
        ("Ma'ruf  Zoë/..\\..", "0001-ma-ruf-zoe-1080x1080.jpg"),
        ("../../etc/passwd", "0001-etc-passwd-1080x1080.jpg"),
        ("ꦱꦶꦠꦶ", "0001-1080x1080.jpg"),
        (", M.Kes.", "0001-m-kes-1080x1080.jpg"),
        ("Kata " * 40, "0001-" + "-".join(["kata"] * 12) + "-1080x1080.jpg"),
    ],
)
def test_a_file_is_named_so_that_people_and_shells_can_read_it(name: str, file: str) -> None:
    assert file_of(someone(name), SQUARE, ".jpg") == f"dinas-kesehatan/{file}"


@pytest.mark.parametrize("unit", ["..", "../..", "/", "CON", "nul", "ꦢꦶꦤꦱ", "a" * 300, "", ".", "\\\\server"])
def test_no_unit_leads_out_of_the_folder_or_to_a_device(unit: str, tmp_path: Path) -> None:
    file = file_of(someone("Siti", unit), SQUARE, ".jpg")
    assert (tmp_path / file).resolve().parent.parent == tmp_path.resolve()
    assert len(file) < 120
    assert file.partition("/")[0] not in ("con", "nul", "", ".")


def test_units_have_folders_of_their_own_even_where_only_their_ends_differ() -> None:
    long = "Dinas Pemberdayaan Perempuan, Perlindungan Anak, Pengendalian Penduduk dan Keluarga Berencana"
    units = ["..", "...", "ꦢꦶꦤꦱ", "ꦧꦥ", long + " A", long + " B", "CON", "Con Unit", "", "Dinas"]
    folders = {file_of(someone("Siti", unit), SQUARE, ".jpg").partition("/")[0] for unit in units}
    assert len(folders) == len(units)
    assert file_of(someone("A", "DINAS  Kesehatan"), SQUARE, ".jpg").startswith("dinas-kesehatan/")


# --- manifest ---


def has(manifest: Manifest, file: str, content: str = "c") -> bool:
    return manifest.has(file, lambda _entry: content)


def test_a_card_counts_as_finished_only_while_it_lies_there_as_it_was_drawn(tmp_path: Path) -> None:
    with open_manifest(tmp_path, ABOUT, "all") as manifest:
        manifest.add([drawn(tmp_path)])
        assert has(manifest, "dinas/0001-siti.jpg")
        assert not has(manifest, "dinas/0001-siti.jpg", content="another")
    with open_manifest(tmp_path, ABOUT, "all") as again:
        assert has(again, "dinas/0001-siti.jpg")
        (tmp_path / "dinas/0001-siti.jpg").write_bytes(b"CARD")
        assert not has(again, "dinas/0001-siti.jpg")
        (tmp_path / "dinas/0001-siti.jpg").unlink()
        assert not has(again, "dinas/0001-siti.jpg")


def test_lines_that_were_cut_short_are_passed_over_and_spoil_no_other(tmp_path: Path) -> None:
    with open_manifest(tmp_path, ABOUT, "all") as manifest:
        manifest.add([drawn(tmp_path, "d/1.jpg"), drawn(tmp_path, "d/2.jpg")])
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    with open_manifest(tmp_path, ABOUT, "all") as manifest:
        assert (has(manifest, "d/1.jpg"), has(manifest, "d/2.jpg")) == (True, False)
        manifest.add([drawn(tmp_path, "d/3.jpg")])
    with open_manifest(tmp_path, ABOUT, "all") as manifest:
        assert (has(manifest, "d/1.jpg"), has(manifest, "d/3.jpg")) == (True, True)


def test_journals_of_a_killed_run_are_taken_up_and_its_halves_swept_away(tmp_path: Path) -> None:
    work = work_folder(tmp_path, "all")
    work.mkdir()
    with Journal(work / "r.1.jsonl") as journal:
        journal.add(drawn(tmp_path))
    (work / "r.x.part").write_bytes(b"half")
    with open_manifest(tmp_path, ABOUT, "all") as manifest:
        assert has(manifest, "dinas/0001-siti.jpg")
    assert not work.exists()
    lines = (tmp_path / "manifest.jsonl").read_text().splitlines()
    assert len(lines) == 2


def test_a_journal_that_is_opened_again_knows_what_was_done(tmp_path: Path) -> None:
    with Journal(tmp_path / "1.jsonl") as journal:
        journal.add(entry("a"))
    with Journal(tmp_path / "1.jsonl") as journal:
        assert list(journal.entries) == ["a"]


def test_a_folder_belongs_to_one_message_and_table(tmp_path: Path) -> None:
    with open_manifest(tmp_path, ABOUT, "all"):
        pass
    with pytest.raises(CardError), open_manifest(tmp_path, ABOUT | {"message": "x"}, "all"):
        pass


def test_two_runs_at_once_share_a_folder_only_by_shards(tmp_path: Path) -> None:
    with open_manifest(tmp_path, ABOUT, "1-of-2") as one, open_manifest(tmp_path, ABOUT, "2-of-2"):
        with pytest.raises(CardError), open_manifest(tmp_path, ABOUT, "1-of-2"):
            pass
        one.add([drawn(tmp_path)])
    with open_manifest(tmp_path, ABOUT, "all") as whole:
        assert has(whole, "dinas/0001-siti.jpg")


def test_only_cards_of_ours_are_removed(tmp_path: Path) -> None:
    with open_manifest(tmp_path, ABOUT, "all") as manifest:
        manifest.add([drawn(tmp_path, "d/1.jpg"), drawn(tmp_path, "d/2.jpg"), drawn(tmp_path, "d/3.jpg")])
        (tmp_path / "d/2.jpg").write_bytes(b"touched up by hand")
        (tmp_path / "d/foreign.jpg").write_bytes(b"not ours")
        assert manifest.remove_all_but(lambda each: each.file == "d/3.jpg") == ["d/1.jpg"]
    assert {path.name for path in (tmp_path / "d").iterdir()} == {"2.jpg", "3.jpg", "foreign.jpg"}


# --- disks ---


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "Disk penuh"),
        (errno.EDQUOT, "Disk penuh"),
        (errno.EFBIG, "Disk penuh"),
        (errno.EACCES, "tidak boleh ditulisi"),
        (errno.EROFS, "hanya dapat dibaca"),
        (errno.EIO, "melaporkan kesalahan"),
    ],
)
def test_what_a_disk_refuses_is_told_in_the_language_of_the_office_with_a_remedy(number: int, says: str) -> None:
    error = Trouble.of(OSError(number, os.strerror(number), "kartu/a.jpg"), "kartu").as_error("5 kartu selesai.")
    assert says in error.message
    assert "kartu/a.jpg" in error.message
    assert os.strerror(number) not in error.message
    assert "perintah yang sama" in error.hint


def test_work_that_cannot_be_swept_away_now_hides_no_other_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_words: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with pytest.raises(CardError, match="first"), open_manifest(tmp_path, ABOUT, "all"):
        (work_folder(tmp_path, "all") / "r.x.part").write_bytes(b"half")
        monkeypatch.setattr(Path, "unlink", refuse)
        raise CardError("first")


# --- archives ---


def test_each_unit_has_an_archive_whose_files_are_stored_as_they_are(tmp_path: Path) -> None:
    for file in ("a/1.jpg", "a/2.jpg", "b/3.jpg"):
        drawn(tmp_path, file, data=file.encode() * 100)
    zips = pack(tmp_path, ["b/3.jpg", "a/2.jpg", "a/1.jpg"], "zip", "all")
    assert [path.name for path in zips] == ["a.zip", "b.zip"]
    with zipfile.ZipFile(zips[0]) as archive:
        assert archive.namelist() == ["a/1.jpg", "a/2.jpg"]
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
    tars = pack(tmp_path, ["b/3.jpg"], "tar", "2-of-4")
    assert [path.name for path in tars] == ["b-2-of-4.tar"]
    with tarfile.open(tars[0]) as archive:
        assert [(each.name, each.uname, each.uid) for each in archive.getmembers()] == [("b/3.jpg", "", 0)]
