"""Feeds: RSS, RDF, Atom and JSON Feed become stories, one of each item that has a headline or a text.

What is mapped:

- identity: the guid or id, else the link, both without tracking parameters; else a hash of what the item says
- headline: the title, else the first words of the text, as feeds of social networks have none
- an item that only announces what its site holds is a headline without a body, for an editor to follow
- body: the longest of the whole texts (`content:encoded`, `yandex:full-text`, `turbo:content`, Atom's and JSON's
  content), else the summary; beside a whole text, the summary is the lede unless the text holds it
- section: the item's first category, else the only category of the whole feed; newspapers write the rubric first and
  tags after it. All categories are tags. `yandex:genre` tells a message from an interview and is no section
- byline: the authors, apart from agencies and from the publication itself, whose name is the credit
- version: the moment of `updated`, where the item has one that differs from its publication
- language: what the item or its feed says, unless the text is in another alphabet ("en" is what many systems say that
  nobody has told); else the text's own
"""

import hashlib
import re
from collections import Counter

from shared.formats import json_feed, xml_feed
from shared.formats.attribution import find_credit, find_dateline, known_agency, read_byline
from shared.formats.feed_entry import Entry, Feed
from shared.formats.feed_html import body_of, words_of
from shared.formats.html_writer import TooMuch
from shared.formats.language import language_of
from shared.formats.story import Given, Incoming, IncomingStory, Refused, Unreadable

_LONGEST_KEY = 500
_FIRST_WORDS = 100
_JSON = re.compile(rb"[\s\xef\xbb\xbf\xff\xfe\x00]{0,99}[{\[]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NO_SECTIONS = frozenset(
    "uncategorized uncategorised без_рубрики без_категории без_рубрыкі без_категорії bez_kategorii allgemein".split()
)
_PARTS = re.compile(r"\s+[|/·•»–—-]\s+|\s*[|»]\s*|:\s+")
_WEB_NAME = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-zа-я]{2,}(?:/\S*)?", re.IGNORECASE)
_SENTENCE = re.compile(r".{20,}?[.!?…](?=\s)")
_PARAGRAPH = re.compile(r"<(?:p|li|h2)>(.*?)</(?:p|li|h2)>", re.DOTALL)
_OPENING = re.compile(r"<(p|h[23])>(.{1,400}?)</\1>")
_NOT_WORDS = re.compile(r"[\W_]+")
_CYRILLIC, _LATIN = frozenset({"ru", "be", "uk"}), frozenset({"en", "pl", "de", "lt"})


def read(raw: bytes, given: Given) -> Incoming:
    """Return the feed's items in their order. Raises `Unreadable` for what is no feed, and for a feed without items."""
    feed = feed_of(raw, given)
    if not feed.entries:
        raise Unreadable(("items",), "The feed has no items: it is new, or its address is that of an empty list.")
    # Software that gives every item the same guid has items all the same.
    links_of = {(entry.id, entry.link) for entry in feed.entries}
    shared = {name for name, links in Counter(name for name, _ in links_of).items() if links > 1}
    incoming: Incoming = [_item(entry, feed, key_of(entry, ambiguous=entry.id in shared)) for entry in feed.entries]
    if feed.left_out:
        left = f"its last items ({feed.left_out}) were left out"
        incoming.append(Refused(reason=f"The feed is longer than what is read at once: {left}."))
    return incoming


def feed_of(raw: bytes, given: Given) -> Feed:
    """Return what the feed says, before any of it is a story. Raises `Unreadable` for what is no feed."""
    return json_feed.read_feed(raw, given) if _JSON.match(raw) else xml_feed.read_feed(raw, given)


def key_of(entry: Entry, *, ambiguous: bool = False) -> str:
    """Return the item's identity within its feed; `ambiguous` says that its id is not its own."""
    name = (None if ambiguous else entry.id) or entry.link
    if name and len(name) <= _LONGEST_KEY:
        return name
    moment = entry.published.isoformat() if entry.published else ""
    texts = (text.value for text in (*entry.texts, entry.summary) if text and not moment)
    return hashlib.sha256("\n".join((name or entry.title, moment, *texts)).encode()).hexdigest()[:32]


