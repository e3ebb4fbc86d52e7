"""A personal link in, its owner's phone page out: what they may share, and one tap for everything they can say.

Reading never writes anything down, so that previews and scanners that open the link change nothing. Every tap is a
POST that may be repeated, and leads back to the page; without JavaScript the page does all that a browser can do.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from prokes_social.app import App
from prokes_social.app.pages import environment
from prokes_social.app.sharing import Invitation, PersonalPage
from prokes_social.errors import CardError, StoreError
from prokes_social.i18n import LANGUAGES, _, language, speaking
from prokes_social.model.platform import Size
from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Step
from prokes_social.sharing.places import WAYS, all_places
from prokes_social.sharing.visitors import why_not_counted
from prokes_social.store import accounts
from prokes_social.web import connect, public
from prokes_social.web._answers import READING, headers, is_ours, part, root
from prokes_social.web.proof import address_of_post
from prokes_social.web.staff_view import ShownInvitation, shown, words_chosen

#: Forms hold a caption and an address; more is nobody's tap.
MOST_BYTES = 32_768
MOST_WORDS = 2_000
STATIC = {
    "staff.css": "text/css; charset=utf-8",
    "staff.js": "text/javascript; charset=utf-8",
    "staff_twibbon.js": "text/javascript; charset=utf-8",
}
#: Browsers hold a form's answer to `form-action` too: a place may lead on to addresses of its own.
POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'self' https:; frame-ancestors 'none'"
)
_SHEET = WAYS["n"]
_log = logging.getLogger("prokes.web")


@dataclass(frozen=True)
class Said:
    """A form that came in; `fields` is None where it was too large to be one of ours."""

    fields: dict[str, str] | None = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return (self.fields or {}).get(name, "")


async def _read(request: Request) -> Said:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return Said(None)
    try:
        return Said(dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)))
    except ValueError:
        return Said(None)


Form = Annotated[Said, Depends(_read)]


def build_phone(app: App) -> FastAPI:
    """The phone page alone, as an ASGI application that may be mounted under a path of its own."""
    service = FastAPI(title="prokes phone page", docs_url=None, redoc_url=None, openapi_url=None)
    service.include_router(connect.routes(app))  # first: its addresses are more exact
    service.include_router(public.routes(app))  # what people share leads there
    service.include_router(routes(app))
    return service


def routes(app: App) -> APIRouter:
    router = APIRouter()

    @router.api_route("/static/{name}", methods=READING)
    def static(name: str) -> Response:
        return _static(app, name)

    @router.api_route("/s/{link}", methods=READING)
    def page(link: str, request: Request) -> Response:
        return _opened(app, link, request, lambda desk: desk.today())

    @router.api_route("/s/{link}/twibbon", methods=READING)
    def twibbon(link: str, request: Request) -> Response:
        return _opened(app, link, request, lambda desk: desk.twibbon())

    @router.api_route("/s/{link}/{number}/{name}", methods=READING)
    def picture(link: str, number: str, name: str, request: Request) -> Response:
        return _opened(app, link, request, lambda desk: desk.picture(number, name))

    @router.post("/s/{link}/{what}")
    def answer(link: str, what: str, request: Request, said: Form) -> Response:
        return _opened(app, link, request, lambda desk: desk.answer(what, said), said)

    @router.post("/s/{link}/{number}/{what}")
    def act(link: str, number: str, what: str, request: Request, said: Form) -> Response:
        return _opened(app, link, request, lambda desk: desk.act(number, what, said), said)

    @router.api_route("/s/{rest:path}", methods=READING)
    def elsewhere(rest: str, request: Request) -> Response:
        """Where a tap's own address is opened again, by going back or by hand."""
        return _opened(app, rest.partition("/")[0], request, lambda desk: desk.back())

    @router.post("/s/{rest:path}")
    def nowhere(rest: str, request: Request) -> Response:
        return _opened(app, rest.partition("/")[0], request, lambda desk: desk.back())

    return router


