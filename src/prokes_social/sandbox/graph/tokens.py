"""Who is calling Meta: a request in, the account whose token it is out; expiry and appsecret_proof are checked."""

import hashlib
import hmac
from typing import Any

from prokes_social.sandbox.accounts import APP_ID, APP_SECRET, GraphAccount, InstagramUser, Page
from prokes_social.sandbox.calls import Answer, Incoming, Refused
from prokes_social.sandbox.graph import errors
from prokes_social.sandbox.graph.parameters import DEBUG_TOKEN, checked, required
from prokes_social.sandbox.world import World

SCOPES = {
    "facebook": ["pages_show_list", "pages_read_engagement", "pages_manage_posts", "read_insights", "public_profile"],
    "instagram": ["instagram_basic", "instagram_content_publish", "instagram_manage_insights", "public_profile"],
}

#: Every right that the dialog may be asked for.
ALL_SCOPES = frozenset(each for scopes in SCOPES.values() for each in scopes)


def token_of(incoming: Incoming) -> str:
    """From the Authorization header, the query or the form."""
    scheme, _, rest = incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "oauth") and rest:
        return rest.strip()
    given = [value for name, value in (*incoming.query, *incoming.form) if name == "access_token"]
    return given[0] if given else ""


def caller(world: World, incoming: Incoming) -> GraphAccount:
    """Raises Refused: 104 no token, 190 no good token, 100 no good proof."""
    token = token_of(incoming)
    if not token:
        raise Refused(errors.error("An access token is required to request this resource.", code=104))
    account = holder(world, token)
    if account is None:
        raise Refused(errors.error("Invalid OAuth access token - Cannot parse access token", code=190))
    _check_alive(world, account)
    if world.settings.appsecret_proof_required:
        _check_proof(account, token, incoming)
    return account


def holder(world: World, token: str) -> GraphAccount | None:
    """Whose token it is: one an account was made with, or one that came of a consent."""
    accounts = world.directory.graph_accounts()
    known = next((account for account in accounts if account.access_token == token), None)
    return known or world.graph_grants.page_of(token, [each for each in accounts if isinstance(each, Page)])


def may_act_for(caller: GraphAccount, target: GraphAccount) -> bool:
    """An account acts for itself, a Page also for the Instagram account that is linked to it."""
    if (caller.platform, caller.id) == (target.platform, target.id):
        return True
    return isinstance(caller, Page) and isinstance(target, InstagramUser) and caller.instagram_id == target.id


def debug_token(world: World, incoming: Incoming) -> Answer:
    """GET /debug_token, with an app token (`id|secret`) or a living token of the same app. Raises Refused."""
    values = checked(incoming, DEBUG_TOKEN)
    if token_of(incoming) != f"{APP_ID}|{APP_SECRET}":
        caller(world, incoming)
    account = holder(world, required(values, "input_token"))
    return Answer(body={"data": _description(world, account)})


def _description(world: World, account: GraphAccount | None) -> dict[str, Any]:
    if account is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"error": error, "is_valid": False, "scopes": []}
    common = {
        "app_id": account.app_id,
        "type": "PAGE" if isinstance(account, Page) else "USER",
        "application": "prokes-social sandbox",
        "data_access_expires_at": account.expires_at,
        "expires_at": account.expires_at,
        "profile_id": account.id,
        "user_id": account.id,
        "scopes": [each for each in SCOPES[account.platform] if account.insights or "insights" not in each],
    }
    if _is_alive(world, account):
        return {**common, "is_valid": True}
    error = {"code": 190, "message": "Error validating access token: The session is invalid.", "subcode": 463}
    return {**common, "error": error, "is_valid": False}


def _is_alive(world: World, account: GraphAccount) -> bool:
    return not account.revoked and (account.expires_at == 0 or world.now() < account.expires_at)


def _check_alive(world: World, account: GraphAccount) -> None:
    if account.revoked:
        message = (
            "Error validating access token: The session has been invalidated because the user changed their password."
        )
        raise Refused(errors.error(message, code=190, subcode=460, status=401))
    if not _is_alive(world, account):
        raise Refused(errors.token_expired(account.expires_at))


def _check_proof(account: GraphAccount, token: str, incoming: Incoming) -> None:
    if account.app_secret:
        check_app_proof(token, incoming, account.app_secret)


def check_app_proof(token: str, incoming: Incoming, app_secret: str = APP_SECRET) -> None:
    given = [value for name, value in (*incoming.query, *incoming.form) if name == "appsecret_proof"]
    expected = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if not given:
        message = "API calls from the server require an appsecret_proof argument"
    elif given[0] != expected:
        message = "Invalid appsecret_proof provided in the API argument"
    else:
        return
    raise Refused(errors.error(message, code=100, kind="GraphMethodException"))
