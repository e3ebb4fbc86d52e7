"""Writing a campaign at the desk: checked, saved, two at once, taken back; and what comes in that is no campaign."""

import re
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.app.texts import MOST_KEPT, Text
from prokes_social.errors import ContentError, FileChanged, SettingsError
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.user import Role
from prokes_social.store import deliveries
from prokes_social.store.audit import Entry
from tests.conftest import SetClock
from tests.web.desk.conftest import Desk
from tests.web.desk.test_campaigns import AGENTS, add_account, apply, write

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def sari(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.EDITOR, name="sari")


@pytest.fixture
def dewi(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.EDITOR, name="dewi")


@pytest.fixture
def path(app: App) -> Path:
    add_account(app)
    return write(app, "tangan")


def form(
    app: App, path: Path, change: tuple[str, str] = ("20 detik", "dua puluh detik"), **more: str
) -> dict[str, str]:
    now = app.texts.read(path)
    return {"text": now.text.replace(*change), "base": now.digest, **more}


def typed(page: str) -> str:
    """What stands in the box, as a browser reads it."""
    found = re.search(r"<textarea [^>]*id=\"text\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def saves(app: App) -> list[Entry]:
    return [each for each in app.audit.newest() if each.act == "campaign.save"]


# --- the page ---


def test_the_text_stands_in_the_box_exactly_as_in_the_file(app: App, sari: Desk, path: Path) -> None:
    path.write_text("\n\n" + path.read_text() + "# </textarea>" + SCRIPT + " &amp; {{7*7}}\n")
    page = sari.get("/campaigns/tangan/edit").text
    assert typed(page) == path.read_text()
    assert SCRIPT not in page


def test_problems_stand_beside_their_lines(app: App, sari: Desk) -> None:
    write(app, "rusak", to="tidak-ada")
    page = sari.get("/campaigns/rusak/edit").text
    line = 1 + (app.settings.home / "campaigns" / "rusak.yaml").read_text().split("\n").index(
        "sends: [{id: pagi, message: tangan, to: tidak-ada, at: 2026-11-30 09.00}]"
    )
    assert f'<span id="L{line}" class="error">{line}</span>' in page and f'href="#L{line}"' in page


def test_a_check_draws_the_cards_and_reckons_the_plan_without_touching_anything(app: App, sari: Desk) -> None:
    add_account(app)
    heading = app.texts.find(AGENTS)
    assert heading
    before = heading.path.read_bytes()
    data = form(app, heading.path, ("Lima kebiasaan kecil", "Enam kebiasaan kecil"))
    page = sari.post(f"/campaigns/{AGENTS}/check", data).text
    cards = re.findall(rf"/campaigns/{AGENTS}/cards/[0-9a-f]{{64}}\.jpg", page)
    assert len(set(cards)) > 20 and "x-provinsi" in page
    assert sari.get(cards[0]).headers["content-type"] == "image/jpeg"
    assert typed(page) == data["text"]
    assert heading.path.read_bytes() == before and saves(app) == []
    assert list(heading.path.parent.glob(".*")) == []


def test_a_script_gets_the_part_beside_the_text_alone(app: App, sari: Desk, path: Path) -> None:
    answer = sari.post("/campaigns/tangan/check", form(app, path), headers={"x-requested-with": "fetch"})
    assert answer.text.lstrip().startswith('<div id="looked"') and "<textarea" not in answer.text
    assert "x-provinsi" in answer.text and "US$" in answer.text


def test_a_second_look_draws_nothing_again(app: App, sari: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heading = app.texts.find(AGENTS)
    assert heading
    app.campaigns.look(app.texts.read(heading.path).text, heading.path)
    drawn: list[object] = []
    render = app.studio.render
    monkeypatch.setattr(app.studio, "render", lambda request: drawn.append(request) or render(request))
    data = form(app, heading.path, ("Gosok telapak", "Ayo gosok telapak"))
    assert sari.post(f"/campaigns/{AGENTS}/check", data).status_code == 200
    assert drawn == []


# --- saving ---


def test_saving_writes_the_file_keeps_the_old_one_and_leaves_the_queue_alone(app: App, sari: Desk, path: Path) -> None:
    apply(app, sari, "tangan")
    old, data = app.texts.read(path), form(app, path)
    answer = sari.post("/campaigns/tangan/save", data)
    assert answer.headers["location"] == "/campaigns/tangan/edit"
    assert "Antrean tetap seperti semula" in sari.get("/campaigns/tangan/edit").text
    assert path.read_text() == data["text"]
    kept = app.texts.history(path)
    assert [(each.replaced_by, each.path.read_text()) for each in kept] == [("sari", old.text)]
    with app.store.read() as tx:
        (row,) = deliveries.listing(tx, campaign="tangan")
    assert "20 detik" in row.content.text and row.status is DeliveryStatus.WAITING
    assert [(each.subject, each.before, each.after) for each in saves(app)] == [
        ("campaign:tangan", old.digest, app.texts.read(path).digest)
    ]


def test_a_text_with_problems_is_saved_and_says_that_it_can_not_be_queued(app: App, sari: Desk, path: Path) -> None:
    for text in ("id: [", "[" * 100_000, "", SCRIPT, "x: y\n" * 3):
        data = {"text": text, "base": app.texts.read(path).digest}
        answer = sari.post("/campaigns/tangan/save", data)
        assert answer.status_code == 303, text[:20]
        page = sari.get(answer.headers["location"]).text
        assert "Belum dapat diantrekan" in page and typed(page) == text
        assert path.read_text() == text


def test_a_new_id_in_the_text_is_its_new_address_unless_deliveries_are_queued_under_the_old_one(
    app: App, sari: Desk, path: Path
) -> None:
    data = form(app, path, ("id: tangan\n", "id: tangan-bersih\n"))
    assert sari.post("/campaigns/tangan/save", data).headers["location"] == "/campaigns/tangan-bersih/edit"
    apply(app, sari, "tangan-bersih")
    page = sari.post("/campaigns/tangan-bersih/check", form(app, path, ("id: tangan-bersih\n", "id: lain\n"))).text
    assert "tetap seperti adanya" in page


def test_line_ends_of_windows_stay_and_are_no_change(app: App, sari: Desk, path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    base = app.texts.read(path)
    answer = sari.post("/campaigns/tangan/save", {"text": base.text.replace("20", "30"), "base": base.digest})
    assert answer.status_code == 303
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") > 5


# --- two at once ---


def test_the_second_of_two_is_told_and_nothing_is_overwritten(app: App, sari: Desk, dewi: Desk, path: Path) -> None:
    mine, theirs = form(app, path), form(app, path, ("Ayo cuci", "Mari cuci"))
    assert dewi.post("/campaigns/tangan/save", theirs).status_code == 303
    answer = sari.post("/campaigns/tangan/save", mine)
    assert answer.status_code == 409
    assert path.read_text() == theirs["text"]
    assert typed(answer.text) == mine["text"]
    assert "dewi" in answer.text
    assert re.search(r"<del>− [^<]*Mari cuci tangan 20", answer.text)
    assert re.search(r"<ins>\+ [^<]*Ayo cuci tangan dua puluh", answer.text)
    # Saving once more as before changes nothing: only the button that says so does.
    assert sari.post("/campaigns/tangan/save", mine).status_code == 409
    over = re.search(r'name="over" value="([0-9a-f]{64})"', answer.text)
    assert over
    assert sari.post("/campaigns/tangan/save", {**mine, "over": over[1]}).status_code == 303
    assert path.read_text() == mine["text"]
    assert theirs["text"] in [each.path.read_text() for each in app.texts.history(path)]


def test_taking_over_does_not_reach_a_third_text(app: App, sari: Desk, dewi: Desk, path: Path) -> None:
    mine = form(app, path)
    dewi.post("/campaigns/tangan/save", form(app, path, ("Ayo", "Mari")))
    over = re.search(r'name="over" value="([0-9a-f]{64})"', sari.post("/campaigns/tangan/save", mine).text)
    third = form(app, path, ("Mari", "Yuk"))
    dewi.post("/campaigns/tangan/save", third)
    assert over and sari.post("/campaigns/tangan/save", {**mine, "over": over[1]}).status_code == 409
    assert path.read_text() == third["text"]


def test_a_check_tells_early_that_somebody_else_saved(app: App, sari: Desk, dewi: Desk, path: Path) -> None:
    mine = form(app, path)
    assert "Orang lain menyimpan" not in sari.post("/campaigns/tangan/check", mine).text
    dewi.post("/campaigns/tangan/save", form(app, path, ("Ayo", "Mari")))
    assert "Orang lain menyimpan" in sari.post("/campaigns/tangan/check", mine).text


def test_the_difference_shows_scripts_as_text(app: App, sari: Desk, dewi: Desk, path: Path) -> None:
    mine = form(app, path, ("Ayo", SCRIPT))
    dewi.post("/campaigns/tangan/save", form(app, path, ("Ayo", "<img src=x onerror=alert(2)>")))
    page = sari.post("/campaigns/tangan/save", mine).text
    assert SCRIPT not in page and "<img src=x" not in page and "&lt;img src=x" in page


def test_a_file_that_vanished_meanwhile_is_not_made_again_and_what_was_typed_stays(
    app: App, sari: Desk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = form(app, path)
    heading = app.texts.find("tangan")
    path.unlink()
    assert sari.post("/campaigns/tangan/save", mine).status_code == 404
    monkeypatch.setattr(app.texts, "find", lambda _name: heading)
    answer = sari.post("/campaigns/tangan/save", mine)
    assert answer.status_code == 409 and typed(answer.text) == mine["text"] and 'name="over"' not in answer.text
    assert not path.exists()


# --- bad input ---


def test_a_text_of_more_than_a_megabyte_comes_back_and_is_not_saved(app: App, sari: Desk, path: Path) -> None:
    before, text = path.read_text(), "# " + "x" * 1_200_000
    for act, status in (("check", 200), ("save", 422)):
        answer = sari.client.post(
            f"/campaigns/tangan/{act}", headers={"sec-fetch-site": "same-origin"},
            files={"text": (None, text), "base": (None, "x"), "csrf": (None, sari.csrf)},
        )  # fmt: skip
        assert answer.status_code == status and typed(answer.text) == text
    assert path.read_text() == before and saves(app) == []


def test_a_form_that_is_larger_still_is_refused_at_the_door(app: App, sari: Desk, path: Path) -> None:
    before = path.read_text()
    answer = sari.post("/campaigns/tangan/save", {"text": "x" * 3_100_000, "base": ""})
    assert answer.status_code == 400 and path.read_text() == before


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "a: &a [*a, *a]", "- " * 50_000, "? " * 20_000, "{" * 100_000, "\u2028\x85\t" * 999]
)
def test_what_is_no_campaign_is_answered_soon(sari: Desk, path: Path, text: str) -> None:
    begin = time.monotonic()
    answer = sari.post("/campaigns/tangan/check", {"text": text, "base": ""})
    assert answer.status_code == 200 and time.monotonic() - begin < 10
    assert answer.text.count('class="error"') >= 1
    assert len(answer.text) < len(text) * 8 + 60_000


def test_thousands_of_problems_are_counted_and_the_first_are_shown(app: App, sari: Desk, path: Path) -> None:
    data = form(app, path)
    data["text"] += "".join(f"salah-{number}: ya\n" for number in range(3000))
    page = sari.post("/campaigns/tangan/check", data).text
    assert page.count('<li class="error">') == 100 and re.search(r"2\.?9\d\d", page)


def test_pictures_are_looked_for_below_the_workspace_alone(app: App, sari: Desk) -> None:
    heading = app.texts.find(AGENTS)
    assert heading
    for name in ("../../../etc/passwd.png", "/etc/passwd.png", "C:\\x.png", "http://example.org/x.png"):
        data = form(app, heading.path, ("kicker: Agen prokes", f'kicker: "{name}"'))
        page = sari.post(f"/campaigns/{AGENTS}/check", data)
        assert page.status_code == 200 and "root:" not in page.text


def test_without_the_token_of_the_session_nothing_is_saved(app: App, sari: Desk, path: Path) -> None:
    before = path.read_text()
    assert sari.post("/campaigns/tangan/save", form(app, path), csrf="x").status_code == 400
    assert (
        sari.post("/campaigns/tangan/save", form(app, path), headers={"sec-fetch-site": "cross-site"}).status_code
        == 400
    )
    assert path.read_text() == before


# --- what was before ---


def test_a_save_can_be_taken_back_and_that_again(app: App, sari: Desk, path: Path, clock: SetClock) -> None:
    first = app.texts.read(path)
    sari.post("/campaigns/tangan/save", form(app, path))
    second = app.texts.read(path)
    listed = sari.get("/campaigns/tangan/history").text
    address = unescape(re.findall(r'href="(/campaigns/tangan/history\?version=[^"]+)"', listed)[0])
    page = sari.get(address).text
    assert "<ins>+" in page and "<del>−" in page
    clock.pass_time(minutes=1)
    version = app.texts.history(path)[0].version
    data = {"version": version, "base": second.digest}
    assert sari.post("/campaigns/tangan/restore", data).status_code == 303
    assert app.texts.read(path) == first
    assert [each.path.read_text() for each in app.texts.history(path)] == [second.text, first.text]
    assert sari.post("/campaigns/tangan/restore", data).status_code == 409
    assert len(saves(app)) == 2


@pytest.mark.parametrize("version", ["", "x", "../../prokes.toml", "..%2fkey", "20261123T050000000000~" + "0" * 16])
def test_an_older_text_is_looked_for_among_those_of_its_file(app: App, sari: Desk, path: Path, version: str) -> None:
    sari.post("/campaigns/tangan/save", form(app, path))
    before = path.read_text()
    assert sari.get("/campaigns/tangan/history", params={"version": version}).status_code == 200
    data = {"version": version, "base": app.texts.read(path).digest}
    assert sari.post("/campaigns/tangan/restore", data).status_code == 404
    assert path.read_text() == before


def test_only_so_many_older_texts_are_kept(app: App, path: Path, clock: SetClock) -> None:
    text = app.texts.read(path)
    for number in range(MOST_KEPT + 5):
        clock.pass_time(minutes=1)
        text = app.texts.save(path, f"id: tangan # {number}\n", base_digest=text.digest, by="a/../b\n*")
    kept = app.texts.history(path)
    assert len(kept) == MOST_KEPT and kept[0].path.read_text() == f"id: tangan # {MOST_KEPT + 3}\n"
    assert {each.replaced_by for each in kept} == {"a..b"}


def test_a_disk_that_is_full_leaves_the_file_and_the_trail_as_they_were(
    app: App, sari: Desk, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, data = path.read_text(), form(app, path)

    def full(_self: Path, _target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    answer = sari.post("/campaigns/tangan/save", data)
    assert answer.status_code == 422 and typed(answer.text) == data["text"] and "No space left" in answer.text
    monkeypatch.undo()
    assert path.read_text() == before and saves(app) == [] and list(path.parent.glob(".*")) == []


def test_many_saves_at_once_let_one_through(app: App, path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    base = app.texts.read(path)

    def save(number: int) -> Text | FileChanged:
        try:
            return app.texts.save(path, f"id: tangan # {number}\n", base_digest=base.digest, by="sari")
        except FileChanged as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(save, range(8)))
    (won,) = [each for each in done if isinstance(each, Text)]
    assert path.read_text() == won.text and len(saves(app)) == 1


def test_a_new_file_is_not_written_over_an_old_one(app: App, path: Path) -> None:
    with pytest.raises(FileChanged):
        app.texts.save(path, "id: lain\n", base_digest="", by="sari")
    with pytest.raises(ContentError, match="1 MB"):
        app.texts.save(path, "x" * 1_000_001, base_digest=app.texts.read(path).digest, by="sari")
    missing = app.settings.home / "tidak-ada" / "x.yaml"
    with pytest.raises(SettingsError):
        app.texts.save(missing, "id: x\n", base_digest="", by="sari")
