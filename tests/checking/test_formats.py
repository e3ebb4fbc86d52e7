from hypothesis import given
from hypothesis import strategies as st

from prokes_social.checking.formats import as_github, as_json, as_text
from prokes_social.i18n import speaking
from prokes_social.problem import Place, Problem, Severity

PLACE = Place(file="campaigns/a.yaml", line=12, column=11, excerpt="    text: antri, yuk")
PROBLEM = Problem(
    code="wording-spelling", what="“antri” tidak baku.", remedy="Tulis “antre”.", place=PLACE, severity=Severity.WARNING
)


def test_the_text_shows_place_sentence_line_caret_and_remedy() -> None:
    with speaking("en"):
        lines = as_text([PROBLEM]).splitlines()
    assert lines[0] == "campaigns/a.yaml:12:11: warning [wording-spelling]"
    assert lines[1] == "  “antri” tidak baku."
    assert lines[2].index("antri") == lines[3].index("^")
    assert lines[4] == "  → Tulis “antre”."


def test_the_caret_stands_under_the_column_behind_wide_characters_and_tabs() -> None:
    place = Place(file="a.yaml", line=1, column=4, excerpt="日\té x")
    line, caret = as_text([Problem(code="a", what="b", remedy="", place=place)]).splitlines()[2:4]
    assert caret.endswith("  \t ^")
    assert line.endswith("日\té x")


def test_a_long_line_is_cut_around_the_place() -> None:
    place = Place(file="a.yaml", line=1, column=5001, excerpt="x" * 5000 + "antri" + "y" * 5000)
    line, caret = as_text([Problem(code="a", what="b", remedy="", place=place)]).splitlines()[2:4]
    assert len(line) < 120
    assert line[caret.index("^") :].startswith("antri")


def test_a_problem_without_a_place_is_told_without_a_line() -> None:
    assert "→" in as_text([Problem(code="a", what="b", remedy="c")])


def test_json_names_every_field() -> None:
    assert as_json([PROBLEM]) == [
        {
            "code": "wording-spelling",
            "severity": "warning",
            "file": "campaigns/a.yaml",
            "line": 12,
            "column": 11,
            "what": "“antri” tidak baku.",
            "remedy": "Tulis “antre”.",
        }
    ]


def test_github_gets_one_escaped_line_per_problem() -> None:
    place = Place(file="campaigns/a,b:c.yaml", line=1, column=2)
    problem = Problem(code="absolute", what="100% aman\nkatanya", remedy="Hapus.", place=place)
    assert as_github([problem]) == (
        "::error file=campaigns/a%2Cb%3Ac.yaml,line=1,col=2,title=absolute::100%25 aman%0Akatanya Hapus."
    )


@given(st.text(), st.text(max_size=300), st.integers(min_value=1, max_value=400))
def test_any_text_can_be_shown(what: str, excerpt: str, column: int) -> None:
    excerpt = "".join(excerpt.splitlines())
    place = Place(file="a.yaml", line=1, column=min(column, len(excerpt) + 1), excerpt=excerpt)
    problem = Problem(code="a", what=what, remedy="b", place=place)
    assert as_text([problem])
    assert len(as_github([problem]).split("\n")) == 1
