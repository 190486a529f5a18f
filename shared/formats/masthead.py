"""The masthead above a page's date line: the newspaper's name, address, phone and fax."""

import re
from typing import NamedTuple

_SHORTEST, _LONGEST = len("5-58-41"), 300
# A number of five characters or more, so that "Phone 112" in a headline is not one.
_NUMBER_FOLLOWS = r"[.:№ ]*(?=[+(]?[0-9][0-9 ().,;/+-]{4})"
_FIELD = re.compile(
    r"(?<!\w)(?:"
    r"(?P<address>ad{1,2}ress|(?:наш )?адрас(?: рэдакцыі)?|(?:наш )?адрес(?: редакции)?|адреса(?: редакції)?"
    r"|adres(?: redakcji)?|adresse|anschrift|adresas) ?:"
    rf"|(?P<both>(?:phone|tel|тел|тэл)\w{{0,8}}\.? ?/ ?(?:fax|факс|faks)){_NUMBER_FOLLOWS}"
    rf"|(?P<fax>(?:tele)?fax|факс|faks(?:as)?){_NUMBER_FOLLOWS}"
    rf"|(?P<phone>phone|tel(?:ephone|efon\w{{0,3}})?|тел(?:ефон\w{{0,2}})?|тэл(?:ефон\w{{0,2}})?){_NUMBER_FOLLOWS}"
    r"|(?P<other>e-?mail|эл\. ?почта|web(?:site)?|site|сайт|индекс|індэкс|унп|(?:галоўны )?рэдактар"
    r"|(?:главный )?редактор|editor|учредител\w{1,2}|заснавальнік\w?) ?:"
    r")",
    re.IGNORECASE,
)
# Six digits (BY, RU), a country and five (LT, DE), two and three (PL); five alone only before a town and nothing else.
_POSTCODE = re.compile(
    r"(?:^|[, ])(?:[0-9]{6}(?=,|$)|(?:LT|D)-[0-9]{5}\b|[0-9]{2}-[0-9]{3} \w)|^(?:[0-9]{6} \w|[0-9]{5} \w+$)"
)
_BARE_NUMBER = re.compile(r"[+(0-9][0-9 ().,;/+-]{5,60}")
_BARE_ADDRESS = re.compile(r"\S+@\S+\.\w+|(?:https?://|www\.)\S+", re.IGNORECASE)


class Masthead(NamedTuple):
    """Fields found; the other lines; whether the last of those stood directly above the date line."""

    fields: dict[str, str]
    others: list[str]
    ends_with_other: bool


def is_masthead_line(line: str) -> bool:
    """Whether `line` is an address, a phone, a fax, a web address or the like."""
    if not _SHORTEST <= len(line) <= _LONGEST:
        return False
    shapes = _FIELD.search(line) or _POSTCODE.search(line)
    return bool(shapes or _BARE_NUMBER.fullmatch(line) or _BARE_ADDRESS.fullmatch(line))


def read_masthead(lines: list[str]) -> Masthead:
    """Return what the lines above a date line say of the newspaper.

    An address runs on over the lines up to the next field. The name is not told here: it may be the headline.
    """
    parts: dict[str, list[str]] = {}
    others: list[str] = []
    waiting: list[str] = []
    for line in lines:
        if is_masthead_line(line):
            parts.get("address", others).extend(waiting)
            waiting = []
            _read_fields(line, parts)
        elif parts.get("address") == []:  # the label stood on a line of its own
            parts["address"].append(line)
        else:
            waiting.append(line)
    fields = {name: ", ".join(filter(None, values)) for name, values in parts.items()}
    return Masthead({name: value for name, value in fields.items() if value}, others + waiting, bool(waiting))


def _read_fields(line: str, parts: dict[str, list[str]]) -> None:
    labels = list(_FIELD.finditer(line))
    starts = [label.start() for label in labels] + [len(line)]
    if value := line[: starts[0]].strip(" ,;|"):
        if _BARE_NUMBER.fullmatch(value):
            parts.setdefault("phone", []).append(value)
        elif _POSTCODE.search(value) or ("address" in parts and not _BARE_ADDRESS.fullmatch(value)):
            parts.setdefault("address", []).append(value)
    for label, end in zip(labels, starts[1:], strict=True):
        value = line[label.end() : end].strip(" ,;|")
        for name in ("phone", "fax") if label.lastgroup == "both" else (label.lastgroup or "other",):
            if name != "other":
                parts.setdefault(name, []).extend([value] if value else [])
