"""Posts of one account in, what Meta tells of each out: many in one call, and one by one where a call is refused.

One dropped metric, one deleted post or one lost right fails a call as a whole. So what a call refuses is asked again in
smaller parts, and what is learnt from one post (a dead name, numbers that are withheld) spares the rest the same
refusal.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from prokes_social.errors import NotSent, PlatformError, Rejected, Unauthorized
from prokes_social.model.platform import Post
from prokes_social.model.reach import Metric, ReachSnapshot, counted
from prokes_social.platforms._graph_answers import as_dict, dicts
from prokes_social.platforms._graph_faults import ACCOUNT_CODES, Fault

#: A name that one post refuses may be wrong for that post only (a video among pictures); two make it dead.
REFUSALS = 2
#: "Please reduce the amount of data you're asking for" comes with it, and so do real outages.
_TOO_MUCH = 1


class Asked(Protocol):
    """What is needed of the way to the Graph API."""

    fault: Fault | None

    @abstractmethod
    def get(self, path: str, **fields: Any) -> Mapping[str, Any]: ...

    @abstractmethod
    def objects(self, ids: Sequence[str], **fields: Any) -> Mapping[str, Any]: ...


class Vocabulary(Protocol):
    """What a platform counts, and by which names."""

    insight_names: tuple[str, ...]
    counted_fields: tuple[str, ...]  #: of the post itself, told at once; the next is asked where one is refused

    @abstractmethod
    def numbers(self, fields: Mapping[str, Any], told_insights: Mapping[str, Any]) -> dict[Metric, int | None]: ...

    @abstractmethod
    def kinds(self, told_insights: Mapping[str, Any]) -> dict[Metric, Mapping[str, int]]: ...


@dataclass(kw_only=True)
class Reading:
    """One round of reading; what is learnt in it ends with it."""

    graph: Asked
    words: Vocabulary
    own_id: str
    at_once: int  #: posts a call
    taken_at: datetime
    withheld: str = ""  #: Meta's words, once it has said that this token may not read insights
    _refused: Counter[str] = field(default_factory=Counter)
    _fields: int = 0  #: which of the platform's `counted_fields` is understood
    _account_stands: bool = False

    def of(self, posts: Sequence[Post]) -> list[ReachSnapshot]:
        """Raises NotSent or Unauthorized where nothing at all could be read; else what could."""
        taken: list[ReachSnapshot] = []
        waiting, size = list(posts), self.at_once
        try:
            while waiting:
                told = self._together(waiting[:size]) if min(size, len(waiting)) > 1 else {}
                taken += told.values()
                waiting = [each for each in waiting if each.external_id not in told]
                if told:
                    size = min(size * 2, self.at_once)
                elif waiting:
                    taken += self._alone(waiting.pop(0))
                    size = max(size // 2, 1)
        except (NotSent, Unauthorized):
            if not taken:
                raise
        return taken

    # --- many ---

    def _together(self, posts: Sequence[Post]) -> dict[str, ReachSnapshot]:
        """Empty where the call as a whole is refused."""
        names = self._names()
        insights = f",insights.metric({','.join(names)})" if names else ""
        fields = f"id,{self.words.counted_fields[self._fields]}{insights}"
        try:
            answer = self.graph.objects([each.external_id for each in posts], fields=fields)
        except PlatformError as error:
            if not self._may_be_one_posts_fault(error):
                raise
            return {}
        told = {each.external_id: as_dict(answer.get(each.external_id)) for each in posts}
        return {external_id: self._snapshot(external_id, shown) for external_id, shown in told.items() if shown}

    def _may_be_one_posts_fault(self, error: PlatformError) -> bool:
        fault = self.graph.fault
        return fault is not None and (isinstance(error, Rejected) or fault.code in (*ACCOUNT_CODES, _TOO_MUCH))

    def _snapshot(self, external_id: str, shown: Mapping[str, Any]) -> ReachSnapshot:
        fields = {name: value for name, value in shown.items() if name != "insights"}
        return self._made(external_id, fields, values_of(as_dict(shown.get("insights"))))

    def _names(self) -> list[str]:
        return [] if self.withheld else [name for name in self.words.insight_names if self._refused[name] < REFUSALS]

    # --- one ---

    def _alone(self, post: Post) -> Iterator[ReachSnapshot]:
        """None where Meta refuses to speak of this post, for a reason of its own."""
        try:
            fields = self._counted(post)
            yield self._made(post.external_id, fields, self._insights(post, self._names()))
        except Rejected:
            if self.graph.fault and self.graph.fault.says_gone:
                self._prove_account()
                yield ReachSnapshot(
                    external_id=post.external_id,
                    taken_at=self.taken_at,
                    numbers=self.words.numbers({}, {}),
                    raw={},
                    missing=True,
                )

    def _counted(self, post: Post) -> Mapping[str, Any]:
        while True:
            try:
                return self.graph.get(post.external_id, fields=self.words.counted_fields[self._fields])
            except Rejected:
                fault, last = self.graph.fault, len(self.words.counted_fields) - 1
                if fault is None or fault.says_gone or self._fields == last:
                    raise
                self._fields += 1

    def _insights(self, post: Post, names: Sequence[str]) -> dict[str, Any]:
        """Values by metric. One name that Meta has dropped fails the whole call with #100: then each is asked alone."""
        if not names:
            return {}
        told = self._asked_for(post, names)
        if told is not None or self.withheld:
            return told or {}
        singly = {name: self._asked_for(post, [name]) for name in names}
        refused = [name for name, told in singly.items() if told is None]
        if len(refused) < len(names):  # else it is the post that has no insights, whatever the names
            self._refused.update(refused)
        return {name: value for told in singly.values() for name, value in (told or {}).items()}

    def _asked_for(self, post: Post, names: Sequence[str]) -> dict[str, Any] | None:
        """None where Meta objects to a name, or to telling this token any."""
        try:
            return values_of(self.graph.get(f"{post.external_id}/insights", metric=",".join(names)))
        except (Rejected, Unauthorized):
            fault = self.graph.fault
            if fault is None or fault.says_gone or fault.code not in (*ACCOUNT_CODES, 100):
                raise
        if fault.code == 100:
            return None
        self.withheld = "" if _too_few_viewers(fault) else fault.words
        return {}

    def _prove_account(self) -> None:
        """Meta says of posts that a token may no longer see that they don't exist: does it still see the account?"""
        if not self._account_stands:
            try:
                self.graph.get(self.own_id, fields="id")
            except Rejected as error:
                raise Unauthorized(error.message, hint=error.hint, account=error.account, said=error.said) from None
            self._account_stands = True

    def _made(self, external_id: str, fields: Mapping[str, Any], insights: Mapping[str, Any]) -> ReachSnapshot:
        return ReachSnapshot(
            external_id=external_id,
            taken_at=self.taken_at,
            numbers=self.words.numbers(fields, insights),
            kinds=self.words.kinds(insights),
            raw={"fields": fields, "insights": insights},
            withheld=self.withheld,
        )


def values_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The newest value of each metric in `data`."""
    values = {str(row.get("name")): dicts(row.get("values")) for row in dicts(answer.get("data"))}
    return {name: rows[-1].get("value") for name, rows in values.items() if rows}


def count(value: Any) -> int | None:
    """A number, or the sum of numbers by type; anything else is "not told"."""
    if isinstance(value, dict):
        parts = [counted(each) for each in value.values()]
        told = [each for each in parts if each is not None]
        return sum(told) if len(told) == len(parts) else None
    return counted(value)


def by_kind(value: Any) -> dict[str, int]:
    """Numbers by type, as far as they are numbers."""
    told = {str(kind): counted(each) for kind, each in as_dict(value).items()}
    return {kind: each for kind, each in told.items() if each is not None}


def _too_few_viewers(fault: Fault) -> bool:
    """#10 is also said of a post that too few people have seen; that is no right that was lost."""
    return fault.code == 10 and "viewers" in fault.words.lower()
