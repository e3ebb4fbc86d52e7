"""People are counted, whichever app they read in; programs are not, whatever they call themselves."""

import pytest

from prokes_social.sharing.visitors import SIGNS, Visitor, why_not_counted

WEBVIEW = "Mozilla/5.0 (Linux; Android 9; CPH1823 Build/PPR1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"

PEOPLE = {
    "chrome on a cheap phone": "Mozilla/5.0 (Linux; Android 8.1.0; Redmi 5A) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/96.0.4664.104 Mobile Safari/537.36",
    "safari": f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "opera mini": "Opera/9.80 (Android; Opera Mini/36.2/119.132; U; id) Presto/2.12.423 Version/12.16",
    "uc browser": "UCWEB/2.0 (Java; U; MIDP-2.0; id; nokia6120c) U2/1.0.0 UCBrowser/9.4.1 U2/1.0.0 Mobile",
    "facebook on android": f"{WEBVIEW} Chrome/126.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/465.0.0.47.83;]",
    "facebook on iphone": f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/465.0.0;FBDV/iPhone12,1;FBOP/5]",
    "facebook lite": f"{WEBVIEW} Chrome/90.0 Mobile Safari/537.36 [FB_IAB/MESSENGER;FBAV/410.0;]",
    "instagram": f"{IPHONE} Mobile/15E148 Instagram 337.0.2.24.92 (iPhone12,1; iOS 17_5; id_ID; id; scale=2.00)",
    "whatsapp's own window": f"{WEBVIEW} Chrome/126.0 Mobile Safari/537.36 WhatsApp/2.24.11.79",
    "tiktok": f"{WEBVIEW} Chrome/126.0 Mobile Safari/537.36 musical_ly_2023404030 BytedanceWebview/d8a21c6",
    "line": f"{WEBVIEW} Chrome/126.0 Mobile Safari/537.36 Line/14.9.0/IAB",
    "pinterest's own window": f"{WEBVIEW} Chrome/126.0 Mobile Safari/537.36 [Pinterest/Android]",
    "a phone by Cubot": "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/126.0 Mobile Safari",
    "a city's app": f"{WEBVIEW} Chrome/126.0 Mobile Safari/537.36 JakartaKini/5.1",
}
PROGRAMS = {
    "whatsapp": "WhatsApp/2.23.20.0 A",
    "whatsapp on iphone": "WhatsApp/2.23.1.75 i",
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "facebot": "Facebot/1.0",
    "meta": "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "imessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1"
    " Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "x": "Twitterbot/1.0",
    "telegram": "TelegramBot (like TwitterBot)",
    "slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "linkedin": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "google": "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
    " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "bing": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "apple": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15 (Applebot/0.1)",
    "pinterest": "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
    "curl": "curl/8.5.0",
    "wget": "Wget/1.21.4",
    "requests": "python-requests/2.32.3",
    "go": "Go-http-client/2.0",
    "java": "Java/17.0.11",
    "okhttp": "okhttp/4.12.0",
    "an android app": "Dalvik/2.1.0 (Linux; U; Android 9; CPH1823)",
    "an iphone app": "Kabar/1 CFNetwork/1496.0.7 Darwin/23.5.0",
    "headless chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0 Safari/537.36",
    "a monitor": "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "a bot of tomorrow": "Mozilla/5.0 (compatible; KabarBot/1.0)",
    "a crawler of tomorrow": "MegaCrawler 3000",
    "nothing": "",
    "blanks": "  ",
}


@pytest.mark.parametrize("agent", PEOPLE.values(), ids=PEOPLE)
def test_people_are_counted(agent: str) -> None:
    assert why_not_counted("GET", {"user-agent": agent}) is None


@pytest.mark.parametrize("agent", PROGRAMS.values(), ids=PROGRAMS)
def test_programs_are_not(agent: str) -> None:
    why = why_not_counted("GET", {"user-agent": agent})
    assert why
    assert why.id
    assert why.en


@pytest.mark.parametrize(
    "more",
    [
        {"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}, {"x-purpose": "preview"}, {"x-moz": "prefetch"},
        {"x-fb-http-engine": "Liger"}, {"sec-fetch-dest": "image"}, {"sec-fetch-dest": "empty"},
    ],
    ids=lambda more: "-".join(more),
)  # fmt: skip
def test_what_a_browser_loads_ahead_or_for_another_page_is_not(more: dict[str, str]) -> None:
    person = {"user-agent": PEOPLE["safari"], "sec-fetch-dest": "document"}
    assert why_not_counted("GET", person) is None
    assert why_not_counted("GET", person | more)


def test_asking_for_the_headers_is_no_visit() -> None:
    assert why_not_counted("HEAD", {"user-agent": PEOPLE["safari"]})


def test_no_browser_is_listed_without_its_reason() -> None:
    assert all(pattern and why.id and why.en for pattern, why in SIGNS)


def test_a_digest_is_the_same_for_a_visitor_and_a_salt_alone() -> None:
    budi = Visitor(address="10.1.2.3", agent=PEOPLE["safari"])
    digests = {
        budi.digest(b"monday"),
        budi.digest(b"tuesday"),
        Visitor(address="10.1.2.4", agent=budi.agent).digest(b"monday"),
        Visitor(address=budi.address, agent=PEOPLE["firefox"]).digest(b"monday"),
    }
    assert len(digests) == 4
    assert budi.digest(b"monday") == Visitor(address="10.1.2.3", agent=PEOPLE["safari"]).digest(b"monday")


def test_a_phone_that_changes_the_end_of_its_address_stays_one_visitor() -> None:
    one, two, other = (
        Visitor(address=address, agent="a").digest(b"s")
        for address in ("2001:db8:1:2::aaaa", "2001:db8:1:2:bbbb::1", "2001:db8:1:3::aaaa")
    )
    assert one == two != other


def test_a_visitor_never_prints_itself() -> None:
    assert "10.1.2.3" not in repr(Visitor(address="10.1.2.3", agent="Mozilla"))
