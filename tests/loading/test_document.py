"""Whatever is wrong with a file, its reader is told what, where and how to mend it; nothing crashes or hangs."""

import pathlib
import time
from collections.abc import Mapping
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, field_validator

from prokes_social.errors import ContentError
from prokes_social.i18n import LANGUAGES, use_language
from prokes_social.loading.complaints import Refusal
from prokes_social.loading.document import digest, load_document, parse_document, read_document, read_text
from prokes_social.model.campaign import Campaign, Id, Loaded, Strict, Words
from prokes_social.problem import Problem


class Row(Strict):
    name: Words
    count: int = Field(default=1, ge=1, le=9)


class Sheet(Strict):
    """A model with one of each."""

    id: Id
    title: Words = Field(default="", examples=["Judul"])
    size: tuple[int, int] = (1, 1)
    share: float = 1.0
    shown: bool = True
    kind: Literal["small", "large"] = "small"
    note: str | None = None
    rows: tuple[Row, ...] = ()
    slots: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("note")
    @classmethod
    def _no_swearing(cls, value: str | None) -> str | None:
        if value == "sial":
            raise Refusal("Kata itu tidak sopan.", "Tulis dengan ramah.", code="polite")
        return value


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def problems(text: str) -> list[Problem]:
    return list(read_text(text, Sheet, "a.yaml").problems)


def only(text: str) -> Problem:
    [problem] = problems(text)
    return problem


def said(problem: Problem) -> tuple[str, int, int]:
    assert problem.place
    return problem.code, problem.place.line, problem.place.column


# --- text first ---


def test_scalars_stay_as_they_are_written() -> None:
    sheet = parse_document("id: a\nslots: {at: 19:00, ok: no, nik: 0812, none: ~, big: 1e3}\n", Sheet, "a.yaml").value
    assert sheet.slots == {"at": "19:00", "ok": "no", "nik": "0812", "none": "~", "big": "1e3"}


def test_a_model_makes_numbers_of_them_where_it_wants_numbers() -> None:
    sheet = parse_document("id: a\nsize: [1080, 1350]\nshare: 0.5\nshown: false\n", Sheet, "a.yaml").value
    assert (sheet.size, sheet.share, sheet.shown) == ((1080, 1350), 0.5, False)


def test_an_optional_key_may_be_left_empty() -> None:
    assert parse_document("id: a\nnote:\n", Sheet, "a.yaml").value.note is None


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_alike_whatever_ends_them(ending: str) -> None:
    assert said(only(ending.join(["id: a", "title: b", "what: c", ""]))) == ("key-unknown", 3, 1)


def test_a_byte_order_mark_moves_nothing() -> None:
    assert said(only("\ufeffid: A\n")) == ("id", 1, 5)


# --- places ---


def test_every_value_and_every_key_has_a_span() -> None:
    loaded = parse_document("id: a\nrows:\n  - name: 'x y'\n    count: 2\nslots:\n  a: [b, {c: d}]\n", Sheet, "a.yaml")
    assert _words(loaded, ("rows", 0, "name")) == "'x y'"
    assert _words(loaded, ("rows", 0)) == "name: 'x y'\n    count: 2"
    assert _words(loaded, ("slots", "a", 1, "c")) == "d"
    assert loaded.place_of_key(("slots", "a")).column == 3


def test_the_span_of_a_block_of_text_is_its_words() -> None:
    loaded = parse_document("id: a\ntitle: |  # so\n\n  Baris satu\n  baris dua\n\nnote: x\n", Sheet, "a.yaml")
    assert _words(loaded, ("title",)) == "Baris satu\n  baris dua"
    assert loaded.place(("title",), "dua").line == 5


def test_a_place_falls_back_to_the_nearest_part_that_exists() -> None:
    loaded = parse_document("id: a\nrows: [{name: x}]\n", Sheet, "a.yaml")
    assert loaded.place(("rows", 0, "count")) == loaded.place(("rows", 0))


def test_a_near_word_is_looked_for_as_a_whole_word_first() -> None:
    loaded = parse_document("id: a\ntitle: mengantri lalu antri\n", Sheet, "a.yaml")
    assert loaded.place(("title",), "antri").column == len("title: mengantri lalu ") + 1


