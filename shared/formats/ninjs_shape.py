"""What a ninjs item may look like: the types on which the schemas of 1.x, 2.x and 3.x agree (IPTC News in JSON).

Names are compared without case: 3.x writes in camel case what 2.x and 1.x write small. A known property of a wrong type
is always a fault. What only a strict schema minds (a property of the agency's own, digits for a number, a null) is one
where the item carries nothing else to read: no newspaper misses its news for an extra property.
"""

import re
from collections.abc import Iterator
from typing import Any

from shared.formats.editorial import is_known_status
from shared.formats.shapes import (
    Check,
    Fault,
    Shapes,
    anything,
    each_of,
    either,
    group,
    named,
    number,
    one_of,
    text,
    whole,
    within,
)

DEEPEST = 16
"""Associations within associations."""

_EXTENDED = re.compile(r"(?:body|description|headline)_[a-z0-9_]+")
_GEOMETRY = re.compile(r"geometry_[a-z0-9_]+")
_DATE = re.compile(
    r"-?(?:[1-9][0-9]*)?[0-9]{4}(?:-(?:1[0-2]|0[1-9])(?:-(?:3[01]|0[1-9]|[12][0-9])"
    r"(?:T(?:2[0-3]|[01][0-9]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:2[0-3]|[01][0-9]):[0-5][0-9])?)?)?)?"
)


def version(value: Any, field: str) -> Iterator[Fault]:
    """A string; some agencies send the number."""
    if not isinstance(value, str):
        yield Fault(field, "must be a text", minor=isinstance(value, int) and not isinstance(value, bool))


def status(value: Any, field: str) -> Iterator[Fault]:
    """usable, withheld or canceled; another spelling of a kill is still a kill."""
    known = isinstance(value, str) and is_known_status(value)
    for fault in one_of("usable", "withheld", "canceled")(value, field):
        yield fault._replace(minor=known or value is None)


