"""A campaign file as people write it: times, zones and cross-references, and what is said where they do not fit."""

import json
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from prokes_social.errors import ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.campaigns import campaign_files, load_campaign, parse_campaign, read_campaign_text
from prokes_social.model.campaign import Between, Every, WallTime
from prokes_social.problem import Problem

HEAD = """id: contoh
title: Contoh
purpose: Menguji berkas kampanye
owner: Diskominfo
brand: nusa-raya
starts_on: 2026-11-23
ends_on: 2026-12-31
sources:
  - {id: kemenkes, title: Panduan, url: "https://kemkes.go.id/", checked_on: 2026-11-10, valid_until: 2027-11-30}
"""
MESSAGES = "messages:\n  - {id: pesan, text: Ayo cuci tangan., sources: [kemenkes]}\n"
ONCE = "  - {id: sekali, message: pesan, to: official, at: 2026-11-24 07.30}\n"


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def problems(text: str, root: Path = Path()) -> list[Problem]:
    return list(read_campaign_text(text, "a.yaml", root=root).problems)


def send(rest: str) -> str:
    return f"{HEAD}{MESSAGES}sends:\n  - {{id: s, message: pesan, {rest}}}\n"


def only(text: str, root: Path = Path()) -> tuple[str, str]:
    """The code of the only problem, and the words it points at."""
    [problem] = problems(text, root)
    assert problem.place
    assert problem.remedy
    return problem.code, problem.place.excerpt[problem.place.column - 1 :]


# --- what people write ---


@pytest.mark.parametrize("at", ["2026-11-24 07.30", "2026-11-24 07:30", "2026-11-24T7.30", "2026-11-24 07.30.00"])
def test_a_time_may_have_a_dot_or_a_colon(at: str) -> None:
    campaign = parse_campaign(send(f"to: official, at: {at}"), "a.yaml", root=Path()).value
    assert campaign.sends[0].at == WallTime(date(2026, 11, 24), time(7, 30))


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        ("senin 07.30", {0}),
        ("senin dan kamis pukul 07.30", {0, 3}),
        ("Monday 07:30", {0}),
        ("setiap hari 07.30", set(range(7))),
    ],
)
def test_a_rhythm_is_written_as_people_say_it(rhythm: str, days: set[int]) -> None:
    campaign = parse_campaign(send(f"to: official, every: {rhythm}"), "a.yaml", root=Path()).value
    assert campaign.sends[0].every == Every(frozenset(days), time(7, 30))


def test_a_rhythm_keeps_to_its_days_and_leaves_out_exceptions() -> None:
    rest = "to: official, every: senin 07.30, between: [2026-11-30, 2026-12-14], except: [2026-12-07], window: 90 menit"
    campaign = parse_campaign(send(rest), "a.yaml", root=Path()).value
    sent = campaign.sends[0]
    assert sent.between == Between(first=date(2026, 11, 30), last=date(2026, 12, 14))
    assert sent.window == timedelta(minutes=90)
    days = [occasion.day for occasion in sent.occasions(campaign.starts_on, campaign.ends_on)]
    assert days == [date(2026, 11, 30), date(2026, 12, 14)]


def test_one_recipient_needs_no_list_and_zones_may_be_small() -> None:
    campaign = parse_campaign(send("to: official, zone: wita, at: 2026-11-24 07.30"), "a.yaml", root=Path()).value
    assert campaign.sends[0].to == ("official",)
    assert campaign.sends[0].zone == "WITA"


def test_a_hashtag_inside_another_is_not_taken_for_it() -> None:
    from prokes_social.model.platform import Limits

    text = HEAD + 'hashtags: [Prokes]\nmessages:\n  - {id: pesan, text: "Ayo! #ProkesNusaRaya"}\n'
    campaign = parse_campaign(text, "a.yaml", root=Path()).value
    assert campaign.text_for(campaign.messages[0], "x", Limits(text_length=280)).endswith("\n\n#Prokes")


# --- what they write wrong ---


