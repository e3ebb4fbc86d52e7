"""Accounts of the office: added, connected by consent or by pasted tokens, disconnected, handed over.

What is pasted goes into the seal and nowhere else: no page, notice or log ever says it again.
"""

from fastapi import Response

from prokes_social.errors import PlatformError, SettingsError
from prokes_social.i18n import _
from prokes_social.model.account import Account, AccountKind
from prokes_social.model.staff import StaffMember
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk._words import plain

area = Area(topic="how-to/connect-accounts")
BACK = "/accounts/back"
#: Longer than any token of theirs.
LONGEST = 4000
#: Of an account's number at a platform.
LONGEST_NUMBER = 40


@area.get("/accounts", Right.SEE)
def listing(visit: Visit) -> Response:
    accounts = [each for each in visit.app.accounts.official() if visit.sees(each.unit.id)]
    return visit.show(
        "accounts.html.j2", accounts=accounts, connected=visit.app.accounts.connected(),
        unattended=visit.app.accounts.unattended(), budget=visit.app.accounts.budget_lately(),
        platforms=visit.app.platforms, now=visit.app.clock.now(),
    )  # fmt: skip


@area.get(BACK, Right.MANAGE)
def come_back(visit: Visit) -> Response:
    """From the platform's page of consent; bound to the session that went there, and good for once."""
    assert visit.session is not None  # noqa: S101 - the page has a right
    back = visit.app.accounts.granting.back(visit.asked("state"), session=visit.session.id)
    if back is None:
        return visit.notice(
            409, _("This way back is not valid any more"), _("Nothing was connected."),
            hint=_("Open the account's page and connect it once more."),
        )  # fmt: skip
    account, row = back
    there = f"/accounts/{account.name}"
    if not visit.sees(account.unit.id):
        return visit.missing()
    if not visit.asked("code"):
        return visit.go(there, mind=_("Nothing was connected: the platform's page was left without a yes."))
    try:
        identity = visit.app.accounts.granting.finish(account, row, visit.asked("code"))
    except (PlatformError, SettingsError) as error:
        return visit.go(there, mind=plain(error))
    _note(visit, "account.connect", account)
    return visit.go(there, ok=_("Connected as {handle}.", handle=identity.handle))


# --- a new one ---


@area.get("/accounts/new", Right.MANAGE)
def new(visit: Visit) -> Response:
    return _new(visit)


@area.post("/accounts/new", Right.MANAGE)
def add(visit: Visit) -> Response:
    """By API it is not connected yet: that is done on its own page, where this leads."""
    wrong = _wrong_with(visit)
    owner = _named(visit, "owner", wrong) if _by_hand(visit) else None
    deputy = _named(visit, "deputy", wrong) if _by_hand(visit) and visit.form.get("deputy", "").strip() else None
    if owner and deputy and owner.id == deputy.id:
        wrong["deputy"] = _("The deputy must be somebody else than the owner.")
    if wrong:
        return _new(visit, 422, wrong=wrong)
    try:
        account = _added(visit, owner, deputy)
    except SettingsError as error:
        return _new(visit, 422, wrong={"name": plain(error)})
    visit.app.audit.note(
        who=visit.who, act="account.add", subject=f"account:{account.id}", after=f"unit:{account.unit.id}"
    )
    said = _("“{name}” is added. What is due is offered to its owner.") if account.by_hand else _(
        "“{name}” is added. Now connect it; until then, what is due waits."
    )  # fmt: skip
    return visit.go(f"/accounts/{account.name}", ok=said.format(name=account.name))


def _wrong_with(visit: Visit) -> dict[str, str]:
    choices = {"platform": visit.app.platforms, "unit": visit.unit_names, "way": ("api", "hand")}
    wrong = {
        field: _("Choose one from the list.") for field, known in choices.items() if visit.form.get(field) not in known
    }
    name = visit.form.get("name", "").strip()
    try:
        visit.app.accounts.require_usable(name)
    except SettingsError as error:
        wrong["name"] = plain(error) if name else _("Please fill this in.")
    return wrong