def _words(loaded: Loaded[Sheet], path: tuple[str | int, ...]) -> str:
    return loaded.text[loaded.spans[path].start : loaded.spans[path].end]


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), _VALUES, max_size=5))
def test_what_is_written_is_what_is_read_and_every_span_holds_its_value(slots: dict[str, Any]) -> None:
    # U+2028 and its kin count as line breaks in YAML: quoting escapes them, which is what a person would see too.
    text = f"id: a\nslots:\n{_as_yaml(slots, 1)}"
    loaded = parse_document(text, Sheet, "a.yaml")
    assert loaded.value.slots == slots
    for path, value in _leaves(slots, ("slots",)):
        assert _quoted(value) == _words(loaded, path)


def _as_yaml(value: Any, depth: int) -> str:
    if not value or isinstance(value, str):
        return "  " * depth + (_quoted(value) if isinstance(value, str) else "[]" if value == [] else "{}") + "\n"
    if isinstance(value, list):
        return "".join("  " * depth + "-\n" + _as_yaml(item, depth + 1) for item in value)
    return "".join("  " * depth + f"{key}:\n" + _as_yaml(item, depth + 1) for key, item in value.items())


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)


def _leaves(value: Any, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        return [(path, value)]
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    return [leaf for step, item in steps for leaf in _leaves(item, (*path, step))]


# --- what YAML can get wrong ---


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("title: Ingat: cuci tangan", "yaml-colon", 1, 13),
        ("id: a\n  title: b", "yaml-indent", 2, 3),
        (" id: a\ntitle: b", "yaml-indent", 2, 1),
        ("id: a\n\ttitle: b", "yaml-tab", 2, 1),
        ("id: 'a\ntitle: b\n", "yaml-quotes", 1, 5),
        ('id: "Ayo" katanya', "yaml-quotes", 1, 11),
        ("size: [1, 2\nid: a", "yaml-bracket", 1, 7),
        ("title: {name}, ayo", "yaml-bracket", 1, 14),
        ("slots: {{name}}", "yaml-quotes", 1, 9),
        ("slots: {a: mau?, b: c}", "yaml-quotes", 1, 15),
        ("title: *Penting* sekali", "yaml-sign", 1, 8),
        ("title: @kami", "yaml-sign", 1, 8),
        ("title: %a", "yaml-sign", 1, 8),
        ("title: `a`", "yaml-sign", 1, 8),
        ("title: - a", "yaml-dash", 1, 8),
        ("title: > 20 detik", "yaml-block", 1, 10),
        ("title: a\nlanjutan\nid: b", "yaml-no-colon", 2, 1),
        ('title: "\\q"', "yaml-escape", 1, 10),
        ('title: "\\UFFFFFFFF"', "yaml-character", 1, 11),
        ("title: a\x07", "yaml-character", 1, 9),
        ("id: a\n---\nid: b", "yaml-documents", 2, 1),
        ("", "yaml-empty", 1, 1),
        ("# nothing\n", "yaml-empty", 1, 1),
        ("- a\n- b", "yaml-keys", 1, 1),
        ("hanya teks", "yaml-keys", 1, 1),
        (": a", "key-empty", 1, 1),
        ("%TAG x\n---\nid: a", "yaml", 1, 6),
    ],
)
def test_broken_yaml_is_explained_where_it_breaks(text: str, code: str, line: int, column: int) -> None:
    problem = only(text)
    assert said(problem) == (code, line, column)
    assert problem.remedy


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("id: a\ntitle: &b c\n", "yaml-anchor", 8),
        ("id: a\ntitle: !b c\n", "yaml-tag", 8),
        ("id: a\ntitle: !!str c\n", "yaml-tag", 8),
        ("id: a\nnote: *b\n", "yaml-alias", 7),
        ("id: a\nid: b\n", "key-twice", 1),
        ("id: a\ntitle: Ayo #pakai masker\n", "yaml-comment", 12),
        ('id: a\ntitle: "a\\ud800"\n', "yaml-character", 8),
    ],
)
def test_what_we_refuse_in_yaml_is_reported_and_reading_goes_on(text: str, code: str, column: int) -> None:
    reading = read_text(text, Sheet, "a.yaml")
    assert [said(problem) for problem in reading.problems] == [(code, 2, column)]
    assert reading.loaded


