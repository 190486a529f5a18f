"""What anonymous readers can ask, for a story whose every field holds a token that must not get out."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.newsroom import Newsroom, route_auth, routes

TOKEN = "zqhidden"
SLUG = "zqslug-of-it"
CONTENT: dict[str, Any] = {
    "headline": f"{TOKEN} opened",
    "lede": f"{TOKEN} in short",
    "body_text": f"All of {TOKEN}.",
    "byline": [f"{TOKEN} Writer"],
    "credit": f"{TOKEN} Agency",
    "dateline": f"{TOKEN} Town",
    "section": TOKEN,
    "tags": [TOKEN],
    "slug": SLUG,
    "images": [{"url": f"https://pictures.example/{TOKEN}.jpg", "caption": TOKEN}],
    "source": {"name": f"{TOKEN} wire"},
}
CORRECTION = {"note": f"{TOKEN} was wrong", "wrong": TOKEN, "right": TOKEN}

type Query = dict[str, str]

STATIC: dict[str, list[Query]] = {"/masthead": [{}], "/openapi.json": [{}], "/docs": [{}], "/beacon.js": [{}]}
OF_ALL: dict[str, list[Query]] = {
    "/articles": [{}, {"section": TOKEN}, {"tag": TOKEN}, {"author": CONTENT["byline"][0]}],
    "/most-read": [{}, {"window": "all"}, {"section": TOKEN}],
    "/topics": [{}],
}
OF_ONE: dict[str, list[Query]] = {
    "/articles/{id}": [{}],
    "/articles/by-slug/{slug}": [{}],
    "/articles/{id}/views": [{}],
}
ASKED = STATIC | OF_ALL | OF_ONE
"""Every anonymous GET route with the queries to try. Whoever adds a route says here how the gate is tried on it."""


@dataclass(frozen=True)
class Leak:
    """Where a token was seen."""

    where: str
    what: str


def unknown_routes() -> set[str]:
    """Anonymous GET routes of the template that are not asked here."""
    open_to_all = {path for _, method, path in routes() if method == "GET" and route_auth(f"{method} {path}") == "NONE"}
    return open_to_all ^ set(ASKED)


def leaks(
    newsroom: Newsroom, story: str, asked: dict[str, list[Query]] = ASKED, *, slug: str = SLUG, token: str = TOKEN
) -> list[Leak]:
    """Each answer in which a token or the story's slug is seen, though nobody but the newsroom may know it."""
    found = []
    for route, queries in asked.items():
        path = route.replace("{id}", story).replace("{slug}", slug)
        for query in queries:
            answer = newsroom.http("GET", path, query=query, group=None)
            assert answer.status < 500, f"{path} is broken: {answer.text}"
            # An answer may repeat the address that it was asked for; that is no news to who asked.
            text = unquote(f"{answer.headers} {answer.text}").replace(path, "").replace(f"at {slug}", "")
            found += [Leak(f"{path} {query}", text) for word in (token, slug) if word in text.lower()]
            if answer.status >= 400 and answer.headers["cache-control"] != "no-store":
                found.append(Leak(f"{path} {query}", "a negative answer may be cached"))
    return found


def event_leaks(newsroom: Newsroom, story: str, since: int = 0) -> list[Leak]:
    """Each event behind number `since` that holds a token: in the log that subscribers read, and on the bus."""
    log, after = [], None
    while page := newsroom.http("GET", "/events", query={"after": after} if after else {}).json["items"]:
        log += page
        after = page[-1]["id"]
    on_bus = [event["detail"] for event in newsroom.bus]
    told: list[dict[str, Any]] = [cloud for cloud in log + on_bus if cloud["subject"] == story]
    assert {cloud["sequence"] for cloud in told} >= {since + 1}, "the events to look at did not arrive"
    return [
        Leak(cloud["type"], str(cloud))
        for cloud in told
        if cloud["sequence"] > since and any(word in str(cloud).lower() for word in (TOKEN, SLUG))
    ]
