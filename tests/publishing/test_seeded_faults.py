"""Each rule of the protocol is broken on purpose, and each time this suite must notice."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase

from prokes_social.store import Store
from prokes_social.store.tables import delivery
from tests.publishing.saboteurs import SABOTEURS
from tests.publishing.scenarios import STORIES
from tests.publishing.test_state_machine import live, profile
from tests.publishing.world import RuleBroken, World, hurry, wipe

pytestmark = pytest.mark.slow  # minutes of random lives: with the drills

#: Random lives find these soon and by themselves; the others need the patience of a story.
FOUND_BY_CHANCE = (
    "asks_for_no_approval_at_the_intent",
    "forgets_the_distance_between_posts",
    "has_no_guard_before_the_call",
    "commits_the_intent_after_the_call",
    "writes_down_nothing_to_recognise_the_post_by",
    "sends_as_soon_as_it_is_prepared",
    "sends_again_at_once_after_a_5xx",
    "takes_no_answer_for_not_sent",
    "serves_an_account_in_any_order",
    "tells_nobody",
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database for all."""
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('faults') / 'test.db'}")
    made.migrate()
    hurry(made)
    yield made
    made.close()


@pytest.fixture
def quick(kept: Store) -> Iterator[Store]:
    yield kept
    World.close_all()
    wipe(kept)
    with kept.write() as tx:  # a saboteur may have taken one away
        for index in delivery.indexes:
            index.create(tx, checkfirst=True)


@pytest.mark.parametrize("name", STORIES)
def test_our_own_publisher_comes_through_the_story(name: str, quick: Store) -> None:
    STORIES[name](quick)


@pytest.mark.parametrize("name", SABOTEURS)
def test_the_saboteur_is_caught(name: str, quick: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    break_a_rule, story = SABOTEURS[name]
    break_a_rule(monkeypatch)
    with pytest.raises(RuleBroken):
        story(quick)


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND_BY_CHANCE)
def test_random_lives_find_the_saboteur_too(name: str, quick: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    break_a_rule, _story = SABOTEURS[name]
    break_a_rule(monkeypatch)
    with pytest.raises(RuleBroken):
        live(quick, 2, profile(80, phases=(Phase.generate,)))