def _item(entry: Entry, feed: Feed, key: str) -> IncomingStory | Refused:
    try:
        body, lede = _told(entry)
    except TooMuch as much:
        return Refused(key=key, missing=("body",), reason=f"The text of this item cannot be read: it has {much}.")
    paragraphs = [words for each in _PARAGRAPH.findall(body) if (words := words_of(each))]
    headline = entry.title or _first_words(paragraphs)
    if not headline:
        return Refused(key=key, missing=("headline",), reason="This item has neither a headline nor a text.")
    opening = _OPENING.match(body)
    if opening and opening.end() < len(body) and words_of(opening[2]).casefold() == headline.casefold():
        body = body[opening.end() :]  # the headline again
    byline, credit = _attributed(entry, feed)
    dateline, agency = next((found for each in paragraphs[:2] if (found := find_dateline(each))[0]), (None, None))
    return IncomingStory(
        headline=headline,
        body_html=body,
        lede=lede,
        language=_language(entry.language or feed.language, "\n".join((headline, *paragraphs))),
        byline=byline,
        credit=credit or agency or find_credit(paragraphs),
        dateline=dateline,
        section=_section(entry, feed),
        tags=entry.tags,
        published_at=entry.published or entry.updated,
        key=key,
        versioned_at=entry.updated if entry.updated != entry.published else None,
        expires_at=entry.expires,
        url=entry.link,
        images=entry.images,
    )


def _told(entry: Entry) -> tuple[str, str | None]:
    """Return the body as HTML, and the lede where the item has one apart from it. Raises `TooMuch`."""
    bodies = [body for text in entry.texts if (body := body_of(text, entry.link))]
    summary = body_of(entry.summary, entry.link) if entry.summary else ""
    if not bodies:
        return summary, None
    body = max(bodies, key=len)
    lede, told = words_of(summary), words_of(body)
    if not told:
        return body + summary, None
    said = _NOT_WORDS.sub("", lede.casefold())
    known = said in _NOT_WORDS.sub("", f"{entry.title} {told}".casefold())
    return body, None if known else lede


def _first_words(paragraphs: list[str]) -> str:
    opening = paragraphs[0] if paragraphs else ""
    if sentence := _SENTENCE.match(opening[: _FIRST_WORDS + 1]):
        return sentence[0]
    return opening if len(opening) <= _FIRST_WORDS else opening[:_FIRST_WORDS].rpartition(" ")[0] + "…"


def _language(said: str | None, text: str) -> str:
    tag = (said or "").strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        return language_of(text, None)
    primary, hyphen, rest = tag.partition("-")
    primary = primary.lower()
    found = language_of(text, primary)
    misled = (found in _CYRILLIC and primary in _LATIN) or (found in _LATIN and primary in _CYRILLIC)
    return found if misled else primary + hyphen + rest


def _section(entry: Entry, feed: Feed) -> str | None:
    offered = entry.tags[0] if entry.tags else feed.tags[0] if len(feed.tags) == 1 else ""
    return offered if offered and offered.casefold().replace(" ", "_") not in _NO_SECTIONS else None


def _attributed(entry: Entry, feed: Feed) -> tuple[tuple[str, ...], str | None]:
    """Return the people who wrote the item, and the agency or publication that it names as its source."""
    names: list[str] = []
    sources = [entry.source] if entry.source else []
    houses = {part.casefold() for part in _PARTS.split(feed.title) if part}
    for author in entry.authors or feed.authors:
        house = next((part for part in _PARTS.split(author) if part and part.casefold() in houses), None)
        if house:
            sources.append(house)
            continue
        people = read_byline(f"author: {author}")
        for name in (author,) if people is None else people:
            if agency := known_agency(name):
                sources.append(agency)
            elif _WEB_NAME.fullmatch(name):
                sources.append(name)
            else:
                names.append(name)
    credit = sources[0] if sources else None
    return tuple(names), credit and (known_agency(credit) or credit)