def date(value: Any, field: str) -> Iterator[Fault]:
    """A date that may end after the year, the month or the day (3.x)."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        yield Fault(field, "must be a date such as 2026-11-24")


def association(value: Any, field: str) -> Iterator[Fault]:
    """An item within an item. What only a strict schema minds is minded where it shows nothing."""
    if field.count("associations") > DEEPEST:
        yield Fault(field, f"is nested more than {DEEPEST} deep")
        return
    # Some agencies send null where a picture was taken away.
    shows = value is None or (isinstance(value, dict) and any(name.lower().startswith(_SHOWN) for name in value))
    for fault in _item(value, field):
        minor = fault.minor or fault.field == f"{field}/uri"
        if not (minor and shows):
            yield fault._replace(minor=False)


def listed_association(value: Any, field: str) -> Iterator[Fault]:
    """In a list an association carries its name within."""
    yield from association(value, field)
    if isinstance(value, dict) and not any(name.lower().startswith((*_SHOWN, "name")) for name in value):
        yield Fault(f"{field}/name", "is missing")


def faults(item: dict[str, Any]) -> Iterator[Fault]:
    """All that is wrong with an item, in its order."""
    yield from _item(item, "")


def _extended(name: str) -> Check | None:
    return text if _EXTENDED.fullmatch(name) else None


def _geometries(name: str) -> Check | None:
    return named(anything) if _GEOMETRY.fullmatch(name) else None


def geometry(value: Any, field: str) -> Iterator[Fault]:
    """GeoJSON (RFC 7946): a type, and what it needs."""
    kind = value.get("type") if isinstance(value, dict) else None
    needed = _GEOJSON.get(kind) if isinstance(kind, str) else None
    if needed is None:
        yield Fault(within(field, "type"), f"must be {', '.join(_GEOJSON)}")
    elif needed not in value or not isinstance(value[needed], dict if needed == "geometry" else list):
        yield Fault(within(field, needed), "is missing or of a wrong type")


_SHOWN = ("headline", "body", "bodies", "description", "renditions")
_CONCEPT_NAMES = "name rel role scheme code uri literal id creator title href".split()
_GEOJSON = dict.fromkeys("Point LineString Polygon MultiPoint MultiLineString MultiPolygon".split(), "coordinates") | {
    "GeometryCollection": "geometries", "Feature": "geometry", "FeatureCollection": "features",
}  # fmt: skip
_TYPES = one_of(*"text audio video picture graphic composite component event planning".split())
_URGENCY = whole(0, 10)
_CONTACT = each_of(
    group(
        dict.fromkeys("type role lang name value".split(), text)
        | {
            "address": group({"lines": each_of(text)} | dict.fromkeys("locality area postalcode country".split(), text))
        },
        one=("value", "address"),
    )
)
_CONCEPT = dict.fromkeys(_CONCEPT_NAMES, text)
_PERCENT = whole(0, 100)
_PARTY: Shapes = _CONCEPT | {
    "symbols": each_of(group(dict.fromkeys("ticker exchange symboltype symbol".split(), text))),
    "contactinfo": _CONTACT,
}
_CONCEPTS = each_of(group(_CONCEPT | {"relevance": _PERCENT, "confidence": _PERCENT}))
_PARTIES = each_of(group(_PARTY))
_PLACES = each_of(group(_CONCEPT | {"contactinfo": _CONTACT, "geojson": geometry}, more=_geometries))
_TOLD = each_of(
    group(
        {"role": text, "contenttype": text, "value": text, "charcount": number, "wordcount": number},
        required=("value",),
    )
)
_RENDITION = group(
    dict.fromkeys(
        "name href mimetype contenttype title format aspectratio videocodec transportprotocol bitrate".split(), text
    )
    | dict.fromkeys("height width sizeinbytes duration framerate".split(), number)
    | {"poi": group({"x": number, "y": number}), "scantype": one_of("progressive", "interlaced")}
)
_RENDITIONS = either(named(_RENDITION), each_of(_RENDITION))
_RULES = each_of(
    group(
        {
            "frequency": one_of(*"secondly minutely hourly daily weekly monthly yearly".split()),
            "interval": number,
            "until": text,
            "count": number,
        }
    )
)
_DATES = group(
    dict.fromkeys("startdate enddate expectedduration".split(), text)
    | dict.fromkeys(("expectedstartdate", "expectedenddate"), date)
    | {"recurrence": group({"recurrencedates": either(date, each_of(date)), "recurrencerules": _RULES})}
)


def dates(value: Any, field: str) -> Iterator[Fault]:
    """When an event is: a start or an expected start, or an end or an expected end, and not both."""
    found = list(_DATES(value, field))
    yield from found
    if not found:
        names = [name.lower() for name in value]
        if all(names.count(end) + names.count(f"expected{end}") != 1 for end in ("startdate", "enddate")):
            yield Fault(field, "must have one start or one end")


_COVERAGE = each_of(
    group(
        dict.fromkeys("uri title ednote language".split(), text)
        | {
            "pubstatus": status,
            "type": _TYPES,
            "commissioned": group(
                {"by": text, "on": text, "references": each_of(group({"name": text, "value": text}))}
            ),
            "dates": dates,
            "audiences": each_of(group({"audience": text, "significance": number})),
            "exclaudience": each_of(text),
            "urgency": _URGENCY,
            "itemcount": group({"rangefrom": number, "rangeto": number}),
            "wordcount": number,
            "renditions": each_of(_RENDITION),
        }
    )
)
_ADVICE_CODE = group({"code": text, "scheme": text})
_ITEM: Shapes = (
    dict.fromkeys(
        "uri mimetype profile versioncreated firstcreated contentcreated embargoed embargoeduntil expires"
        " copyrightholder copyrightnotice usageterms ednote language title byline by headline slugline located name rel"
        " $schema".split(),
        text,
    )
    | dict.fromkeys("event events object objects".split(), _CONCEPTS)
    | dict.fromkeys("subject subjects genre genres trustindicator trustindicators".split(), _CONCEPTS)
    | dict.fromkeys("person people organisation organisations infosource infosources".split(), _PARTIES)
    | dict.fromkeys("place places".split(), _PLACES)
    | dict.fromkeys("bodies headlines descriptions".split(), _TOLD)
    | dict.fromkeys("charcount wordcount".split(), number)
    | dict.fromkeys("standard $standard".split(), group(dict.fromkeys("name version schema".split(), text)))
    | {
        "type": _TYPES,
        "representationtype": one_of("complete", "incomplete", "full", "partial"),
        "version": version,
        "pubstatus": status,
        "urgency": _URGENCY,
        "renditions": _RENDITIONS,
        "associations": either(named(association), each_of(listed_association)),
        "altids": either(named(anything), each_of(group({"role": text, "value": text}))),
        "rightsinfo": group(
            dict.fromkeys("langid linkedrights encodedrights".split(), text), one=("linkedrights", "encodedrights")
        ),
        "digitalsourcetype": group(dict.fromkeys("name uri literal".split(), text)),
        "eventdetails": group(
            {"eventstatus": text, "plannedcoveragestatus": text, "dates": dates, "organiser": group(_PARTY)}
        ),
        "plannedcoverage": _COVERAGE,
        "advices": each_of(
            group(
                {
                    "role": one_of("publish"),
                    "environments": each_of(_ADVICE_CODE),
                    "importance": _ADVICE_CODE,
                    "lifetime": _ADVICE_CODE,
                }
            )
        ),
    }
)
_item = group(_ITEM, required=("uri",), more=_extended)
