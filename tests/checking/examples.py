"""A rule's example, a part of a campaign file, in; a whole campaign, its plan or a card out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import yaml

from prokes_social import planning
from prokes_social.app.workspace import bundled
from prokes_social.checking import CheckContext, Rule, check_campaign, check_card, check_plan
from prokes_social.checking.rule import Silenced
from prokes_social.checking.texts import addresses
from prokes_social.loading.document import parse_document
from prokes_social.loading.templates import load_templates
from prokes_social.model.account import Account, Directory, Unit
from prokes_social.model.campaign import Campaign, Loaded
from prokes_social.model.card import Card, CardCode, CardRequest, CardText
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.plan import Plan, PlannedChange
from prokes_social.model.platform import Limits, Size
from prokes_social.problem import Problem

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
LIMITS = {
    "x": Limits(text_length=280),
    "facebook": Limits(text_length=5000, appends_link=True),
    "instagram": Limits(text_length=2200),
}
UNIT = Unit(id="diskominfo", name="Diskominfo", zone="WIB")
DIRECTORY = Directory(
    accounts=tuple(
        Account(
            id=number,
            name=name,
            platform=name.rpartition("-")[2],
            unit=UNIT,
            checked_at=NOW,
            blocked_at=NOW if name.startswith("lama-") else None,
            by_hand=name.startswith("manual-"),
        )
        for number, name in enumerate(
            ("humas-x", "dinkes-x", "humas-facebook", "humas-instagram", "lama-facebook", "setda-x", "manual-facebook"),
            1,
        )
    ),
    units=(UNIT,),
    platforms=tuple(LIMITS),
)
TEMPLATES = {name: each.value for name, each in load_templates([bundled("assets")]).items()}
CONTEXT = CheckContext(
    now=NOW,
    limits=LIMITS,
    directory=DIRECTORY,
    templates=TEMPLATES,
    brands=frozenset({"nusa-raya", "tanjung-asri"}),
    emblem_brands=frozenset({"berlambang"}),
    election=True,
    candidates=("Raden Surya Wicaksana",),
    x_budget={"humas-x": Decimal("0.30")},
)

_BASE = {
    "id": "id: contoh",
    "title": "title: Contoh",
    "purpose": "purpose: Contoh untuk pengujian",
    "owner": "owner: Diskominfo",
    "brand": "brand: nusa-raya",
    "starts_on": "starts_on: 2026-11-23",
    "ends_on": "ends_on: 2026-12-31",
    "sources": "sources:\n"
    '  - {id: kemenkes, title: Panduan, url: "https://kemkes.go.id/", checked_on: 2026-11-10, valid_until: 2027-11-30}',
    "messages": "messages:\n  - {id: pesan, text: Ayo cuci tangan sebelum makan., sources: [kemenkes]}",
}


def campaign_text(example: str) -> str:
    """The example on top of a sound campaign; `text: …` alone stands for a message's text."""
    if example.lstrip().startswith("text:"):
        example = f"messages:\n  - id: pesan\n    {example.strip()}\n    sources: [kemenkes]\n"
    own = set(yaml.load(example, yaml.BaseLoader) or ())
    return "\n".join([*(line for key, line in _BASE.items() if key not in own), example.strip(), ""])


def campaign(example: str) -> Loaded[Campaign]:
    return parse_document(campaign_text(example), Campaign, "contoh.yaml")


def plan(file: Loaded[Campaign], queue: tuple[Delivery, ...] = (), directory: Directory | None = None) -> Plan:
    customs = planning.Customs(zone="WIB", window=timedelta(hours=1), limits=LIMITS)
    wanted = planning.expand(file, directory or DIRECTORY, customs)
    return planning.compare(
        wanted, queue, card_digest=lambda request: "", shared_digest=lambda request: "", cost=_cost, now=NOW
    )


def published(change: PlannedChange, *, text: str = "", occurrence: str = "") -> Delivery:
    """The delivery a planned one becomes once it is public."""
    assert change.content and change.wanted
    return Delivery(
        id=1,
        key=replace(change.key, occurrence=occurrence or change.key.occurrence),
        account_id=change.wanted.account.id,
        platform=change.wanted.account.platform,
        sandbox=True,
        zone="WIB",
        content=replace(change.content, text=text or change.content.text),
        status=DeliveryStatus.PUBLISHED,
        next_at=NOW,
    )


def card(example: str) -> Card:
    """A card of so many `bytes`, with one `text` or one QR `code` on it, as its inspection would have found them."""
    said = yaml.safe_load(example)
    code = said.get("code", {})
    request = CardRequest(
        template="announcement", brand="nusa-raya", size=Size(1080, 1350), slots={}, alt_text="", link=code.get("link")
    )
    return Card(
        request=request,
        content_digest="",
        file_digest="",
        media_type="image/jpeg",
        data=bytes(said.get("bytes", 0)),
        texts=(_text(**said["text"]),) if "text" in said else (),
        codes=(CardCode(wanted=code["link"], read=code["read"]),) if code else (),
        safe=(72, 56, 1008, 1314),
    )


def _text(words: str, box: list[int] | None = None, size: int = 40, **measured: float) -> CardText:
    left, top, right, bottom = box or (72, 100, 700, 140)
    return CardText(slot=None, words=words, box=(left, top, right, bottom), size=size, **measured)  # type: ignore[arg-type]


def judge(rule: Rule, example: str, context: CheckContext = CONTEXT) -> list[Problem]:
    """What this rule alone finds in an example."""
    if rule.looks_at is Card:
        found = check_card(card(example), campaign(""), ("messages", 0), context)
    else:
        file = campaign(example)
        looks_at_file = rule.looks_at in (Campaign, Silenced)
        nobody = replace(context, unattended=frozenset({"manual-facebook"}))
        found = check_campaign(file, context) if looks_at_file else check_plan(plan(file), nobody)
    return [problem for problem in found if problem.code == rule.code]


def _cost(platform: str, text: str) -> Decimal:
    if platform != "x":
        return Decimal(0)
    return Decimal("0.20") if addresses(text) else Decimal("0.015")