def _opened(
    app: App, link: str, request: Request, work: "Callable[[Desk], Response]", said: Said | None = None
) -> Response:
    """In the language of the link's owner; whoever has no good link learns nothing at all."""
    with speaking(app.settings.language):
        try:
            page = app.sharing.page(link)
            if page is None:
                return _unknown(app, request)
            if request.method == "POST" and (
                not is_ours(request, app.settings.public_url) or (said and said.fields is None)
            ):
                return _refused(app, request)
            with speaking(page.member.languages[0]):
                return work(Desk(app=app, page=page, request=request))
        except StoreError as error:
            _log.error("phone page without database", extra={"reason": error.message})
            return _pause(app, request)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One person's page, at one request."""

    app: App
    page: PersonalPage
    request: Request

    # --- reading ---

    def today(self) -> Response:
        asked = self.request.query_params
        chosen = self._chosen(asked.get("a", ""))
        account = self._shown(chosen, wanted=asked.get("u", ""), whole=True) if chosen else None
        others = [self._shown(each) for each in self.page.invitations if each is not chosen]
        return _html(
            self.app, self.request, "staff.html.j2", 200, page=self.page, member=self.page.member, base=self._base,
            main=account, waiting=[each for each in others if not each.invitation.is_done],
            done=[each for each in others if each.invitation.is_done], message=self._message(account),
            typed=asked.get("p", "")[:500], purposes=Purpose, languages=_LANGUAGES, most_words=MOST_WORDS,
            x=self.app.personal_posts.own_x(self.page), visits=self.app.sharing.clicks(self.page.member),
        )  # fmt: skip

    def twibbon(self) -> Response:
        offered = [each for each in self.page.invitations if self.app.sharing.takes_photo(each)]
        wanted = self.request.query_params.get("a", "")
        chosen = next((each for each in offered if str(each.offer.id) == wanted), next(iter(offered), None))
        if chosen is None:
            return self.back()
        return _html(
            self.app, self.request, "staff_twibbon.html.j2", 200, base=self._base, main=self._shown(chosen, whole=True)
        )

    def picture(self, number: str, name: str) -> Response:
        """`<size>.jpg` is the card, `<size>.webp` the frame around a photograph."""
        invitation = self._invitation(number)
        size, _dot, ending = name.partition(".")
        if invitation is None or ending not in ("jpg", "webp"):
            return self.back() if invitation else _unknown(self.app, self.request)
        wanted = next((each for each in invitation.wave.content.sizes if str(each) == size), None)
        if wanted is None:
            return _unknown(self.app, self.request)
        try:
            return self._card(invitation, wanted) if ending == "jpg" else self._frame(invitation, wanted)
        except CardError as error:
            _log.error("card not drawn", extra={"offer": invitation.offer.id, "reason": error.message})
            return self._no_picture()

    def _card(self, invitation: Invitation, size: Size) -> Response:
        data = self.app.sharing.card(invitation, size)
        if data is None:
            return self._no_picture()
        kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
        caching = _alone("private, max-age=86400")
        if "save" in self.request.query_params:
            name = f"kartu-{invitation.offer.id}-{size}.{kind.replace('jpeg', 'jpg')}"
            caching["Content-Disposition"] = f'attachment; filename="{name}"'
        return Response(data, media_type=f"image/{kind}", headers=caching)

    def _frame(self, invitation: Invitation, size: Size) -> Response:
        frame = self.app.sharing.frame(invitation, size)
        if frame is None:
            return self._no_picture()
        left, top, right, bottom = frame.hole
        caching = _alone("private, max-age=600") | {"X-Hole": f"{left} {top} {right} {bottom}"}
        return Response(frame.data, media_type="image/webp", headers=caching)

    def _no_picture(self) -> Response:
        return _notice(
            self.app, self.request, 410, _("This card is being put right"),
            _("Its look changed since it was approved. Please come back a little later."),
        )  # fmt: skip

    # --- taps ---

    def answer(self, what: str, said: Said) -> Response:
        """About the person as such."""
        if what == "consent":
            return self._consent(said["purpose"], said["given"])
        if what == "language" and said["language"] in LANGUAGES:
            self.app.sharing.speak(self.page, said["language"])
        return self.back()

    def _consent(self, purpose: str, given: str) -> Response:
        if purpose not in (Purpose.LINK, Purpose.PHOTO) or given not in ("yes", "no"):
            return self.back()
        self.app.sharing.answer(self.page, Purpose(purpose), given=given == "yes")
        return self.back(ok=f"{purpose}-{given}")

    def act(self, number: str, what: str, said: Said) -> Response:
        """About one invitation. One that closed meanwhile, or was taken back, leads to what there is now."""
        invitation = self._invitation(number)
        if invitation is None:
            return self.back(ok="closed")
        acts: Mapping[str, Callable[[Invitation, Said], Response]] = {
            "opened": self._open, "share": self._share, "said": self._say, "declined": self._decline,
            "undo": self._undo,
        }  # fmt: skip
        return acts[what](invitation, said) if what in acts else self.back()

    def _open(self, invitation: Invitation, _said: Said) -> Response:
        """From the script, once the page is on a screen; programs that run scripts are no readers."""
        agent = {"user-agent": self.request.headers.get("user-agent", "")}
        if why_not_counted("GET", agent) is None:
            self.app.sharing.note(invitation, Step.OPENED)
        return Response(status_code=204, headers=_alone("no-store"))

    def _share(self, invitation: Invitation, said: Said) -> Response:
        if invitation.wave.key.account:
            return self._open_app(invitation)
        words = words_chosen(invitation, said.fields or {})[:MOST_WORDS]
        place = next((each for each in all_places() if each.name == said["place"]), None)
        if place is None and said["place"] != _SHEET:
            return self.back(a=invitation.offer.id)
        self.app.sharing.note(invitation, Step.SHEET, place=said["place"])
        if place is None:
            return self.back(a=invitation.offer.id)
        address = place.address(words, f"{self._public_url}/k/{invitation.offer.code}-{place.tag}")
        return RedirectResponse(address, 303, _alone("no-store"))

    def _open_app(self, invitation: Invitation) -> Response:
        with self.app.store.read() as tx:
            account = accounts.by_name(tx, invitation.wave.key.account)
        if account is None:
            return self.back(a=invitation.offer.id)
        self.app.sharing.note(invitation, Step.SHEET, place=account.platform)
        # Phones hand these over to the app where there is one.
        return RedirectResponse(f"https://{account.platform}.com/", 303, _alone("no-store"))

    def _say(self, invitation: Invitation, said: Said) -> Response:
        typed = said["proof"].strip()
        proof = address_of_post(typed, urlsplit(self._public_url).hostname or "")
        if proof:
            self.app.sharing.note(invitation, Step.PROOF, proof=proof)
            return self.back(a=invitation.offer.id, ok="proof")
        self.app.sharing.note(invitation, Step.SAID)
        if typed:
            return self.back(a=invitation.offer.id, ok="address", p=typed[:500])
        return self.back(a=invitation.offer.id, ok="said")

    def _decline(self, invitation: Invitation, _said: Said) -> Response:
        self.app.sharing.note(invitation, Step.DECLINED)
        return self.back(a=invitation.offer.id, ok="declined")

    def _undo(self, invitation: Invitation, _said: Said) -> Response:
        self.app.sharing.take_back(invitation)
        return self.back(a=invitation.offer.id, ok="undone")

    def back(self, **more: object) -> Response:
        query = f"?{urlencode(more)}" if more else ""
        return RedirectResponse(f"{self._base}{query}", 303, _alone("no-store"))

    # --- what is shown ---

    def _invitation(self, number: str) -> Invitation | None:
        return (
            self.page.invitation(int(number)) if number.isascii() and number.isdecimal() and len(number) < 12 else None
        )

    def _chosen(self, number: str) -> Invitation | None:
        """The one that was asked for, else the newest that waits for an answer."""
        return self._invitation(number) or next((each for each in self.page.invitations if not each.is_done), None)

    def _shown(self, invitation: Invitation, *, wanted: str = "", whole: bool = False) -> ShownInvitation:
        """`whole`: with what only the invitation in sight needs."""
        account = None
        if whole and invitation.wave.key.account:
            with self.app.store.read() as tx:
                account = accounts.by_name(tx, invitation.wave.key.account)
        return shown(
            self.page, invitation, base=self._base, public_url=self._public_url, account=account, wanted=wanted,
            frame=whole and self.app.sharing.takes_photo(invitation),
        )  # fmt: skip

    def _message(self, main: ShownInvitation | None) -> tuple[str, str] | None:
        """Kind and words of the confirmation; none that the page itself belies, as after going back."""
        kind = self.request.query_params.get("ok", "")
        holds = {
            "said": main is not None and main.is_said, "proof": main is not None and bool(main.proof),
            "address": main is not None and main.is_said and not main.proof,
            "declined": main is not None and main.is_declined,
            "undone": main is not None and not main.invitation.is_done, "closed": True,
            "link-yes": self.page.agreed is True, "link-no": self.page.agreed is False,
            "photo-yes": self.page.consents.get(Purpose.PHOTO) is True,
            "photo-no": self.page.consents.get(Purpose.PHOTO) is False,
        }  # fmt: skip
        return ("mind" if kind in ("address", "closed") else "done", _words(kind)) if holds.get(kind) else None

    @property
    def _base(self) -> str:
        return f"{root(self.request)}/s/{self.page.link}"

    @property
    def _public_url(self) -> str:
        return self.app.settings.public_url or str(self.request.base_url).rstrip("/")


_LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


def _words(kind: str) -> str:
    return {
        "said": _("Noted: you have shared it. Thank you!"),
        "proof": _("Noted, with the address of your post. Thank you!"),
        "address": _(
            "Noted. Only the address can't be read yet: copy it once more from the post, it begins with https://."
        ),
        "declined": _("All right, not this time. Nobody else sees that."),
        "undone": _("Taken back. You can choose anew."),
        "closed": _("This invitation has ended meanwhile. Here is what there is now."),
        "link-yes": _("Welcome! From now on this page shows you what there is to share."),
        "link-no": _("Done. You are not asked any more."),
        "photo-yes": _("Your photo is on your cards now."),
        "photo-no": _("Your photo is off your cards."),
    }[kind]


# --- answers ---


def _unknown(app: App, request: Request) -> Response:
    """The same for guessed, ended and mistyped links."""
    return _notice(
        app, request, 404, _("This link opens nothing"),
        _("It may be incomplete, or a newer one took its place. Ask the person who coordinates this in your unit for"
          " your own link."),
    )  # fmt: skip


def _refused(app: App, request: Request) -> Response:
    return _notice(
        app, request, 403, _("That tap did not come from your page"),
        _("Open your own link once more and tap there. Nothing was changed."),
    )  # fmt: skip


