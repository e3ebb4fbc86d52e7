"""Coming in and going out: login, second factor, one's own password and language."""

from fastapi import Response

from prokes_social.admitting import Admitted, Refusal
from prokes_social.errors import SettingsError
from prokes_social.i18n import LANGUAGES, _, speaking
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit, is_private, local, with_cookie, without_cookie

area = Area(topic="how-to/work-at-the-desk")


@area.get("/login", None)
def login(visit: Visit) -> Response:
    if visit.session and visit.session.is_whole:
        return visit.go(local(visit.asked("next", "/")))
    return _login(visit)


@area.post("/login", None)
def enter(visit: Visit) -> Response:
    if not is_private(visit.request):
        return _login(
            visit, 403, _("The address must begin with https:// here, or the password could be read on the way.")
        )
    found = visit.app.users.admission.knock(
        visit.form.get("name", ""), visit.form.get("password", ""), address=visit.address
    )
    if isinstance(found, Refusal):
        return _login(visit, 429 if found is Refusal.LOCKED else 401, _why(found))
    onward = local(visit.form.get("next", "/"))
    return _in(visit, found, onward if found.is_whole else "/login/code?next=" + onward)


@area.get("/login/code", Right.SEE, half=True)
def code(visit: Visit) -> Response:
    return _code(visit)


@area.post("/login/code", Right.SEE, half=True)
def prove(visit: Visit) -> Response:
    assert visit.session is not None  # noqa: S101 - the page has a right
    given, onward = visit.form.get("code", ""), local(visit.form.get("next", "/"))
    if visit.session.is_whole:
        return visit.go(onward)
    if not visit.user.has_code:
        made = visit.app.users.admission.set_up(visit.session, given)
        return _in(visit, made, onward) if made else _code(visit, 401, _why(Refusal.WRONG))
    found = visit.app.users.admission.prove(visit.session, given, address=visit.address)
    if isinstance(found, Refusal):
        return _code(visit, 429 if found is Refusal.LOCKED else 401, _why(found))
    return _in(visit, found, onward)


@area.get("/login/code.png", Right.SEE, half=True)
def picture(visit: Visit) -> Response:
    """The seed of a second factor that is not set up yet, for the phone's camera."""
    from prokes_social.rendering.codes import code_png

    if visit.session is None or visit.user.has_code:
        return visit.missing()
    admission = visit.app.users.admission
    address = admission.address_of(admission.seed(visit.session), visit.user)
    return visit.send(code_png(address.reveal()), "image/png", caching="no-store")


@area.post("/logout", Right.SEE, half=True)
def leave(visit: Visit) -> Response:
    if visit.session:
        visit.app.users.admission.leave(visit.session)
    return without_cookie(visit.go("/login"), visit.request)


# --- oneself ---


@area.get("/me", Right.SEE)
def me(visit: Visit) -> Response:
    return visit.show("me.html.j2", languages=LANGUAGES)


@area.post("/me/language", Right.SEE)
def speak(visit: Visit) -> Response:
    wanted = visit.form.get("language", "")
    visit.app.users.speak(visit.user, wanted)
    with speaking(wanted if wanted in LANGUAGES else visit.user.language):
        return visit.go("/me", ok=_("Your pages speak this language from now on."))


@area.get("/me/password", Right.SEE, half=True)
def password(visit: Visit) -> Response:
    return visit.show("password.html.j2", wrong="")


@area.post("/me/password", Right.SEE, half=True)
def change_password(visit: Visit) -> Response:
    assert visit.session is not None  # noqa: S101 - the page has a right
    if not visit.session.is_whole:
        return visit.go("/login/code")
    new = visit.form.get("new", "")
    if new != visit.form.get("again", ""):
        return visit.show("password.html.j2", 422, wrong=_("The two new passwords differ."))
    try:
        changed = visit.app.users.admission.change_password(visit.session, visit.form.get("old", ""), new)
    except SettingsError as error:
        return visit.show("password.html.j2", 422, wrong=f"{error.message} {error.hint}")
    if not changed:
        return visit.show("password.html.j2", 422, wrong=_("The old password is not right."))
    return visit.go("/", ok=_("Your password is changed; other browsers were logged out."))


def _login(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    onward = local(visit.form.get("next", "") or visit.asked("next", "/"))
    return visit.show("login.html.j2", status, wrong=wrong, next=onward, name=visit.form.get("name", "")[:80])


def _code(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    assert visit.session is not None  # noqa: S101 - the page has a right
    onward = local(visit.form.get("next", "") or visit.asked("next", "/"))
    seed = "" if visit.user.has_code else visit.app.users.admission.seed(visit.session).reveal()
    groups = " ".join(seed[start : start + 4] for start in range(0, len(seed), 4))
    return visit.show("code.html.j2", status, wrong=wrong, next=onward, seed=groups)


def _in(visit: Visit, admitted: Admitted, onward: str) -> Response:
    return with_cookie(visit.go(onward), visit.request, admitted.token)


def _why(refusal: Refusal) -> str:
    if refusal is Refusal.LOCKED:
        return _("Too many tries. Wait a quarter of an hour, or ask whoever looks after the users of your office.")
    return _("That is not right. Please try again.")
