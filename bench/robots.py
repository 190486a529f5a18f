"""How many robots are known as such, and how many readers are taken for one: the figures and their inputs.

Recall is over the agents of the public lists in a folder that stands beside the project; their first list is also the
origin of the package that `shared.robots` reads, so the figure says how well the exceptions left it whole. How well
tomorrow's robots are known says recall of the unseen: a half of the list is taken away, and of the agents that belong
to it those are counted that are known all the same; then the other half. False positives are over the agents of
`bench.browsers`, and over `TRAPS`: agents in readers' hands that robot lists stumble on.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # type: ignore[import-untyped]  # it ships no types

from bench.browsers import mainstream
from shared import robots
from shared.robots import is_robot

LISTS = Path(__file__).parents[2] / "shared" / "data" / "bots"

_ANDROID = "Mozilla/5.0 (Linux; Android {}) AppleWebKit/537.36 (KHTML, like Gecko) {}Chrome/120.0.0.0 {}Safari/537.36{}"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
_DESKTOP = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36{}"
_WEB_VIEW = "Version/4.0 "


def _phone(model: str, browser: str = "") -> str:
    return _ANDROID.format(model, "", "Mobile ", browser)


def _in_app(model: str, app: str) -> str:
    return _ANDROID.format(f"{model}; wv", _WEB_VIEW, "Mobile ", app)


TRAPS: dict[str, str] = {
    "Chrome on Windows": _DESKTOP.format("Windows NT 10.0; Win64; x64", ""),
    "Chrome on a Chromebook": _DESKTOP.format("X11; CrOS x86_64 14541.0.0", ""),
    "Edge": _DESKTOP.format("Windows NT 10.0; Win64; x64", " Edg/120.0.0.0"),
    "Yandex Browser": _DESKTOP.format("Windows NT 10.0; Win64; x64", " YaBrowser/24.1.0.0"),
    "Opera": _DESKTOP.format("X11; Linux x86_64", " OPR/106.0.0.0"),
    "Vivaldi": _DESKTOP.format("Macintosh; Intel Mac OS X 10_15_7", " Vivaldi/6.5"),
    "Atom browser": _DESKTOP.format("Windows NT 6.1", " Atom/22.0.0.0"),
    "Safari": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605",
    "Safari on iPhone": _IPHONE.format("Version/17.1 Mobile/15E148 Safari/604.1"),
    "Firefox": "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "Internet Explorer 8": "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0; .NET CLR 2.0.50727)",
    "Internet Explorer, page kept offline": "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; MSIECrawler)",
    "a browser built into a program": "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.0; from: http://bsalsa.com/)",
    "Motorola": _phone("13; motorola edge 30"),
    "Moto G": _phone("11; moto g(50)"),
    "CUBOT": _phone("10; CUBOT NOTE 20"),
    "a tablet named Bot": _phone("7.0; C Bot Tab 100"),
    "a phone named BOT": _phone("6.0; B BOT 550"),
    "a phone named Spider": _phone("13; Spider 8"),
    "HTC Butterfly": _phone("5.0; HTC Butterfly s"),
    "Wiko Fever": _phone("8.1.0; Fever_Plus"),
    "ViewSonic": _phone("9; ViewSonic VB10"),
    "a phone named Chirp": _phone("4.4; Chirp"),
    "every phone on one build of Android 15": _phone("15; CPH0000 Build/AP3A.240617.008"),
    "Google's own phone": _phone("14; Google Pixel 8 Pro"),
    "Mi Browser": _phone("12; Redmi Note 11", " XiaoMi/MiuiBrowser/14.3"),
    "Huawei Browser": _phone("10; HUAWEI JNY-LX1", " HuaweiBrowser/14.0"),
    "Samsung Internet": _ANDROID.format("13; SM-A536B", "SamsungBrowser/23.0 ", "Mobile ", ""),
    "Sogou's browser": _in_app("10; M2007", " SogouMSE,SogouMobileBrowser/5"),
    "UC Browser": "UCWEB/2.0 (MIDP-2.0; U; Adr 5.1; ru; Phone) U2/1.0.0 UCBrowser/10.9 U2/1.0.0 Mobile",
    "Opera Mini whose build ends in 008": "Opera/9.80 (MAUI Runtime; Opera Mini/4.4.39008/37.8; U; ru) Presto/2.12",
    "Nokia's feature phone": "Nokia6300/2.0 (05.00) Profile/MIDP-2.0 Configuration/CLDC-1.1",
    "Facebook's web view": _in_app("13; SM-A515F", " [FB_IAB/FB4A;FBAV/443.0.0.23;]"),
    "Facebook's web view on iPhone": _IPHONE.format("Mobile/15E148 [FBAN/FBIOS;FBAV/443.0;FBDV/iPhone14,5]"),
    "Instagram's web view": _in_app("13; SM-A515F", " Instagram 312.0.0 Android (33/13; samsung)"),
    "VK's web view": _in_app("12; M2101K6G", " VKAndroidApp/8.50-17000"),
    "Telegram's web view": _in_app("12; M2101K6G", " Telegram-Android/10.5.0 (Xiaomi; Android 12)"),
    "Viber's web view": _in_app("12; M2101K6G", " Viber/21.5.0.0"),
    "Yandex Search app": _in_app("12; M2101K6G", " YandexSearch/24.10"),
    "Blackboard's web view": _in_app("7.0; SM-T580", " Blackboard Student/1.0"),
    "a newspaper's app on iPhone": "DistrictPaper/3.2 CFNetwork/1474 Darwin/23.0.0",
    "a newspaper's app on Android": "DistrictPaper/3.2 (Android 13; SM-A515F) okhttp/4.12.0",
    "a phone's own HTTP client": "Dalvik/2.1.0 (Linux; U; Android 9; SM-J530FM)",
    "Samsung's television": "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538 (KHTML, like Gecko) TV Safari",
    "LG's television": _DESKTOP.format("Web0S; Linux/SmartTV", " WebAppManager"),
    "a games console": "Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "a text browser": "ELinks/0.13 (textmode; Linux x86_64; 80x24-2)",
}
"""Agents of readers, generic rather than captured, each by what it is."""


def instances(folder: Path = LISTS) -> list[str]:
    """Return the robots' agents that the lists in `folder` give whole. Raises OSError when there is no such folder."""
    crawlers = json.loads((folder / "crawler-user-agents.json").read_text())
    return [agent for entry in crawlers for agent in entry["instances"]] + list(
        json.loads((folder / "ai.robots.txt.json").read_text())
    )


