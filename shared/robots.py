"""Who is not a reader: tells from the User-Agent alone whether a reading was made by a robot.

The names come from the maintained list in the package crawler-user-agents (MIT); the words below add what no list can
know: tomorrow's robots, most of which still say what they are. When in doubt an agent is a reader: an uncounted robot
costs one reading, a phone model taken for a robot costs every reader who holds it. An agent can lie; this cannot tell.
That robots are left out of usage is the COUNTER Code of Practice ("Internet robots and crawlers").
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # type: ignore[import-untyped]  # it ships no types

AGENT_LIMIT = 256
"""How many characters of an agent are read: a reading's marker keeps no more. It also bounds the time of a call."""

NOT_ROBOTS = frozenset(
    {
        r"008\/",  # Opera Mini's builds end so; 80legs' robot gives an address
        r"AP3A\.240617\.008",  # the build number of every phone on one release of Android 15
        r"BW\/",  # a toolbar of Internet Explorer (AskTbBW)
        "Blackboard",  # a school app's web view
        "Butterfly",  # HTC Butterfly, a phone
        "Chirp|gotosocial",  # a phone; GoToSocial names no machine
        "Expanse",  # a phone; the scanner gives an address
        "Fever",  # Wiko Fever, a phone; the feed reader says "feed"
        "Fluid",  # makes a Mac app of one web site
        "Podimo",  # a podcast app that people hold
        "Sogou",  # a browser; the search engine says "spider"
        "Sonic",  # ViewSonic, Panasonic
        "Synapse",  # toolbars of Internet Explorer; the HTTP library is not used by browsers
        "Viber",  # the messenger's web view is a reader; its previewer names neither machine nor browser
        "okhttp",  # inside news apps for Android; on its own it names no machine and is a robot by that
    }
)
"""Patterns of the list that are also names of phones, browsers and apps in readers' hands, each with whose."""

# A robot's trade in its own words, but for the names of things in readers' hands: CUBOT, "C Bot Tab 100" and Spider 8
# are phones, Botech a television, MSIECrawler Internet Explorer's "make available offline", Rakuten Research an app.
_TRADES = re.compile(
    r"""
      (?<!cu)bot(?!ech|[ ]?\d\d|[_ ](?:tab|build)) | (?<!msie)crawl | spider(?!\ \d) | scrap(?:er|ing|y\b) | slurp
    | (?<!safari)fetch | harvest | archiv[ei] | monitor | observatory | uptime | (?<!auth)check | validat
    | \bscan(?:ner|ning)?\b | scanner | prob(?:e|ing)\b | audit | survey | snippet | screenshot | wkhtmlto | prerender
    | aggregat | analy[sz] | sniff | grabber | extract | collector | indexer | vulnerab | verif[iy] | inspect | tester\b
    | (?:url|link|web|page|image)[ -]?preview | previewer | \bseo\b | sitemap | siteimprove | lighthouse | page\ ?speed
    | (?<!rakuten)research | google-(?:ad|amp|assess|extended|inspection|read) | google\ search\ console
    | \bfeed\b(?!/) | feed(?:ly|er\b|burner|parser|bin|[ -]?reader|demon) | \brss | ^microsoft\ office
    | headless | phantomjs | puppeteer | playwright | selenium | webdriver | chatgpt- | claude- | \bllm | \bai-?agent
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Libraries that fetch pages for programs; a browser names none of them.
_LIBRARIES = re.compile(
    r"""
      ^java\b | ^perl | \bpython(?!w|brow) | urllib | libwww-perl | ^libwww | \bcurl\b | \bwget\b | ^ruby | ^php | ^node
    | node-fetch | node\.js | axios | undici | aiohttp | httpx | scrapy | http-?client | http_request | winhttp
    | ^go\b | go-http | fasthttp | guzzle | mechanize | faraday | jsoup | postman | insomnia
    """,
    re.IGNORECASE | re.VERBOSE,
)

# A page or a mailbox to complain to. Internet Explorer's embedders put bsalsa's address into readers' agents.
_CONTACT = re.compile(r"https?://(?!(?:www\.)?bsalsa)|@[\w-]+\.[a-z]", re.IGNORECASE)

# A reader holds a machine and looks through a browser: an agent that names neither is a program.
_MACHINES = re.compile(
    r"""
      android | iphone | ipad | ipod | \bios\b | darwin/ | macintosh | mac\ os | windows | win(?:9[58]|10|32|64) | x11
    | \bcros\b | tizen | web[o0]s | hbbtv | smart-?tv | \btv\b | roku | bada | symbian | series\ ?[0-9]{2} | kaios
    | playstation | nintendo | webkit | gecko/ | khtml | trident | presto | safari | firefox | chrome/ | msie | opera
    | browser | netscape | konqueror | ucweb | dalvik | netfront | obigo | up\.link | midp | j2me | maui\b | \bwap
    | blackberry | nokia | samsung | ^s(?:am|ec)- | ^lg | sonyericsson | ^mot | huawei | alcatel | ^zte | lenovo
    | xiaomi | ^htc | teleca | dolfin | polaris | openwave | docomo | \bbrew\b | jasmine | puffin
    | links[ /] | lynx/ | w3m/ | netsurf
    """,
    re.IGNORECASE | re.VERBOSE,
)

# What makes a pattern of the list more than a plain string.
_OPERATORS = re.compile(r"(?<!\\)[.^$*+?{}\[\]|()]|\\\w")


@cache
def _listed() -> Callable[[str], bool]:
    """Return a test for the list's patterns.

    Nearly all are plain strings: looking for each in turn is three times faster than their one alternation, and saves
    its 60 ms of compiling at a cold start.
    """
    patterns = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in NOT_ROBOTS]
    strings = [re.sub(r"\\(.)", r"\1", pattern) for pattern in patterns if not _OPERATORS.search(pattern)]
    others = [f"(?:{pattern})" for pattern in patterns if _OPERATORS.search(pattern)]
    expression = re.compile("|".join(others) or r"(?!)")

    def test(agent: str) -> bool:
        return any(string in agent for string in strings) or expression.search(agent) is not None

    return test


def is_robot(agent: str) -> bool:
    """Say whether `agent`, the User-Agent header as it came (any text, "" when absent), is a robot's.

    Raises nothing. HTTP libraries, link previewers, monitors, feed fetchers and headless browsers are robots; web
    views inside apps, and apps that name the phone they run on, are readers.
    """
    return _decided(agent[:AGENT_LIMIT])


# A batch's readings share few agents, and half a millisecond per reading would be most of the batch's work.
@lru_cache(maxsize=2048)
def _decided(agent: str) -> bool:
    if not _MACHINES.search(agent):
        return True
    said = _TRADES.search(agent) or _LIBRARIES.search(agent) or _CONTACT.search(agent)
    return said is not None or _listed()(agent)
