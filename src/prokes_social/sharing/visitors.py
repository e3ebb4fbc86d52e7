"""A request's method and headers in, whether a person opened the page out, and if not, why not.

Programs that fetch links (previews in chats, search engines, monitors) outnumber people; they see the same page and are
not counted. Browsers inside apps (Facebook, Instagram, WhatsApp, TikTok …) are people: what marks them is not listed.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from prokes_social.i18n import Bilingual

#: Characters of a digest; among a million visitors of a day the odds of two alike are one in thirty million.
_DIGITS = 16
#: A phone changes the rest of its address every few hours.
_IPV6_PREFIX = 64

PREVIEW = Bilingual("pratinjau tautan di aplikasi obrolan atau media sosial", "a link preview of a chat or feed")
SEARCH = Bilingual("mesin pencari atau pengumpul data", "a search engine or collector")
LIBRARY = Bilingual("program, bukan peramban", "a program, not a browser")
MONITOR = Bilingual("pemantau atau penguji halaman", "a monitor or page tester")
AHEAD = Bilingual("dimuat sebelum dibuka orang", "fetched before anybody opened it")
EMBEDDED = Bilingual("dimuat oleh halaman lain", "fetched by another page")
HEAD = Bilingual("hanya menanyakan kepala halaman", "asked for the headers alone")
NAMELESS = Bilingual("tidak menyebut peramban apa pun", "names no browser")

#: Names in a User-Agent, as regular expressions, and what they are; the vendors' own words where they publish them.
SIGNS: tuple[tuple[str, Bilingual], ...] = (
    # "WhatsApp/2.23.20.0 A" fetches previews (Signal says the same); in a browser's name it stands behind Mozilla.
    (r"^WhatsApp/", PREVIEW),
    (r"facebookexternalhit|facebookcatalog|Facebot|meta-external", PREVIEW),  # Meta, and iMessage in disguise
    (r"Twitterbot", PREVIEW),
    (r"TelegramBot", PREVIEW),
    (r"Slackbot|Slack-ImgProxy", PREVIEW),
    (r"LinkedInBot", PREVIEW),
    (r"Discordbot", PREVIEW),
    (r"SkypeUriPreview|Snap URL Preview|BingPreview|Google-PageRenderer|line-poker|kakaotalk-scrap", PREVIEW),
    (r"vkShare|redditbot|Mastodon/|Embedly|Iframely|Synapse", PREVIEW),
    (r"^Pinterest/\d|Pinterestbot", PREVIEW),  # the app's own browser says [Pinterest/Android]
    (r"Googlebot|Google-InspectionTool|GoogleOther|AdsBot-Google|Mediapartners-Google|APIs-Google", SEARCH),
    (r"FeedFetcher-Google|Google-Read-Aloud|Google-Safety|GoogleImageProxy|Storebot-Google", SEARCH),
    (r"bingbot|adidxbot|msnbot|Applebot|DuckDuckBot|DuckDuckGo-Favicons|Baiduspider|YandexBot|Slurp", SEARCH),
    (r"Bytespider|TikTokSpider|Amazonbot|PetalBot|AhrefsBot|SemrushBot|MJ12bot|DotBot|SeznamBot", SEARCH),
    (r"GPTBot|OAI-SearchBot|ChatGPT-User|ClaudeBot|Claude-User|PerplexityBot|CCBot|cohere-ai|archive\.org", SEARCH),
    (r"HeadlessChrome|PhantomJS|SlimerJS|Puppeteer|Playwright|Selenium|Chrome-Lighthouse|PTST/|Cypress", MONITOR),
    (r"UptimeRobot|Pingdom|StatusCake|Site24x7|Better ?Uptime|NewRelicPinger|Datadog|GTmetrix", MONITOR),
    (r"check_http|Zabbix|Nagios|kube-probe|Prometheus|Blackbox|ELB-HealthChecker|GoogleHC|Icinga|PRTG", MONITOR),
    (r"\bcurl/|\bWget|libwww|lwp-|HTTPie|PostmanRuntime|insomnia|aria2|PowerShell", LIBRARY),
    (r"python|aiohttp|httpx|urllib|Scrapy|^Ruby|rest-client|Faraday|http\.rb|PHP/|GuzzleHttp|WordPress", LIBRARY),
    (r"Go-http-client|^Java|okhttp|HttpClient|^Dart/|libcurl", LIBRARY),
    (r"node-fetch|axios|undici|superagent|^node|Deno/|\bBun/", LIBRARY),
    # An app fetching by itself; a page shown in an app names Mozilla and its WebView.
    (r"^Dalvik/|CFNetwork|^Android/", LIBRARY),
    # The rest by what bots call themselves. Cubot is a maker of phones.
    (r"(?<!cu)bot\b|crawl|spider|scrap(?:e|y)|preview|fetcher|monitor|validator|scanner|\+https?://", SEARCH),
)  # fmt: skip
_SIGNS = tuple((re.compile(pattern, re.IGNORECASE), why) for pattern, why in SIGNS)

#: Headers by which browsers and apps say that they load a page for later.
_AHEAD = (
    ("purpose", r"prefetch|prerender|preview"),
    ("sec-purpose", r"prefetch|prerender"),
    ("x-purpose", r"preview|prefetch"),  # Safari's top sites
    ("x-moz", r"prefetch"),
    ("x-fb-http-engine", r"liger"),  # the Facebook app, ahead of a tap; the tap comes with a request of its own
)
_PAGES = ("document", "iframe", "frame")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Known for as long as a request lasts: neither is ever stored or logged."""

    address: str = field(repr=False)
    agent: str = field(repr=False)

    def digest(self, salt: bytes) -> str:
        """The same for the same visitor as long as the salt is."""
        return hmac.digest(salt, f"{_network(self.address)}\0{self.agent}".encode(errors="replace"), "sha256").hex()[
            :_DIGITS
        ]


def why_not_counted(method: str, headers: Mapping[str, str]) -> Bilingual | None:
    """None for a person. Names of headers are in small letters."""
    if method != "GET":
        return HEAD
    if any(re.search(pattern, headers.get(name, ""), re.IGNORECASE) for name, pattern in _AHEAD):
        return AHEAD
    if headers.get("sec-fetch-dest", "document") not in _PAGES:
        return EMBEDDED
    agent = headers.get("user-agent", "").strip()
    if not agent:
        return NAMELESS
    return next((why for sign, why in _SIGNS if sign.search(agent)), None)


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((known, _IPV6_PREFIX), strict=False))
    return address
