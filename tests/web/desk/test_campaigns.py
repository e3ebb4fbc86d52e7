"""Campaigns at the desk: listed, begun, looked at, planned and queued, by whom they concern."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prokes_social.app import App
from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.user import Role
from prokes_social.store import accounts, campaigns, deliveries
from tests.conftest import SetClock
from tests.web.desk.conftest import Desk

AGENTS = "agen-disiplin-prokes"
TRICKS = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${7*7}",
    '"; y: [',
    "'",
    "a: b #c",
    "&x *x !!python/object:os.system",
]


@pytest.fixture
def editor(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.EDITOR)


def add_account(app: App, name: str = "x-provinsi", *, unit: str = "adpim") -> None:
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id=unit, name=unit.title(), zone="WIB"))
        accounts.add(tx, name=name, platform="x", unit_id=unit, kind=AccountKind.OFFICIAL, sandbox=True)


def outline(**more: str) -> dict[str, str]:
    return {
        "way": "outline", "title": "Ayo Cuci Tangan", "purpose": "Warga ingat mencuci tangan", "owner": "Biro Adpim",
        "brand": "nusa-raya", "starts_on": "2026-11-23", "ends_on": "2026-12-20", "headline": "Cuci tangan 20 detik",
        "text": "Ayo cuci tangan.\n\nDua puluh detik dengan sabun.", "source_title": "WHO, kebersihan tangan",
        "source_url": "https://www.who.int/", "checked_on": "2026-11-20", "valid_until": "", "to": "official",
        "day": "2026-11-26", "hour": "09.00", **more,
    }  # fmt: skip


def write(app: App, name: str, *, to: str = "x-provinsi", at: str = "2026-11-30 09.00", more: str = "") -> Path:
    """A campaign of one message without a card: its plan is quick."""
    path = app.settings.home / "campaigns" / f"{name}.yaml"
    path.write_text(
        f"id: {name}\ntitle: Kampanye {name}\npurpose: Menguji meja kerja\nowner: Biro Adpim\nbrand: nusa-raya\n"
        "zone: WIB\nstarts_on: 2026-11-20\nends_on: 2026-12-31\n"
        "sources: [{id: who, title: WHO, url: 'https://www.who.int/', checked_on: 2026-11-19, "
        "valid_until: 2027-11-01}]\n"
        "messages: [{id: tangan, text: Ayo cuci tangan 20 detik dengan sabun., sources: [who]}]\n"
        f"sends: [{{id: pagi, message: tangan, to: {to}, at: {at}}}]\n{more}",
        encoding="utf-8",
    )
    return path


def digest_in(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def apply(app: App, browser: Desk, name: str) -> Any:
    return browser.post(f"/campaigns/{name}/apply", {"digest": digest_in(browser.get(f"/campaigns/{name}/plan").text)})


# --- the list ---


def test_the_list_says_of_each_file_whether_it_is_queued_as_it_stands(app: App, editor: Desk) -> None:
    add_account(app)
    path = write(app, "tangan")
    assert editor.get("/campaigns").text.count("belum diantrekan") == 4
    assert apply(app, editor, "tangan").headers["location"] == "/approvals"
    assert "diantrekan sesuai isinya" in editor.get("/campaigns").text
    path.write_text(path.read_text() + "# lagi\n")
    assert "berubah sejak diantrekan" in editor.get("/campaigns").text


def test_a_text_that_is_applied_once_more_is_the_queued_one_again(app: App, editor: Desk, clock: SetClock) -> None:
    add_account(app)
    path = write(app, "tangan")
    first = path.read_text()
    for text in (first, first.replace("20 detik", "dua puluh detik"), first):
        clock.pass_time(minutes=1)
        path.write_text(text)
        assert apply(app, editor, "tangan").headers["location"] == "/approvals"
    assert "diantrekan sesuai isinya" in editor.get("/campaigns").text


def test_a_workspace_without_campaigns_offers_to_begin_one(app: App, desk: Callable[..., Desk]) -> None:
    for path in (app.settings.home / "campaigns").glob("*.yaml"):
        path.unlink()
    assert "/campaigns/new" in desk(Role.EDITOR).get("/campaigns").text
    assert "/campaigns/new" not in desk(Role.VIEWER).get("/campaigns").text


def test_many_campaigns_come_a_page_at_a_time_and_are_found_by_their_title(app: App, editor: Desk) -> None:
    for number in range(60):
        write(app, f"nomor-{number}")
    first, second = editor.get("/campaigns").text, editor.get("/campaigns?page=2").text
    assert "?page=2" in first and "?page=1" in second
    assert {*re.findall(r"nomor-\d+\.yaml", first)}.isdisjoint(re.findall(r"nomor-\d+\.yaml", second))
    found = editor.get("/campaigns?q=NOMOR-59").text
    assert re.findall(r"(nomor-\d+)\.yaml", found) == ["nomor-59"]
    for page in ("0", "-1", "x", "9" * 30, "²"):
        assert editor.get(f"/campaigns?page={page}").status_code == 200


def test_files_that_cannot_be_read_are_listed_and_open(app: App, editor: Desk) -> None:
    folder = app.settings.home / "campaigns"
    (folder / "rusak.yaml").write_text("[" * 100_000)
    (folder / "biner.yaml").write_bytes(b"\xff\xfe\x00id: x")
    (folder / "besar.yaml").write_text("x" * 1_100_000)
    (folder / "kosong.yaml").write_text("")
    listed = editor.get("/campaigns").text
    assert all(f"/campaigns/{name}" in listed for name in ("rusak", "biner", "besar", "kosong"))
    assert editor.get("/campaigns/rusak").status_code == 200 and editor.get("/campaigns/rusak/edit").status_code == 200
    assert editor.get("/campaigns/kosong/edit").status_code == 200
    for name in ("biner", "besar"):
        assert editor.get(f"/campaigns/{name}").status_code == 404


def test_what_files_say_is_shown_as_text(app: App, editor: Desk) -> None:
    path = write(app, "tangan")
    path.write_text(path.read_text().replace("Ayo cuci", "<script>alert(1)</script> {{7*7}} cuci")
                    .replace("title: Kampanye tangan", "title: <script>alert(2)</script> {{8*8}}"))  # fmt: skip
    for page in ("/campaigns", "/campaigns/tangan", "/campaigns/tangan/edit", "/campaigns/tangan/plan"):
        told = editor.get(page).text
        assert "<script>alert" not in told and "&lt;script&gt;" in told, page
        assert ">49<" not in told and ">64<" not in told and "49 cuci" not in told


@pytest.mark.parametrize(
    "name",
    ["tidak-ada", "..%2f..%2fprokes.toml", "%2e%2e", "../../prokes", "agen-disiplin-prokes.yaml%00", "schema.json",
     "%00", "a" * 5000, "<script>", "{{7*7}}", "campaigns%2fagen-disiplin-prokes", ".prokes%2fkey"],
)  # fmt: skip
def test_an_id_is_looked_for_in_the_list_and_never_taken_as_a_path(editor: Desk, name: str) -> None:
    for page in ("", "/edit", "/plan", "/history", f"/cards/{'a' * 64}.jpg"):
        answer = editor.get(f"/campaigns/{name}{page}")
        assert answer.status_code in (404, 303), page
        assert "zone =" not in answer.text


def test_a_link_that_leads_out_of_the_workspace_is_no_campaign(app: App, editor: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "rahasia.yaml"
    outside.write_text("id: rahasia\ntitle: Rahasia\n")
    (app.settings.home / "campaigns" / "rahasia.yaml").symlink_to(outside)
    assert "Rahasia" not in editor.get("/campaigns").text
    assert editor.get("/campaigns/rahasia").status_code == 404


def test_two_files_of_one_id_have_two_addresses_and_neither_is_queued(app: App, editor: Desk) -> None:
    add_account(app)
    write(app, "satu")
    (app.settings.home / "campaigns" / "dua.yaml").write_text((app.settings.home / "campaigns/satu.yaml").read_text())
    (app.settings.home / "campaigns" / "new.yaml").write_text("id: new\ntitle: Baru\n")
    told = editor.get("/campaigns").text
    assert "/campaigns/satu" in told and "/campaigns/new.yaml" in told
    for name in ("satu", "dua"):
        page = editor.get(f"/campaigns/{name}/plan").text
        assert 'name="digest"' not in page and "satu" in page


# --- a new one ---


@pytest.mark.parametrize("sample", [AGENTS, "fakta-bukan-hoaks", "vaksinasi-untuk-yang-berisiko"])
def test_a_sample_becomes_a_campaign_of_its_own_that_can_be_queued(app: App, editor: Desk, sample: str) -> None:
    answer = editor.post("/campaigns/new", {"way": "copy", "from": f"sample:{sample}", "copy_title": "Sehat Bersama"})
    assert answer.headers["location"] == "/campaigns/sehat-bersama/edit"
    heading = app.texts.find("sehat-bersama")
    assert heading and heading.title == "Sehat Bersama"
    looked = app.campaigns.look(app.texts.read(heading.path).text, heading.path)
    assert looked.can_be_queued and looked.file and looked.file.value.id == "sehat-bersama"


def test_a_copy_never_writes_over_a_file(app: App, editor: Desk) -> None:
    before = {path.name: path.read_text() for path in (app.settings.home / "campaigns").glob("*.yaml")}
    for number in (2, 3, 4):
        copy = {"way": "copy", "from": f"own:{AGENTS}", "copy_title": "Fakta, bukan hoaks!"}
        answer = editor.post("/campaigns/new", copy)
        assert answer.headers["location"] == f"/campaigns/fakta-bukan-hoaks-{number}/edit"
    after = {path.name: path.read_text() for path in (app.settings.home / "campaigns").glob("*.yaml")}
    assert {name: after[name] for name in before} == before and len(after) == len(before) + 3


def test_a_short_form_makes_a_file_that_can_be_queued(app: App, editor: Desk) -> None:
    add_account(app)
    answer = editor.post("/campaigns/new", outline())
    assert answer.headers["location"] == "/campaigns/ayo-cuci-tangan/edit"
    heading = app.texts.find("ayo-cuci-tangan")
    assert heading and heading.path.name == "ayo-cuci-tangan.yaml"
    looked = app.campaigns.look(app.texts.read(heading.path).text, heading.path)
    assert looked.can_be_queued, [each.what for each in looked.problems]
    assert looked.file and looked.file.value.messages[0].text == "Ayo cuci tangan.\n\nDua puluh detik dengan sabun."
    assert looked.file.value.sources[0].valid_until.isoformat() == "2027-11-20"


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(app: App, editor: Desk) -> None:
    before = app.texts.all()
    answer = editor.post("/campaigns/new", outline(title="", source_url=" ", purpose="Warga <b>sehat</b>"))
    assert answer.status_code == 422
    assert 'id="wrong-title"' in answer.text and 'id="wrong-source_url"' in answer.text
    assert 'id="wrong-purpose"' not in answer.text and "Warga &lt;b&gt;sehat&lt;/b&gt;" in answer.text
    assert "Dua puluh detik dengan sabun." in answer.text
    assert editor.post("/campaigns/new", {}).status_code == 422
    assert app.texts.all() == before


@pytest.mark.parametrize("field", ["starts_on", "source_url", "hour", "checked_on", "day"])
def test_a_field_that_cannot_be_used_is_told_before_a_file_is_made(app: App, editor: Desk, field: str) -> None:
    before = app.texts.all()
    answer = editor.post("/campaigns/new", outline(**{field: "entahlah <script>"}))
    assert answer.status_code == 422 and "entahlah &lt;script&gt;" in answer.text
    assert app.texts.all() == before


@pytest.mark.parametrize("trick", [*TRICKS, "x\nid: lain", "x\r\nmessages: []", "\ud7ff\ufeff\u2028x"])
def test_whatever_is_typed_stays_a_text_of_the_file(app: App, editor: Desk, trick: str) -> None:
    answer = editor.post("/campaigns/new", outline(title=trick, purpose=trick, text=trick, headline=""))
    assert answer.status_code == 303, answer.text
    heading = app.texts.find(answer.headers["location"].split("/")[2])
    assert heading
    read = app.campaigns.as_read(app.texts.read(heading.path).text, heading.path)
    assert read.loaded and len(read.loaded.value.messages) == 1
    assert read.loaded.value.id == heading.id != "lain"
    assert read.loaded.value.purpose == " ".join(trick.split())


@pytest.mark.parametrize(
    "start", ["", "sample:", "sample:tidak-ada", "own:../../prokes.toml", "own:tidak-ada", "x" * 9000]
)
def test_what_is_neither_a_sample_nor_a_campaign_is_refused(app: App, editor: Desk, start: str) -> None:
    before = app.texts.all()
    assert editor.post("/campaigns/new", {"way": "copy", "from": start}).status_code == 422
    assert app.texts.all() == before


def test_a_title_without_latin_letters_still_makes_an_id(app: App, editor: Desk) -> None:
    assert editor.post("/campaigns/new", outline(title="健康")).headers["location"] == "/campaigns/kampanye/edit"
    assert editor.post("/campaigns/new", outline(title="New")).headers["location"] == "/campaigns/new-2/edit"


# --- one of them ---


def test_the_page_of_a_campaign_shows_its_messages_with_their_cards(app: App, editor: Desk) -> None:
    page = editor.get(f"/campaigns/{AGENTS}").text
    cards = re.findall(rf"/campaigns/{AGENTS}/cards/[0-9a-f]{{64}}\.jpg", page)
    assert len(cards) == 5 and "lima-m" in page
    picture = editor.get(cards[0])
    assert picture.headers["content-type"] == "image/jpeg" and picture.content.startswith(b"\xff\xd8")
    assert len(picture.content) < 80_000


def test_a_card_is_drawn_again_after_a_restart_and_an_unknown_one_is_not_there(app: App, editor: Desk) -> None:
    address = re.findall(rf"/campaigns/{AGENTS}/cards/[0-9a-f]{{64}}\.jpg", editor.get(f"/campaigns/{AGENTS}").text)[0]
    app.campaigns.__init__(app)  # type: ignore[misc]
    assert editor.get(address).status_code == 200
    assert editor.get(f"/campaigns/{AGENTS}/cards/{'0' * 64}.jpg").status_code == 404
    assert editor.get(f"/campaigns/{AGENTS}/cards/..%2f..%2fkey.jpg").status_code == 404


def test_the_page_counts_deliveries_by_status_and_message(app: App, editor: Desk) -> None:
    add_account(app)
    write(app, "tangan")
    apply(app, editor, "tangan")
    page = editor.get("/campaigns/tangan").text
    assert f"1 {DeliveryStatus.WAITING.label}" in page.replace("</b><span>", " ") and "status=waiting" in page


# --- plan and queue ---


def test_a_plan_shows_what_would_change_and_applying_it_queues_exactly_that(app: App, editor: Desk) -> None:
    add_account(app)
    write(app, "tangan")
    page = editor.get("/campaigns/tangan/plan").text
    assert "x-provinsi" in page and "SANDBOX" in page and "US$" in page
    answer = apply(app, editor, "tangan")
    assert answer.headers["location"] == "/approvals"
    with app.store.read() as tx:
        rows = deliveries.listing(tx, campaign="tangan")
        version = campaigns.newest_versions(tx, ["tangan"])["tangan"]
    assert [row.status for row in rows] == [DeliveryStatus.WAITING] and version.by == editor.name
    newest = app.audit.newest(most=1)[0]
    assert (newest.act, newest.subject, newest.after) == ("campaign.schedule", "campaign:tangan", version.digest)
    assert 'name="digest"' not in editor.get("/campaigns/tangan/plan").text


def test_a_plan_of_a_file_that_changed_meanwhile_is_not_applied(app: App, editor: Desk) -> None:
    add_account(app)
    path = write(app, "tangan")
    digest = digest_in(editor.get("/campaigns/tangan/plan").text)
    path.write_text(path.read_text().replace("20 detik", "30 detik"))
    for stale in (digest, "", "0" * 64):
        answer = editor.post("/campaigns/tangan/apply", {"digest": stale})
        assert answer.headers["location"] == "/campaigns/tangan/plan"
    with app.store.read() as tx:
        assert deliveries.listing(tx, campaign="tangan") == []


def test_a_file_with_problems_is_not_queued(app: App, editor: Desk) -> None:
    add_account(app)
    path = write(app, "tangan", to="tidak-ada")
    answer = editor.post("/campaigns/tangan/apply", {"digest": app.texts.read(path).digest})
    assert answer.status_code == 422 and "tidak-ada" in answer.text
    with app.store.read() as tx:
        assert deliveries.listing(tx, campaign="tangan") == []


def test_who_may_only_look_sees_the_plan_and_can_not_apply_it(app: App, desk: Callable[..., Desk]) -> None:
    add_account(app)
    write(app, "tangan")
    viewer = desk(Role.VIEWER)
    page = viewer.get("/campaigns/tangan/plan")
    assert page.status_code == 200 and "/apply" not in page.text
    for act in ("apply", "save", "check", "restore"):
        assert viewer.post(f"/campaigns/tangan/{act}", {"digest": "x"}).status_code == 403
    for page_of in ("edit", "history"):
        assert viewer.get(f"/campaigns/tangan/{page_of}").status_code == 403


# --- somebody bound to a unit ---


@pytest.fixture
def citra(app: App, desk: Callable[..., Desk]) -> Desk:
    add_account(app, "x-provinsi", unit="adpim")
    add_account(app, "x-dinkes", unit="dinkes")
    return desk(Role.EDITOR, name="citra", unit="dinkes")


def test_a_campaign_of_another_unit_is_not_there(app: App, citra: Desk) -> None:
    write(app, "adpim-saja")
    write(app, "dinkes-saja", to="x-dinkes")
    listed = citra.get("/campaigns").text
    assert "dinkes-saja" in listed and "adpim-saja" not in listed
    for page in ("", "/edit", "/plan", "/history"):
        assert citra.get(f"/campaigns/adpim-saja{page}").status_code == 404
        assert citra.get(f"/campaigns/dinkes-saja{page}").status_code == 200
    for act in ("save", "check", "apply", "restore"):
        assert citra.post(f"/campaigns/adpim-saja/{act}", {"text": "x", "base": "", "digest": ""}).status_code == 404
    assert citra.post("/campaigns/new", {"way": "copy", "from": "own:adpim-saja"}).status_code == 422


def test_a_campaign_of_several_units_can_be_seen_but_neither_saved_nor_queued(app: App, citra: Desk) -> None:
    path = write(app, "semua", to="official")
    text = app.texts.read(path)
    page = citra.get("/campaigns/semua/plan").text
    assert "x-dinkes" in page and "→ x-provinsi" not in page and "/apply" not in page
    answer = citra.post("/campaigns/semua/save", {"text": text.text + "# saya", "base": text.digest})
    assert answer.status_code == 403 and "# saya" in answer.text
    assert citra.post("/campaigns/semua/apply", {"digest": text.digest}).status_code == 403
    assert app.texts.read(path) == text
    with app.store.read() as tx:
        assert deliveries.listing(tx, campaign="semua") == []


def test_a_text_may_not_be_turned_towards_accounts_of_others(app: App, citra: Desk) -> None:
    path = write(app, "dinkes-saja", to="x-dinkes")
    text = app.texts.read(path)
    for to in ("x-provinsi", "official", "staff", "[x-dinkes, adpim]"):
        answer = citra.post(
            "/campaigns/dinkes-saja/save", {"text": text.text.replace("to: x-dinkes", f"to: {to}"), "base": text.digest}
        )
        assert answer.status_code == 403, to
    assert app.texts.read(path) == text
    good = citra.post("/campaigns/dinkes-saja/save", {"text": text.text.replace("20", "30"), "base": text.digest})
    assert good.status_code == 303
    assert apply(app, citra, "dinkes-saja").headers["location"] == "/approvals"


def test_breaking_a_file_does_not_make_it_anybodys(app: App, citra: Desk, editor: Desk) -> None:
    path = write(app, "adpim-saja")
    text = app.texts.read(path)
    assert editor.post("/campaigns/adpim-saja/save", {"text": "[[[", "base": text.digest}).status_code == 303
    assert citra.get("/campaigns/adpim-saja").status_code == 404


def test_the_id_of_another_units_campaign_can_not_be_taken_to_withdraw_it(app: App, citra: Desk, editor: Desk) -> None:
    path = write(app, "adpim-saja")
    assert apply(app, editor, "adpim-saja").status_code == 303
    path.unlink()
    mine = write(app, "dinkes-saja", to="x-dinkes")
    mine.write_text(mine.read_text().replace("id: dinkes-saja", "id: adpim-saja"))
    answer = citra.post("/campaigns/adpim-saja/apply", {"digest": app.texts.read(mine).digest})
    assert answer.status_code == 403
    with app.store.read() as tx:
        assert [row.status for row in deliveries.listing(tx, campaign="adpim-saja")] == [DeliveryStatus.WAITING]


def test_a_short_form_of_somebody_bound_to_a_unit_offers_their_accounts_alone(app: App, citra: Desk) -> None:
    form = citra.get("/campaigns/new").text
    assert 'value="x-dinkes"' in form and 'value="x-provinsi"' not in form and 'value="official"' not in form
    assert citra.post("/campaigns/new", outline(to="x-provinsi")).status_code == 422
    assert citra.post("/campaigns/new", outline(to="official")).status_code == 422
    assert citra.post("/campaigns/new", outline(to="x-dinkes")).status_code == 303