def _by_hand(visit: Visit) -> bool:
    return visit.form.get("way") == "hand"


def _added(visit: Visit, owner: StaffMember | None, deputy: StaffMember | None) -> Account:
    name = visit.form["name"].strip()
    said = {"platform": visit.form["platform"], "unit": visit.form["unit"]}
    if owner is None:
        return visit.app.accounts.add(name, credentials=None, **said)
    return visit.app.accounts.add_by_hand(
        name, owner=str(owner.id), deputy=str(deputy.id) if deputy else None, **said
    )  # fmt: skip


def _named(visit: Visit, field: str, wrong: dict[str, str]) -> StaffMember | None:
    """Whom a field names; else says what is wrong with it."""
    who = visit.form.get(field, "").strip()[:200]
    if not who:
        wrong[field] = _("Please fill this in.")
        return None
    try:
        return _colleague(visit, who)
    except SettingsError as error:
        wrong[field] = plain(error)
        return None


def _colleague(visit: Visit, who: str) -> StaffMember:
    """Whoever is bound to a unit learns nothing of others, not even by what went wrong. Raises SettingsError."""
    nobody = SettingsError(
        _("There is nobody “{who}” in the directory of your units.", who=who[:80]),
        hint=_("Write the whole name as it stands there, or the number of their page."),
    )
    try:
        member = visit.app.accounts.colleague(who)
    except SettingsError:
        if visit.units is not None:
            raise nobody from None
        raise
    if not visit.sees(member.unit.id):
        raise nobody
    return member


def _new(visit: Visit, status: int = 200, *, wrong: dict[str, str] | None = None) -> Response:
    return visit.show(
        "account_new.html.j2", status, wrong=wrong or {}, typed=visit.form,
        platforms=[(name, each.label) for name, each in visit.app.platforms.items()], units=[*visit.unit_names.items()],
    )  # fmt: skip


# --- one ---


@area.get("/accounts/{name}", Right.SEE)
def one(visit: Visit) -> Response:
    account = _found(visit)
    return _page(visit, account) if account else visit.missing()


@area.post("/accounts/{name}/check", Right.MANAGE)
def check(visit: Visit) -> Response:
    account = _found(visit)
    if account is None or account.by_hand:
        return visit.missing()
    there = f"/accounts/{account.name}"
    if not visit.app.accounts.fields(account):
        return visit.go(there, mind=_("It is not connected: there is nothing to ask the platform with."))
    try:
        identity = visit.app.accounts.check(account.name)
    except (PlatformError, SettingsError) as error:
        return visit.go(there, mind=plain(error))
    _note(visit, "account.check", account)
    return visit.go(there, ok=_("The platform knows it as {handle}.", handle=identity.handle))


@area.post("/accounts/{name}/connect", Right.MANAGE)
def connect(visit: Visit) -> Response:
    account = _found(visit)
    if account is None or account.by_hand:
        return visit.missing()
    names = [field.name for field in visit.app.platforms[account.platform].credential_fields]
    given = {name: visit.form.get(name, "").strip() for name in names}
    if any(len(value) > LONGEST or not value.isprintable() for value in given.values()):
        return _page(visit, account, 422, wrong=_("A value is too long, or has letters that no token has."))
    try:
        visit.app.connector.connect(account, {name: value for name, value in given.items() if value})
    except SettingsError:
        return _page(visit, account, 422, wrong=_("Some values are missing."), given=given)
    _note(visit, "account.connect", account)
    try:
        identity = visit.app.accounts.check(account.name)
    except (PlatformError, SettingsError) as error:
        return visit.go(f"/accounts/{account.name}", mind=plain(error))
    return visit.go(f"/accounts/{account.name}", ok=_("Connected as {handle}.", handle=identity.handle))