def test_a_comment_with_a_space_is_a_comment() -> None:
    assert parse_document("id: a  # the first\n", Sheet, "a.yaml").value.id == "a"


def test_a_key_used_twice_names_the_line_of_the_first() -> None:
    assert "line 1" in only("id: a\ntitle: b\nid: c\n").what


# --- limits ---


@pytest.mark.parametrize("opening", ["[", "{", "- ", "a: [", "? ", "[{a: "])
def test_a_hundred_thousand_openings_neither_crash_nor_hang(opening: str) -> None:
    began = time.monotonic()
    assert read_text(opening * 100_000, Sheet, "a.yaml").problems
    assert time.monotonic() - began < 5


def test_twenty_levels_are_read_and_the_twenty_first_is_refused() -> None:
    inside = 18  # the file itself and `slots` are two levels
    assert not problems(f"id: a\nslots:\n  a: {'[' * inside}x{']' * inside}\n")
    assert only(f"id: a\nslots:\n  a: {'[' * (inside + 1)}x{']' * (inside + 1)}\n").code == "yaml-depth"


def test_twenty_thousand_parts_are_read_and_one_more_is_refused() -> None:
    # The file, two keys, one value and the list are five parts.
    assert not problems("id: a\nslots: {a: [" + "x," * (20_000 - 7) + "]}")
    assert only("id: a\nslots: {a: [" + "x," * (20_000 - 6) + "]}").code == "yaml-size"


def test_a_file_above_one_megabyte_is_not_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("id: a\n" + "# comment\n" * 100_000)
    assert [problem.code for problem in read_document(path, Sheet).problems] == ["yaml-size"]


# --- bytes ---


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"id: a\ntitle: caf\xe9\n", 2, 11),
        ("id: a\ntitle: “é”".encode() + b"\xff", 2, 11),
        (b"id: a\r\ntitle: \x80", 2, 8),
        ("id: a\n".encode("utf-16"), 1, 1),
        ("id: a\n".encode("utf-16-be"), 1, 1),
        (b"id: a\x00\n", 1, 1),
    ],
)
def test_other_encodings_are_refused_with_a_place(tmp_path: pathlib.Path, data: bytes, line: int, column: int) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    [problem] = read_document(path, Sheet, shown_as="a.yaml").problems
    assert said(problem) == ("encoding", line, column)
    assert "UTF-8" in problem.remedy


def test_a_missing_file_and_a_folder_are_problems_too(tmp_path: pathlib.Path) -> None:
    assert [each.code for each in read_document(tmp_path / "none.yaml", Sheet).problems] == ["file-missing"]
    assert [each.code for each in read_document(tmp_path, Sheet).problems] == ["file-unreadable"]


# --- what the model refuses ---


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "remedy"),
    [
        ("title: a\n", "key-missing", 1, 1, "Add “id: cuci-tangan”."),
        ("id: a\ntitel: b\n", "key-unknown", 2, 1, "Did you mean “title”?"),
        ("id: Cuci Tangan\n", "id", 1, 5, "“cuci-tangan”"),
        ("id: a\ntitle:\n", "no-value", 2, 1, "“Judul”"),
        ('id: a\ntitle: "  "\n', "no-value", 2, 8, "“Judul”"),
        ("id: a\ntitle: [b]\n", "wants-text", 2, 8, "quotes"),
        ("id: a\ntitle: {name}\n", "wants-text", 2, 8, "{"),
        ("id: a\nrows: b\n", "wants-list", 2, 7, "- "),
        ("id: a\nrows: [b]\n", "wants-keys", 2, 8, "name, count"),
        ("id: a\nslots: b\n", "wants-keys", 2, 8, "key: value"),
        ("id: a\nkind: larg\n", "choice", 2, 7, "Did you mean “large”?"),
        ("id: a\nsize: [1, dua]\n", "number", 2, 11, "whole number"),
        ("id: a\nshare: setengah\n", "number", 2, 8, "point"),
        ("id: a\nshown: mungkin\n", "yes-no", 2, 8, "true or false"),
        ("id: a\nrows: [{name: b, count: 0}]\n", "bounds", 2, 25, "At least 1"),
        ("id: a\nrows: [{name: b, count: 10}]\n", "bounds", 2, 25, "At most 9"),
        ("id: a\nsize: [1]\n", "item-missing", 2, 7, ""),
        ("id: a\nsize: [1, 2, 3]\n", "too-many", 2, 7, "At most 2"),
        ("id: a\nnote: sial\n", "polite", 2, 7, "ramah"),
    ],
)
def test_what_the_model_refuses_is_said_with_a_remedy(
    text: str, code: str, line: int, column: int, remedy: str
) -> None:
    problem = only(text)
    assert said(problem) == (code, line, column)
    assert remedy in problem.remedy


