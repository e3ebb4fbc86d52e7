"""What the API answers with, field by field."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from prokes_social.model.delivery import Delivery, DeliveryStatus, Outcome
from prokes_social.problem import Problem


class Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FieldSaid(Said):
    at: str = Field(description="where in the request")
    what: str


class ProblemSaid(Said):
    """One thing to put right in a campaign file."""

    code: str
    severity: str = Field(description="error or warning")
    file: str | None = None
    line: int | None = None
    column: int | None = None
    what: str
    remedy: str

    @classmethod
    def of(cls, problem: Problem) -> "ProblemSaid":
        return cls.model_validate(problem.as_json())


class ErrorSaid(Said):
    code: str = Field(description="for programs; never changes with the language")
    message: str
    hint: str = Field(description="what to do next")
    fields: list[FieldSaid] | None = None
    problems: list[ProblemSaid] | None = None


class ErrorAnswer(Said):
    error: ErrorSaid


class AttemptSaid(Said):
    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    said: str = Field(description="the platform's own words")
    cost_usd: float


class DeliverySaid(Said):
    """One message to one account at one time."""

    id: int
    campaign: str
    message: str
    account: str
    platform: str
    occurrence: str = Field(description="the send's id and its nominal date")
    sandbox: bool = Field(description="no real account: nothing of it is public")
    status: DeliveryStatus
    status_label: str
    reason: str = Field(description="why it is failed, missed, held or back to waiting")
    due_at: datetime
    not_after: datetime
    zone: str = Field(description="in which people read its time: WIB, WITA or WIT")
    digest: str = Field(description="of everything that people approve of it")
    cost_usd: float
    attempts: int
    external_id: str | None
    permalink: str | None
    published_at: datetime | None

    @classmethod
    def of(cls, row: Delivery) -> "DeliverySaid":
        return cls(**_delivery(row))


class DeliveryInFull(DeliverySaid):
    text: str
    alt_text: str
    link: str | None
    tries: list[AttemptSaid]

    @classmethod
    def with_tries(cls, row: Delivery, tries: list[AttemptSaid]) -> "DeliveryInFull":
        content = row.content
        return cls(**_delivery(row), text=content.text, alt_text=content.alt_text, link=content.link, tries=tries)


class DeliveriesPage(Said):
    deliveries: list[DeliverySaid]
    next: str | None = Field(description="the cursor of the page that follows; null on the last")


class CampaignSaid(Said):
    id: str
    title: str
    file: str | None = Field(description="in the workspace; null where only the queue knows it")
    file_digest: str | None
    starts_on: str | None
    ends_on: str | None


class CampaignsAnswer(Said):
    campaigns: list[CampaignSaid]


class QueuedVersion(Said):
    file_digest: str
    by: str
    at: datetime


class CampaignInFull(CampaignSaid):
    queued_from: QueuedVersion | None = Field(description="the text that the queue was made from")
    is_applied: bool = Field(description="the file says what the queue was made from")
    deliveries: dict[DeliveryStatus, int] = Field(description="how many there are in each status")


class ChangeSaid(Said):
    change: str = Field(description="add, change, cancel, keep, or refuse: it is out already")
    message: str
    account: str
    platform: str
    occurrence: str
    sandbox: bool
    delivery: int | None = Field(description="the delivery that is there already")
    due_at: datetime | None
    cost_usd: float
    reason: str


class WaveChangeSaid(Said):
    change: str
    message: str
    audience: str
    occurrence: str
    opens_at: datetime | None
    reason: str


class PlanAnswer(Said):
    """What applying the file would change in the queue."""

    campaign: str
    file_digest: str
    changes_anything: bool
    changes: list[ChangeSaid]
    waves: list[WaveChangeSaid]
    cost_usd: float = Field(description="of what would be added or changed")
    warnings: list[ProblemSaid]


class AppliedAnswer(PlanAnswer):
    applied: bool = True
    scheduled: int = Field(description="deliveries that are approved, and wait for their time now")


class ApprovedAnswer(Said):
    campaign: str
    file_digest: str
    scheduled: int = Field(description="deliveries that wait for their time now")


class StoppedAnswer(Said):
    stopped: bool
    newly: bool = Field(description="false where it was stopped already")
    in_flight: list[int] = Field(description="deliveries that can no longer be called back")


class ResumedAnswer(Said):
    stopped: bool
    sent_late: int
    dropped: int


class FigureSaid(Said):
    value: int | None = Field(description="null: not told")
    known: str = Field(description="measured, estimated, self-reported or unknown")


class SumSaid(Said):
    """What some deliveries come to together. Reach is never added up: one person may have seen two posts."""

    key: str
    label: str
    platform: str | None
    deliveries: int
    published: int
    confirmed_by_a_person: int
    on_time: int
    posts_read: int
    newest_reading_at: datetime | None
    figures: dict[str, FigureSaid]
    interactions: FigureSaid
    reach_of_one_post: list[int] | None = Field(description="lowest and highest of a single post")


class ReachAnswer(Said):
    campaign: str
    title: str
    starts_on: date | None
    ends_on: date | None
    made_at: datetime
    sandbox: bool = Field(description="at least one account is no real one")
    only_sandbox: bool
    notes: list[str] = Field(description="what to know before trusting the figures")
    total: SumSaid
    by_platform: list[SumSaid]
    by_account: list[SumSaid]
    by_unit: list[SumSaid]
    by_message: list[SumSaid]


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id, "campaign": row.key.campaign, "message": row.key.message, "account": row.key.account,
        "platform": row.platform, "occurrence": row.key.occurrence, "sandbox": row.sandbox, "status": row.status,
        "status_label": str(row.status.label), "reason": row.reason, "due_at": row.content.due_at,
        "not_after": row.content.not_after, "zone": row.zone, "digest": row.content.digest, "cost_usd": float(row.cost),
        "attempts": row.attempts, "external_id": row.post.external_id if row.post else None,
        "permalink": row.post.permalink if row.post else None,
        "published_at": row.post.published_at if row.post else None,
    }  # fmt: skip
