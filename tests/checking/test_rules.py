"""The contract that every rule keeps, found from the folder."""

from itertools import pairwise
from pathlib import Path

import pytest

from prokes_social.checking import Rule, all_rules, rules
from prokes_social.checking.rule import Silenced
from prokes_social.i18n import speaking
from prokes_social.model.campaign import Campaign
from prokes_social.model.card import Card
from prokes_social.model.plan import Plan
from tests.checking.examples import judge

every_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def test_every_module_in_the_folder_is_a_rule_named_after_its_module() -> None:
    folder = Path(rules.__file__).parent
    modules = {path.stem.replace("_", "-") for path in folder.glob("*.py") if path.stem != "__init__"}
    assert {rule.code for rule in all_rules()} == modules


def test_rules_come_in_a_steady_order() -> None:
    codes = [rule.code for rule in all_rules()]
    assert all(first < second for first, second in pairwise(codes))


@every_rule
def test_a_rule_says_why_in_both_languages(rule: Rule) -> None:
    assert rule.why.id and rule.why.en
    assert rule.why.id != rule.why.en


@every_rule
def test_a_rule_looks_at_a_noun_that_passes_the_gate(rule: Rule) -> None:
    assert rule.looks_at in (Campaign, Card, Plan, Silenced)


@every_rule
def test_its_bad_example_is_found_with_a_place_a_sentence_and_a_remedy(rule: Rule) -> None:
    problems = judge(rule, rule.bad)
    assert problems
    for problem in problems:
        assert problem.place
        assert problem.what.rstrip("”").endswith((".", "!", "?")) or "http" in problem.what
        assert len(problem.remedy) > 8


@every_rule
def test_its_good_example_is_not_found(rule: Rule) -> None:
    assert judge(rule, rule.good) == []


@every_rule
def test_its_findings_speak_both_languages(rule: Rule) -> None:
    with speaking("id"):
        indonesian = judge(rule, rule.bad)
    with speaking("en"):
        english = judge(rule, rule.bad)
    assert len(indonesian) == len(english)
    for ours, theirs in zip(indonesian, english, strict=True):
        assert ours.what != theirs.what
        assert ours.place == theirs.place
