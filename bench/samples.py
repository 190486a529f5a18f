"""The stories that the bench writes: of ordinary length, in English and in Russian."""

from typing import Any

_SENTENCES = {
    "en": "The old bridge on the river road was opened to traffic again on Friday after two years of work. ",
    "ru": "Старый мост на речной дороге в пятницу снова открыли для движения после двух лет ремонта. ",
}
_HEADLINES = {
    "en": "The old bridge on the river road is open to traffic again, number {}",
    "ru": "Старый мост на речной дороге снова открыт для движения, номер {}",
}
_BYLINES = {"en": "Ann Reporter", "ru": "Анна Репортёр"}
BODY_BYTES = 10 * 1024


def story(number: int, language: str = "en") -> dict[str, Any]:
    """The body of `POST /articles` for one story: a text of 10 KB, a lede, a byline, three tags."""
    sentence = _SENTENCES[language]
    body = sentence * (BODY_BYTES // len(sentence.encode()) + 1)
    return {
        "headline": _HEADLINES[language].format(number),
        "lede": (sentence * 2)[:160],
        "body_text": body.encode()[:BODY_BYTES].decode("utf-8", "ignore"),
        "byline": [_BYLINES[language]],
        "tags": ["bridges", "roads", "city"],
        "section": "news",
        "language": language,
    }