@pytest.mark.parametrize(
    ("rest", "code", "words"),
    [
        ("to: official, at: 2026-11-31 07.30", "date", "2026-11-31 07.30"),
        ("to: official, at: 03/04/2026 07.30", "date", "03/04/2026"),
        ("to: official, at: 20261124 07.30", "date", "20261124"),
        ("to: official, at: 2026-11-24", "clock", "2026-11-24"),
        ("to: official, at: 2026-11-24 24.00", "clock", "2026-11-24 24.00"),
        ("to: official, every: senen 07.30", "weekday", "senen"),
        ("to: official, every: 07.30", "weekday", "07.30"),
        ("to: official, every: senin 7", "clock", "senin 7"),
        ("to: official, zone: WIBB, at: 2026-11-24 07.30", "zone", "WIBB"),
        ("to: official, window: lama, at: 2026-11-24 07.30", "window", "lama"),
        ("to: [], at: 2026-11-24 07.30", "too-few", "[]"),
        ("to: official", "time-missing", "{id: s"),
        ("to: official, at: 2026-11-24 07.30, every: senin 07.30", "time-twice", "every"),
        ("to: official, at: 2026-11-24 07.30, between: [2026-11-24, 2026-11-25]", "every-missing", "between"),
        ("to: official, at: 2026-11-24 07.30, except: [2026-11-25]", "every-missing", "except"),
        ("to: official, every: senin 07.30, between: [2026-12-14, 2026-11-30]", "dates-reversed", "[2026-12-14"),
        ("to: official, every: senin 07.30, between: [2026-11-30, 2027-01-30]", "at-outside", "[2026-11-30"),
        ("to: official, every: senin 07.30, between: 2026-11-30", "wants-list", "2026-11-30"),
        ("to: official, every: senin 07.30, except: 2026-11-30", "wants-list", "2026-11-30"),
        ("to: official, at: 2027-11-24 07.30", "at-outside", "2027-11-24"),
    ],
)
def test_a_send_that_makes_no_sense_is_reported_once_where_it_stands(rest: str, code: str, words: str) -> None:
    found, excerpt = only(send(rest))
    assert found == code
    assert excerpt.startswith(words)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (HEAD + MESSAGES + ONCE.replace("  - ", "sends:\n  - ").replace("pesan", "pesn"), "message-unknown", "pesn"),
        (HEAD + MESSAGES.replace("[kemenkes]", "[kemenke]"), "source-unknown", "kemenke"),
        (HEAD + MESSAGES + "  - {id: pesan, text: Lain.}\n", "id-twice", "pesan, text"),
        (HEAD + MESSAGES + "sends:\n" + ONCE + ONCE, "id-twice", "sekali"),
        (HEAD.replace("ends_on: 2026-12-31", "ends_on: 2026-11-01") + MESSAGES, "dates-reversed", "2026-11-01"),
        (HEAD.replace("ends_on: 2026-12-31", "ends_on: 9999-12-31") + MESSAGES, "dates-long", "9999"),
        (
            HEAD + MESSAGES + "silence:\n  - {rule: shouting, message: lain, reason: Memang begitu.}\n",
            "message-unknown",
            "lain",
        ),
    ],
)
def test_parts_that_do_not_fit_together_are_reported_once(text: str, code: str, words: str) -> None:
    found, excerpt = only(text)
    assert found == code
    assert excerpt.startswith(words)


def test_a_misspelt_id_is_met_with_a_guess() -> None:
    [problem] = problems(HEAD + MESSAGES.replace("[kemenkes]", "[kemenke]"))
    assert "Did you mean “kemenkes”?" in problem.remedy


def test_a_date_that_cannot_be_read_causes_no_further_complaints() -> None:
    text = HEAD.replace("ends_on: 2026-12-31", "ends_on: 2026-31-12") + MESSAGES + "sends:\n" + ONCE
    assert [problem.code for problem in problems(text)] == ["date"]


# --- pictures ---


def card(picture: str) -> str:
    return f"{HEAD}messages:\n  - {{id: a, text: Ayo., card: {{template: t, slots: {{foto: '{picture}'}}}}}}\n"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/secret.png",
        "../secret.png",
        "images/../../secret.png",
        "C:\\secret.png",
        "images\\secret.png",
        "~/secret.png",
        "https://example.org/a.png",
        "file:///etc/secret.png",
    ],
)
def test_a_picture_outside_the_workspace_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "secret.png").write_bytes(b"")
    assert only(card(name), tmp_path)[0] == "image-outside"


def test_a_link_that_leads_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "a.png").write_bytes(b"")
    (root / "images").symlink_to(outside)
    assert only(card("images/a.png"), root)[0] == "image-outside"


def test_a_picture_of_the_workspace_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/posko 1.jpg").write_bytes(b"")
    assert problems(card("images/posko 1.jpg"), tmp_path) == []


def test_a_picture_may_lie_where_photographs_are_kept(tmp_path: Path) -> None:
    (tmp_path / "assets" / "photos").mkdir(parents=True)
    (tmp_path / "assets" / "photos" / "posko.jpg").write_bytes(b"")
    assert problems(card("posko.jpg"), tmp_path) == []


@pytest.mark.parametrize(("name", "code"), [("none.png", "image-missing"), ("logo.svg", "image-kind")])
def test_a_picture_that_cards_cannot_take_is_reported(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "logo.svg").write_text("")
    assert only(card(name), tmp_path)[0] == code


def test_a_long_text_that_ends_like_a_file_is_a_text(tmp_path: Path) -> None:
    assert problems(card("x" * 5000 + ".png"), tmp_path) == []


# --- files ---


def test_campaign_files_are_found_by_name_and_none_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.yaml"
    folder = root / "campaigns"
    folder.mkdir(parents=True)
    outside.write_text("")
    for name in ("b.yaml", "a.yml", "notes.txt", "x.yzml"):
        (folder / name).write_text("")
    (folder / "c.yaml").symlink_to(outside)
    (folder / "d.yaml").mkdir()
    assert [path.name for path in campaign_files(root)] == ["a.yml", "b.yaml"]


def test_a_file_is_named_from_its_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    (folder / "a.yaml").write_text(HEAD + "messages: []\n")
    with pytest.raises(ContentError) as caught:
        load_campaign(folder / "a.yaml", root=tmp_path)
    [problem] = caught.value.problems
    assert json.dumps(problem.as_json())
    assert str(problem.place) == "campaigns/a.yaml:10:11"
