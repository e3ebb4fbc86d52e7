"""The gate, passed three times: a campaign, its cards and its plan in, Problems with file, line and column out.

Rules are found in `checking/rules/`, one module each. They name a path in the file; the gate turns it into a place.
"""

from collections.abc import Iterable
from typing import Any

from prokes_social.checking.context import CheckContext
from prokes_social.checking.rule import Finding, Rule, Silenced
from prokes_social.checking.rules import all_rules
from prokes_social.model.campaign import Campaign, Loaded, Path, Silence
from prokes_social.model.card import Card
from prokes_social.model.plan import Plan
from prokes_social.problem import Problem, in_reading_order

__all__ = ["CheckContext", "Finding", "Rule", "all_rules", "check_campaign", "check_card", "check_plan", "look_at_card"]


def check_campaign(file: Loaded[Campaign], context: CheckContext) -> list[Problem]:
    """What the rules find in a campaign file, silenced findings left out, in reading order."""
    found = list(_findings(Campaign, file.value, file.value, context))
    silenced = Silenced(campaign=file.value, matched=_matched(file.value, found))
    return _problems(file, [*found, *_findings(Silenced, silenced, file.value, context)])


def check_card(card: Card, file: Loaded[Campaign], message_path: Path, context: CheckContext) -> list[Problem]:
    """What the rules find in a drawn card, placed at its message."""
    found = _findings(Card, card, file.value, context)
    return _problems(file, [(rule, finding.below(message_path)) for rule, finding in found])


def look_at_card(card: Card, context: CheckContext, language: str) -> list[tuple[Path, Problem]]:
    """What the rules find in a drawn card that stands in no campaign yet, with the way to it from the card's top."""
    return [
        (finding.path[finding.path[:1] == ("card",) :], _problem(rule, finding, None))
        for rule in all_rules()
        if rule.looks_at is Card and language in rule.languages
        for finding in rule.check(card, context)
    ]


def check_plan(plan: Plan, context: CheckContext) -> list[Problem]:
    """What the rules find in a plan: in the past, said twice, too dear."""
    return _problems(plan.file, _findings(Plan, plan, plan.campaign, context))


def _findings(kind: type, noun: Any, campaign: Campaign, context: CheckContext) -> Iterable[tuple[Rule, Finding]]:
    for rule in all_rules():
        if rule.looks_at is kind and campaign.language in rule.languages:
            yield from ((rule, finding) for finding in rule.check(noun, context))


def _problems(file: Loaded[Campaign], found: Iterable[tuple[Rule, Finding]]) -> list[Problem]:
    heard = (each for each in found if not any(_silences(s, *each, file.value) for s in file.value.silence))
    problems = [_problem(rule, finding, file) for rule, finding in heard if not file.is_guess(finding.path)]
    return in_reading_order(dict.fromkeys(problems))


def _problem(rule: Rule, finding: Finding, file: Loaded[Campaign] | None) -> Problem:
    place = None
    if file:
        place = file.place_of_key(finding.path) if finding.at_key else file.place(finding.path, finding.near)
    severity = finding.severity or rule.severity
    return Problem(code=rule.code, what=str(finding.what), remedy=str(finding.remedy), place=place, severity=severity)


def _matched(campaign: Campaign, found: Iterable[tuple[Rule, Finding]]) -> frozenset[int]:
    """Positions of the silences that keep some finding quiet."""
    found = list(found)
    return frozenset(
        position
        for position, silence in enumerate(campaign.silence)
        if any(_silences(silence, rule, finding, campaign) for rule, finding in found)
    )


def _silences(silence: Silence, rule: Rule, finding: Finding, campaign: Campaign) -> bool:
    if silence.rule != rule.code or not rule.can_be_silenced:
        return False
    return silence.message is None or silence.message == _message_of(finding.path, campaign)


def _message_of(path: Path, campaign: Campaign) -> str | None:
    match path:
        case ("messages", int(position), *_):
            return campaign.messages[position].id
        case ("sends", int(position), *_):
            return campaign.sends[position].message
    return None