@area.post("/accounts/{name}/connect/begin", Right.MANAGE)
def begin(visit: Visit) -> Response:
    """A page instead of a redirect: our policy lets forms go to our own pages alone."""
    assert visit.session is not None  # noqa: S101 - the page has a right
    account, base = _found(visit), visit.app.settings.public_url
    if account is None or account.by_hand:
        return visit.missing()
    meant = visit.form.get("meant", "").strip()
    if meant and not (meant.isascii() and meant.isdecimal() and len(meant) <= LONGEST_NUMBER):
        return _page(visit, account, 422, not_a_number=True)
    address = base and visit.app.accounts.granting.begin(
        account, session=visit.session.id, redirect_url=f"{base}{BACK}", meant=meant
    )
    if not address:
        return visit.go(f"/accounts/{account.name}", mind=_("This way of connecting is not set up here."))
    return visit.show(
        "account_leaving.html.j2", account=account, address=address, platform=visit.app.platforms[account.platform]
    )


@area.post("/accounts/{name}/disconnect", Right.MANAGE)
def disconnect(visit: Visit) -> Response:
    account = _found(visit)
    if account is None or account.by_hand:
        return visit.missing()
    if visit.form.get("sure") != "yes":
        return _page(visit, account, 422, unsure=True)
    visit.app.accounts.disconnect(account.name)
    _note(visit, "account.disconnect", account)
    return visit.go(f"/accounts/{account.name}", ok=_("Disconnected: its credentials are gone, and what is due waits."))


@area.post("/accounts/{name}/hand-over", Right.MANAGE)
def hand_over(visit: Visit) -> Response:
    account = _found(visit)
    if account is None or not account.by_hand:
        return visit.missing()
    owner, deputy = (visit.form.get(name, "").strip()[:200] for name in ("owner", "deputy"))
    try:
        changed = visit.app.accounts.hand_over(
            account.name, owner=str(_colleague(visit, owner).id),
            deputy=str(_colleague(visit, deputy).id) if deputy else None,
        )  # fmt: skip
    except SettingsError as error:
        return _page(visit, account, 422, wrong=plain(error))
    visit.app.audit.note(
        who=visit.who, act="account.hand-over", subject=f"account:{account.id}", before=f"person:{account.owner_id}",
        after=f"person:{changed.owner_id}",
    )  # fmt: skip
    return visit.go(f"/accounts/{account.name}", ok=_("Whoever posts by hand is asked on their own page from now on."))


def _page(
    visit: Visit, account: Account, status: int = 200, *, wrong: str = "", given: dict[str, str] | None = None,
    unsure: bool = False, not_a_number: bool = False,
) -> Response:  # fmt: skip
    """`given` tells which fields were filled; what was in them never comes back."""
    platform, base = visit.app.platforms[account.platform], visit.app.settings.public_url
    may_grant = not account.by_hand and bool(base) and platform.consent(f"{base}{BACK}", "-") is not None
    missing = [each.name for each in platform.credential_fields if given and each.required and not given[each.name]]
    return visit.show(
        "account.html.j2", status, account=account, platform=platform, held=visit.app.accounts.fields(account),
        owners=visit.app.accounts.owners(account), budget=visit.app.accounts.budget_lately().get(account.name),
        unattended=account.name in visit.app.accounts.unattended(), now=visit.app.clock.now(), may_grant=may_grant,
        wrong=wrong, missing=missing, unsure=unsure, not_a_number=not_a_number,
        meant=visit.form.get("meant", "")[:LONGEST_NUMBER], owner=visit.form.get("owner", "")[:200],
        deputy=visit.form.get("deputy", "")[:200],
    )  # fmt: skip


def _found(visit: Visit) -> Account | None:
    """One of the office that this user sees; what staff connect for themselves is theirs."""
    wanted = visit.path["name"]
    try:
        account = visit.app.connector.named(wanted)
    except SettingsError:
        return None
    return account if account.kind is AccountKind.OFFICIAL and visit.sees(account.unit.id) else None


def _note(visit: Visit, act: str, account: Account) -> None:
    visit.app.audit.note(who=visit.who, act=act, subject=f"account:{account.id}")
