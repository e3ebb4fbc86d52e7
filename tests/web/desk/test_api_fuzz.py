"""The API's own document in, requests that keep to it and that do not out: nothing breaks, answers are as promised."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.schemas import OpenApiSchema

from prokes_social.app import App, workspace
from prokes_social.model.account import AccountKind, Unit
from prokes_social.model.token import Scope
from prokes_social.model.user import Role
from prokes_social.settings import load_settings
from prokes_social.store import accounts
from prokes_social.web import api
from prokes_social.web.api._limit import Limit
from tests.conftest import SetClock
from tests.web.desk.test_api import CAMPAIGN

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, str]]:
    from datetime import UTC, datetime

    clock = SetClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    home: Path = tmp_path_factory.mktemp("api") / "kantor"
    workspace.make(home, {}, clock)
    app = App(load_settings({"PROKES_HOME": str(home)}), clock)
    with app.store.write() as tx:
        accounts.put_unit(tx, Unit(id="dinkes", name="Dinas Kesehatan", zone="WIB"))
        accounts.add(tx, name="a", platform="facebook", unit_id="dinkes", kind=AccountKind.OFFICIAL, sandbox=True)
    day = clock.now().date() + timedelta(days=2)
    (home / "campaigns" / "uji.yaml").write_text(CAMPAIGN.format(day=day, last=day + timedelta(days=20)))
    app.campaigns.schedule(home / "campaigns" / "uji.yaml", by="lain")
    user, _password = app.users.add("mesin", list(Role), by="command")
    _token, secret = app.tokens.make("mesin", list(Scope), user=user, by="command")
    yield app, secret.reveal()
    app.close()


@pytest.fixture(scope="module")
def document(words: tuple[App, str]) -> OpenApiSchema:
    service = api.build(words[0], Limit(per_minute=10_000_000))
    return schemathesis.openapi.from_asgi("/openapi.json", service)


#: Method and path of everything in the document; a test keeps it whole.
ASKED = [
    "GET /campaigns", "GET /campaigns/{campaign}", "POST /campaigns/{campaign}/plan",
    "POST /campaigns/{campaign}/apply",
    "POST /campaigns/{campaign}/approve", "GET /deliveries", "GET /deliveries/{delivery}", "GET /reach/{campaign}",
    "POST /stop", "POST /resume",
]  # fmt: skip


def operations(document: OpenApiSchema) -> dict[str, APIOperation]:
    return {each.ok().label: each.ok() for each in document.get_all_operations()}


def test_every_address_of_the_document_is_asked(document: OpenApiSchema) -> None:
    assert sorted(operations(document)) == sorted(ASKED)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", ASKED)
def test_no_request_breaks_the_api_and_every_answer_is_one_that_it_promises(
    document: OpenApiSchema, words: tuple[App, str], label: str, mode: GenerationMode
) -> None:
    asked = operations(document)[label]

    @given(case=asked.as_strategy(generation_mode=mode))
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def ask(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {words[1]}"})
        assert answer.status_code < 500

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("nothing about this address can be wrong")
