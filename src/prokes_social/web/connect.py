"""A person's own link in, their pages about X out: connect and disconnect it, post with a tap, call it back.

Every address carries the person's secret link, which is what these forms are protected by; none of them works from
another site. Pages need no script.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from prokes_social.app import App
from prokes_social.app.pages import environment
from prokes_social.app.sharing import Invitation, PersonalPage
from prokes_social.errors import CardError, SettingsError
from prokes_social.i18n import _, language, speaking
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.staff import Purpose
from prokes_social.problem import Problem
from prokes_social.web._answers import READING, headers, inlined, is_ours, root

TEN_MINUTES = 600
#: Longer than any post; what is cut off here X would refuse anyway.
LONGEST = 4000


def routes(app: App) -> APIRouter:
    router = APIRouter()

    @router.get("/s/x/callback")
    def callback(request: Request, state: str = "", code: str = "") -> Response:
        with speaking(app.settings.language):
            desk = _Desk(app, request)
            return desk.come_back(state, code, request.cookies.get(desk.cookie, ""))

    @router.api_route("/s/{link}/x", methods=READING)
    def about(link: str, request: Request) -> Response:
        return _Desk(app, request).for_person(link, _Desk.about)

    @router.post("/s/{link}/x/connect")
    def connect(link: str, request: Request) -> Response:
        return _Desk(app, request).for_person(link, _Desk.connect)

    @router.post("/s/{link}/x/disconnect")
    def disconnect(link: str, request: Request) -> Response:
        return _Desk(app, request).for_person(link, _Desk.disconnect)

    @router.api_route("/s/{link}/{offer_id:int}/x", methods=READING)
    def compose(link: str, offer_id: int, request: Request, c: int = 0) -> Response:
        return _Desk(app, request).for_person(link, lambda desk, page: desk.compose(page, offer_id, caption=c))

    @router.post("/s/{link}/{offer_id:int}/x")
    def post(link: str, offer_id: int, request: Request, text: Annotated[str, Form()] = "") -> Response:
        return _Desk(app, request).for_person(link, lambda desk, page: desk.post(page, offer_id, text[:LONGEST]))

    @router.post("/s/{link}/{offer_id:int}/x/cancel")
    def cancel(link: str, offer_id: int, request: Request) -> Response:
        return _Desk(app, request).for_person(link, lambda desk, page: desk.cancel(page, offer_id))

    return router


class _Desk:
    """One request; `root` is where these pages are mounted."""

    def __init__(self, app: App, request: Request) -> None:
        self._app = app
        self._request = request
        self._root = root(request)

    def for_person(self, link: str, answer: "Callable[[_Desk, PersonalPage], Response]") -> Response:
        """In the person's language, or one friendly answer for every link that opens nothing."""
        page = self._app.sharing.page(link)
        with speaking(page.member.languages[0] if page else self._app.settings.language):
            if page is None or self._app.personal_posts.own_x(page) is None:
                return self._nothing_here()
            if self._request.method == "POST" and not is_ours(self._request, self._app.settings.public_url):
                return self._notice(403, _("Please tap once more on your own page"), _("That tap came from elsewhere."))
            return answer(self, page)

    # --- connecting ---

    def about(self, page: PersonalPage) -> Response:
        return self._html("x_account.html.j2", page)

    def connect(self, page: PersonalPage) -> Response:
        try:
            journey = self._app.personal_posts.connect(page)
        except SettingsError as error:
            return self._notice(503, error.message, error.hint, page)
        # A page instead of a redirect: a form's own page would have to allow X's address for that.
        answer = self._html("x_leaving.html.j2", page, address=journey.url)
        answer.set_cookie(
            self.cookie, journey.ticket, max_age=TEN_MINUTES, path="/", httponly=True, samesite="lax",
            secure=self._is_secure,
        )  # fmt: skip
        return answer

    def come_back(self, state: str, code: str, ticket: str) -> Response:
        back = self._app.personal_posts.come_back(state=state, ticket=ticket, code=code)
        if back.link is None:
            title = _("This way back from X is not valid any more")
            answer: Response = self._notice(400, title, _("Open your own page and connect X once more."))
        elif back.error:
            page = self._app.sharing.page(back.link)
            answer = self._notice(409, _("X was not connected"), f"{back.error.message} {back.error.hint}", page)
        else:
            answer = self._to(f"/s/{back.link}/x")
        answer.delete_cookie(self.cookie, path="/", httponly=True, samesite="lax", secure=self._is_secure)
        return answer

    def disconnect(self, page: PersonalPage) -> Response:
        if self._app.personal_posts.disconnect(page.member):
            return self._to(f"/s/{page.link}/x")
        words = _("We have deleted everything. X could not be told just now: please end it there too, under “Apps”.")
        return self._notice(200, _("X is disconnected"), words, page)

    # --- posting ---

    def compose(
        self, page: PersonalPage, offer_id: int, *, caption: int = 0, text: str | None = None,
        problems: Sequence[Problem] = (),
    ) -> Response:  # fmt: skip
        invitation = page.invitation(offer_id)
        if invitation is None:
            return self._not_any_more(page)
        captions = invitation.wave.content.captions
        words = captions[caption if 0 <= caption < len(captions) else 0] if text is None else text
        return self._html(
            "x_post.html.j2", page, status=422 if problems else 200, invitation=invitation, words=words,
            captions=captions, problems=problems, caption=caption,
        )  # fmt: skip

    def post(self, page: PersonalPage, offer_id: int, text: str) -> Response:
        invitation = page.invitation(offer_id)
        if invitation is None:
            return self._not_any_more(page)
        try:
            tap = self._app.personal_posts.post(page, invitation, text)
        except CardError as error:
            return self._notice(503, _("Your card can't be drawn just now"), error.hint, page)
        if tap.problems:
            return self.compose(page, offer_id, text=text, problems=tap.problems)
        return self._to(f"/s/{page.link}/{offer_id}/x")

    def cancel(self, page: PersonalPage, offer_id: int) -> Response:
        invitation = page.invitation(offer_id)
        if invitation is None:
            return self._not_any_more(page)
        self._app.personal_posts.cancel(page, invitation)  # what is out already says so on the page
        return self._to(f"/s/{page.link}/{offer_id}/x")

    # --- small parts ---

    @property
    def _is_secure(self) -> bool:
        return (self._app.settings.public_url or "").startswith("https://")

    @property
    def cookie(self) -> str:
        return "__Host-prokes-x" if self._is_secure else "prokes-x"

    def _to(self, path: str) -> Response:
        """See other: loading the page again taps nothing again."""
        return RedirectResponse(f"{self._root}{path}", status_code=303, headers=headers("no-store"))

    def _nothing_here(self) -> Response:
        return self._notice(
            404, _("This link leads nowhere"), _("Ask your unit's coordinator for your current personal link.")
        )

    def _not_any_more(self, page: PersonalPage) -> Response:
        words = _("It was withdrawn, changed or is over. What you can share now is on your page.")
        return self._notice(410, _("This message is no longer there"), words, page)

    def _notice(self, status: int, title: str, text: str, page: PersonalPage | None = None) -> HTMLResponse:
        return self._render("x_notice.html.j2", status, title=title, text=text, link=page.link if page else None)

    def _html(self, name: str, page: PersonalPage, *, status: int = 200, **values: Any) -> HTMLResponse:
        own = self._app.personal_posts.own_x(page)
        invitation: Invitation | None = values.get("invitation")
        known = own.deliveries.get(invitation.offer.id) if own and invitation else None
        return self._render(
            name, status, link=page.link, x=own, delivery=known, S=DeliveryStatus, purpose=Purpose.POST, **values
        )  # fmt: skip

    def _render(self, name: str, status: int, **values: Any) -> HTMLResponse:
        style, policy = inlined("public.css", "connect.css", images="'self'", forms="'self'")
        office = self._app.settings.organisation
        text = environment("prokes_social.web").get_template(name).render(
            **values, office=office.name, unit=office.unit, language=language(), style=style, root=self._root
        )  # fmt: skip
        return HTMLResponse(text, status, headers={**headers("no-store"), "Content-Security-Policy": policy})
