"""Publishers that do wrong on purpose; a drill that does not convict them proves nothing."""

from dataclasses import dataclass

from prokes_social.drill.publisher import WatchedPublisher
from prokes_social.errors import OutcomeUnknown
from prokes_social.model.delivery import Claim, DeliveryStatus
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.publishing import Point


@dataclass(frozen=True, kw_only=True)
class SendsAgain(WatchedPublisher):
    """Takes an answer that was lost for a post that was not made, as schedulers do."""

    def _doubt(self, claim: Claim, error: OutcomeUnknown) -> DeliveryStatus:
        return self._release(claim, self.clock.now(), error.message)


@dataclass(frozen=True, kw_only=True)
class CallsBeforeTheIntent(WatchedPublisher):
    """Writes down that it calls once it has called."""

    def _send(self, claim: Claim, submission: Submission, prepared: Prepared, connection: Connection) -> DeliveryStatus:
        try:
            post = self.platforms[claim.delivery.platform].publish(submission, prepared, connection)
        except OutcomeUnknown:
            return super()._send(claim, submission, prepared, connection)
        self.at(Point.SENT)
        self._commit_intent(claim, prepared)
        return self.record(claim, post, found_by="answer")


@dataclass(frozen=True, kw_only=True)
class SaysItPublished(WatchedPublisher):
    """Writes a post down that nobody made."""

    def _call(self, claim: Claim, submission: Submission, prepared: Prepared, connection: Connection) -> DeliveryStatus:
        post = Post(external_id=f"made-up-{claim.delivery.id}", permalink="", published_at=self.clock.now())
        return self.record(claim, post, found_by="answer")
