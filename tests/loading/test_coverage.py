"""An office's table of coverage: each slip is named by its cell, and persons are refused."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from prokes_social.errors import ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.coverage import CoverageReading, load_coverage

HEAD = "unit;sasaran;dosis 1;dosis 2;tanggal data;sumber"
#: One slip a row, below a row that is right, with the cell it stands in.
PLANTED = {
    "Dinas A;50;51;10;2021-08-01;Dinkes": "C3",
    "Dinas B;50;-1;0;2021-08-01;Dinkes": "C4",
    "Dinas C;50;10;11;2021-08-01;Dinkes": "D5",
    "Dinas D;0;0;0;2021-08-01;Dinkes": "B6",
    "Dinas E;banyak;1;1;2021-08-01;Dinkes": "B7",
    "Dinas F;50;x;1;2021-08-01;Dinkes": "C8",
    "Dinas G;50;1;y;2021-08-01;Dinkes": "D9",
    "Dinas H;;1;1;2021-08-01;Dinkes": "B10",
    "Dinas I;50;;1;2021-08-01;Dinkes": "C11",
    "Dinas J;50;5;;2021-08-01;Dinkes": "D12",
    "Dinas K;50;5;1;kemarin;Dinkes": "E13",
    "Dinas L;50;5;1;;Dinkes": "E14",
    "Dinas M;50;5;1;2021-08-02;Dinkes": "E15",
    "Dinas N;50;5;1;2021-08-01;": "F16",
    "Satpol PP;50;5;1;2021-08-01;Dinkes": "A17",
    ";50;5;1;2021-08-01;Dinkes": "A18",
    "Dinas Q;50,5;5;1;2021-08-01;Dinkes": "B19",
    "Dinas R;50;5,5;1;2021-08-01;Dinkes": "C20",
    "Dinas S;99000000;5;1;2021-08-01;Dinkes": "B21",
    "Dinas T;50;10 %;1;2021-08-01;Dinkes": "C22",
}


def load(path: Path, *rows: str, head: str = HEAD) -> CoverageReading:
    use_language("en")
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return load_coverage(
        path, [], zone="WITA", today=date(2021, 8, 8), stale_after=timedelta(days=14), new_units=True
    )  # fmt: skip


def test_twenty_planted_slips_are_named_by_their_cells(tmp_path: Path) -> None:
    found = load(tmp_path / "a.csv", "Satpol PP;100;100;100;2021-08-01;Dinkes", *PLANTED)
    named = {problem.what.partition(":")[0].split()[-1] for problem in found.problems}
    assert set(PLANTED.values()) - named == set()
    assert found.table is None


def test_a_table_of_persons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError):
        load(tmp_path / "a.csv", "Dinkes;1;1;1;2021-08-01;Dinkes;Sari", head=HEAD + ";nama pegawai")


def test_old_data_are_taken_in_with_a_warning(tmp_path: Path) -> None:
    found = load(tmp_path / "a.csv", "Satpol PP;100;100;100;2021-07-01;Dinkes")
    assert found.table is not None
    assert len(found.problems) == 1
