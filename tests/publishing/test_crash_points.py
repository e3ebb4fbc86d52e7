"""A publisher dies at each point in turn, on each database; a point that is added is covered by itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.publishing import Point
from prokes_social.store import Store
from tests.publishing.world import World

S = DeliveryStatus


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    yield World(store)
    World.close_all()


def die_at(world: World, point: Point) -> bool:
    """Claim again and again: it is prepared early and sent at its time. True where the publisher came to the point."""
    for _claim in range(3):
        world.start(0)
        while world.actors[0].busy:
            if world.actors[0].point == point:
                world.kill(0)
                return True
            world.step(0)
        world.pass_time(31)
    return False


@pytest.mark.parametrize("point", Point)
def test_a_publisher_killed_at_any_point_loses_and_doubles_nothing(world: World, point: Point) -> None:
    row = world.queue(due_in=30)
    assert die_at(world, point), f"no publisher ever comes to {point}"
    left, public = world.row(row).status, len(world.platform.shown)
    assert public == (left is S.PUBLISHED or point is Point.SENT)
    assert left in (S.CLAIMED, S.SENDING, S.PUBLISHED)

    world.until_quiet()
    # Killed between intent and call, nobody can know that the call was never made: a person looks and decides.
    unsure = left is S.SENDING and not public
    assert world.row(row).status is (S.HELD if unsure else S.PUBLISHED)
    assert len(world.platform.shown) == (0 if unsure else 1)

    if unsure:
        world.settle(row, "send")
        world.until_quiet()
        assert world.row(row).status is S.PUBLISHED
        assert len(world.platform.shown) == 1


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.PREPARED])
def test_what_a_killed_publisher_held_is_taken_up_when_its_lease_ends(world: World, point: Point) -> None:
    world.queue()
    assert die_at(world, point)
    world.pass_time(59)
    world.reap()
    assert not world.start(1), "the lease still holds"
    world.pass_time(2)
    world.reap()
    world.run(1)
    assert [post.at - world.wishes[1].content.due_at for post in world.platform.shown] == [timedelta(seconds=61)]


def test_a_look_up_that_dies_is_made_again(world: World) -> None:
    row = world.queue()
    world.run(0, "drop")
    world.pass_time(16)
    world.look(dies=True)
    world.look()
    assert world.row(row).status is S.UNCERTAIN, "the dead one's look-up is not over yet"
    world.pass_time(61)
    world.look()
    assert world.row(row).status is S.PUBLISHED


def test_two_publishers_may_die_one_after_the_other(world: World) -> None:
    row = world.queue()
    assert die_at(world, Point.PREPARED)
    world.pass_time(61)
    world.reap()
    world.go_to(1, Point.GUARDED)
    world.kill(1)
    world.until_quiet()
    assert world.row(row).status is S.HELD
    assert world.platform.shown == []