def unseen(folder: Path = LISTS) -> tuple[float, float]:
    """Return, in percent, how many agents are known whose own entries of the list are away: in all, and by the list."""
    entries = json.loads((folder / "crawler-user-agents.json").read_text())
    halves = [[each for each in entries if _half(each["pattern"]) == half] for half in (0, 1)]
    total = known = listed = 0
    for away, kept in (halves, reversed(halves)):
        agents = [agent for each in away for agent in each["instances"]]
        with _listing({each["pattern"] for each in kept}):
            by_list = robots._listed()  # noqa: SLF001  # what the list alone would find
            known += sum(map(is_robot, agents))
            listed += sum(map(by_list, agents))
        total += len(agents)
    return 100 * known / total, 100 * listed / total


def _half(pattern: str) -> int:
    return hashlib.sha256(pattern.encode()).digest()[0] % 2


@contextmanager
def _listing(patterns: set[str]) -> Iterator[None]:
    """The product with these patterns of its list alone, and with nothing remembered before and after."""
    kept = [entry for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"] in patterns]
    remembered = robots._listed, robots._decided  # noqa: SLF001  # both remember what the whole list said
    try:
        with patch.object(robots, "CRAWLER_USER_AGENTS_DATA", kept):
            for each in remembered:
                each.cache_clear()
            yield
    finally:
        for each in remembered:
            each.cache_clear()


def taken_for_robots(agents: Iterable[str]) -> float:
    """Return the percentage of agents that are called robots."""
    found = [is_robot(agent) for agent in agents]
    return 100 * sum(found) / len(found)


def measure(folder: Path = LISTS) -> dict[str, float]:
    """Return the figures in percent; both recalls are left out when `folder` is absent."""
    figures = {
        "views.robots.false_positives": taken_for_robots(mainstream()),
        "views.robots.traps": taken_for_robots(TRAPS.values()),
    }
    if folder.is_dir():
        figures["views.robots.recall"] = taken_for_robots(instances(folder))
        figures["views.robots.recall_unseen"], figures["by the list alone"] = unseen(folder)
    return figures


if __name__ == "__main__":
    for name, percent in measure().items():
        sys.stdout.write(f"{name} {percent:.2f}\n")