def test_all_mistakes_come_at_once_in_reading_order() -> None:
    text = "titel: a\nid: B\nrows:\n  - {name: x, count: no}\n  - {count: 3}\nkind: tiny\n"
    assert [problem.code for problem in problems(text)] == ["key-unknown", "id", "number", "key-missing", "choice"]


def test_what_is_sound_is_still_read_and_stand_ins_are_marked() -> None:
    reading = read_text("id: B\ntitle: c\nrows:\n  - {name: x, count: no}\n  - satu\n  - {name: y}\n", Sheet, "a.yaml")
    assert reading.loaded
    sheet = reading.loaded
    assert (sheet.value.title, [row.name for row in sheet.value.rows]) == ("c", ["x", "y"])
    assert sheet.is_guess(("id",))
    assert sheet.is_guess(("rows", 0, "count"))
    assert not sheet.is_guess(("rows", 1, "name"))
    assert sheet.place(("rows", 1, "name")).line == 6


def test_load_raises_with_every_problem(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("id: B\nkind: tiny\n")
    with pytest.raises(ContentError) as caught:
        load_document(path, Sheet, shown_as="sheets/a.yaml")
    assert [problem.code for problem in caught.value.problems] == ["id", "choice"]
    assert "sheets/a.yaml" in caught.value.message
    assert {problem.place.file for problem in caught.value.problems if problem.place} == {"sheets/a.yaml"}


def test_a_digest_does_not_change_with_line_endings() -> None:
    assert digest("a: b\n") == digest("a: b\r\n") != digest("a: c\n")


# --- nothing crashes ---

_YAMLISH = st.text(st.sampled_from("abid:-[]{}#&*!|>'\"%@`,? \n\t0.\\x~é\U0001f600"), max_size=80)


@settings(max_examples=400)
@given(_YAMLISH | st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str) -> None:
    reading = read_text(text, Sheet, "a.yaml")
    assert reading.loaded or reading.problems
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in reading.problems:
        assert problem.place
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(problem.place.excerpt) + 1


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.yaml"
        path.write_bytes(data)
        reading = read_document(path, Sheet)
    assert reading.loaded or reading.problems


_SKELETON = """id: {0}
title: {1}
purpose: {2}
owner: o
brand: b
zone: {3}
starts_on: {4}
ends_on: {5}
sources:
  - {6}
messages:
  - id: m
    text: {7}
    card: {8}
sends:
  - id: s
    message: {9}
    to: {10}
    {11}
"""
_PIECES = st.sampled_from(
    [
        "a",
        "A b",
        "2026-11-23",
        "2026-99-99",
        "",
        "[a, b]",
        "{a: b}",
        "{id: a}",
        "WIB",
        "every: senin 7",
        "at: 2026-11-24 07.30",
        "~",
        "'x'",
        "#x",
    ]
)


@settings(max_examples=200)
@given(st.lists(_PIECES, min_size=12, max_size=12), st.sampled_from(LANGUAGES))
def test_any_mixture_of_mistakes_in_a_campaign_has_sentences_and_remedies(pieces: list[str], language: str) -> None:
    use_language(language)
    reading = read_text(_SKELETON.format(*pieces), Campaign, "a.yaml")
    for problem in reading.problems:
        assert problem.what
        assert problem.remedy
        assert problem.place
    assert reading.loaded or reading.problems
