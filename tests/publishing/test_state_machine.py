"""Random lives of a queue: two publishers, a lying platform, people who change their minds, and a clock that is set."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from prokes_social.store import Store
from tests.publishing.world import World, hurry

pytestmark = pytest.mark.slow  # minutes of random lives: with the drills

ACTORS = st.integers(0, 1)
PICK = st.integers(0, 7)
ACCOUNTS = st.sampled_from(["x-kab", "x-kab", "x-prov"])
ANSWERS = st.sampled_from(
    (
        *("ok", "drop", "slow", "error", "late", "lost", "refused", "limit", "long limit"),
        *("rejected", "unauthorized", "processing", "drop", "lost"),
    )
)
DUE_IN = st.sampled_from([0, -1, 5, 40, 90, 400, -1795])
#: Where it stands then: mostly before its intent, or just after it.
STEPS = st.sampled_from([1, 1, 2, 0, 2, 3, 4])
#: What may happen while a publisher stands at a point; said of the delivery it holds, where it is about one.
MEANWHILE = st.sampled_from(
    (
        *("wait 61", "reap", "other", "stop", "cancel", "edit", "send back", "sleep 31", "sleep 61", "wait 31"),
        *("back", "look", "kill", "wait 61", "reap", "other"),
    )
)
PEOPLE = st.sampled_from(
    (
        *("settle there", "settle send", "settle drop", "edit", "edit", "judge", "cancel", "stop", "resume", "drop"),
        *("reconnect", "reconnect", "mend", "mend", "spoil"),
    )
)


class Lives(RuleBasedStateMachine):
    """Each rule is something that happens in an office or in its machines; the world checks after each."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.world: World | None = None

    @initialize(gap=st.sampled_from([0, 0, 45]), resend=st.booleans(), first=DUE_IN, second=DUE_IN)
    def open(self, gap: int, resend: bool, first: int, second: int) -> None:
        self.resend = resend
        self.world = World(self.store, gap=timedelta(seconds=gap), resend=("x-kab",) if resend else ())
        self.world.queue(due_in=first)
        self.world.queue(due_in=second)

    @property
    def office(self) -> World:
        assert self.world
        return self.world

    def chosen(self, pick: int) -> int:
        wishes = list(self.office.wishes)
        return wishes[pick % len(wishes)]

    # --- machines ---

    @rule(actor=ACTORS, answer=ANSWERS)
    def run(self, actor: int, answer: str) -> None:
        self.office.run(actor, answer)

    @rule(actor=ACTORS, steps=STEPS, events=st.lists(MEANWHILE, min_size=1, max_size=3), answer=ANSWERS)
    def meanwhile(self, actor: int, steps: int, events: list[str], answer: str) -> None:
        """A publisher stands still somewhere on its way; things happen; it goes on as if nothing had."""
        self._due_now()
        self.stand(actor, steps)
        claim = self.office.actors[actor].claim
        for event in events:
            self._happens(event, actor, claim.delivery.id if claim else self.chosen(actor))
        self.office.finish(actor, answer)
        if "stop" in events:
            self.office.resume()

    @rule(actor=ACTORS, answer=ANSWERS, seconds=st.sampled_from([16, 61, 250]))
    def aftermath(self, actor: int, answer: str, seconds: int) -> None:
        """One delivery from end to end, and a while later what the other machines make of it."""
        self._due_now()
        self.office.run(actor, answer)
        self.office.pass_time(seconds)
        self.office.reap()
        self.office.look()
        self.office.run(1 - actor)

    def _due_now(self) -> None:
        if len(self.office.wishes) < 8:
            self.office.queue()

    def _happens(self, event: str, actor: int, row: int) -> None:
        office = self.office
        word, _, seconds = event.partition(" ")
        match word:
            case "stop" | "reap" | "look":
                getattr(office, word)()
            case "cancel" | "edit":
                getattr(office, word)(row)
            case "send":
                office.send_back(row)
            case "other":
                office.run(1 - actor)
            case "kill":
                office.kill(1 - actor)
            case "back" if not self.resend:
                office.jump(-3600)
            case "sleep" | "wait":
                office.pass_time(int(seconds), asleep=word == "sleep")
        office.check()

    @rule(actor=ACTORS, steps=st.integers(0, 5))
    def stand(self, actor: int, steps: int) -> None:
        self.office.start(actor)
        for _each in range(steps):
            self.office.step(actor)

    @rule(actor=ACTORS, answer=ANSWERS, broken=st.booleans())
    def go_on(self, actor: int, answer: str, broken: bool) -> None:
        self.office.step(actor, answer, broken=broken)

    @rule(actor=ACTORS)
    def kill(self, actor: int) -> None:
        self.office.kill(actor)

    @rule(dies=st.booleans())
    def look_around(self, dies: bool) -> None:
        self.office.reap()
        self.office.look(dies=dies)

    @rule(seconds=st.sampled_from([16, 5, 1, 24, 31, 46, 61, 61, 250, 620, 1900]), asleep=st.booleans())
    def pass_time(self, seconds: int, asleep: bool) -> None:
        self.office.pass_time(seconds, asleep=asleep)

    @precondition(lambda self: not self.resend)  # resend trusts the hours of its look-ups
    @rule(seconds=st.sampled_from([-40, 40, -3600, 3600]))
    def jump(self, seconds: int) -> None:
        self.office.jump(seconds)

    @rule(lag=st.sampled_from([0, 20, 90, 500, 1e9]), deaf=st.booleans(), proves=st.booleans())
    def mood(self, lag: float, deaf: bool, proves: bool) -> None:
        platform = self.office.platform
        platform.lag, platform.deaf, platform.proves = min(lag, 500) if self.resend else lag, deaf, proves

    # --- people ---

    @precondition(lambda self: len(self.office.wishes) < 8)
    @rule(account=ACCOUNTS, due_in=DUE_IN, approved=st.sampled_from([True, True, False]))
    def queue(self, account: str, due_in: int, approved: bool) -> None:
        self.office.queue(account, due_in=due_in, approved=approved)

    @rule(what=PEOPLE, pick=PICK, due_in=DUE_IN, yes=st.booleans())
    def people(self, what: str, pick: int, due_in: int, yes: bool) -> None:
        office, row = self.office, self.chosen(pick)
        word, _, decision = what.partition(" ")
        match word:
            case "settle":
                office.settle(row, decision)
            case "edit":
                if office.edit(row, due_in=due_in) and yes:
                    office.approve(row)
            case "judge":
                (office.approve if yes else office.send_back)(row)
            case "cancel" | "stop":
                office.cancel(row) if word == "cancel" else office.stop()
            case "resume" | "drop" if office.stopped:
                office.resume(drop=word == "drop")
            case "reconnect":
                office.reconnect(office.wishes[row].key.account)
            case "mend" | "spoil":
                office.unready = word == "spoil"
        office.check()

    def teardown(self) -> None:
        if self.world:
            try:
                self.world.until_quiet()
            finally:
                World.close_all()


def profile(examples: int, steps: int = 40, *, phases: tuple[Phase, ...] = tuple(Phase)) -> settings:
    """Nothing is remembered from one run to the next."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def live(store: Store, dice: int, chosen: settings) -> None:
    """The same dice give the same lives: what fails here fails everywhere."""
    hurry(store)
    machine: Callable[[], Lives] = seed(dice)(lambda: Lives(store))
    run_state_machine_as_test(machine, settings=chosen)  # type: ignore[arg-type]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("dice", [1, 2])
def test_whatever_happens_nothing_is_doubled_lost_early_or_unapproved(store: Store, dice: int) -> None:
    live(store, dice, profile(50))


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_the_same_holds_on_postgresql(store: Store) -> None:
    live(store, 3, profile(12, 30))
