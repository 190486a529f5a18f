"""Slugs: a headline in any script as a piece of a URL."""

import re
from collections.abc import Iterator

from anyascii import anyascii

_LONGEST = 80


def slugify(headline: str) -> str:
    """Transliterated, lower case, words joined by hyphens, cut at a word near 80 characters; "story" when empty."""
    words = re.findall(r"[a-z0-9]+", anyascii(headline).lower().replace("'", "").replace("’", ""))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > _LONGEST:
            break
        slug = longer
    return slug or "".join(words)[:_LONGEST] or "story"


def candidates(wanted: str, story_id: str) -> Iterator[str]:
    """`wanted`, wanted-2 … wanted-5, then one with the end of the story's id, which nobody else can want."""
    yield wanted
    stem = wanted[:_LONGEST].rstrip("-")  # an editor's slug may be longer, and with a number it must still be a slug
    for number in range(2, 6):
        yield f"{stem}-{number}"
    yield f"{stem}-{story_id[-8:].lower()}"