def _pause(app: App, request: Request) -> Response:
    sorry = _notice(
        app, request, 503, _("One moment, please"), _("This page has a short pause. Try again in a minute.")
    )
    sorry.headers["Retry-After"] = "60"
    return sorry


def _notice(app: App, request: Request, status: int, title: str, text: str) -> Response:
    return _html(app, request, "staff_notice.html.j2", status, title=title, text=text)


def _html(app: App, request: Request, name: str, status: int, **values: Any) -> Response:
    organisation = app.settings.organisation
    text = environment("prokes_social.web").get_template(name).render(
        **values, office=organisation.name, language=language(), asset=lambda file: _asset(request, file)
    )  # fmt: skip
    return HTMLResponse(text, status, headers={**_alone("no-store, private"), "Content-Security-Policy": POLICY})


def _alone(caching: str) -> dict[str, str]:
    """Besides, no other site may open or embed these."""
    return {
        **headers(caching),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _static(app: App, name: str) -> Response:
    if name not in STATIC:
        return Response(status_code=404, headers=_alone("no-store"))
    return Response(part(name), media_type=STATIC[name], headers=_alone("public, max-age=31536000, immutable"))


def _asset(request: Request, name: str) -> str:
    """With a digest of what it holds: phones load it once and never see an old one."""
    return f"{root(request)}/static/{name}?{hashlib.sha256(part(name)).hexdigest()[:10]}"
