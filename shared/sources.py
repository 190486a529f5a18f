"""The wires and feeds of a title: what an editor set up for each, and how its polling went."""

import json
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from shared import clients, moments, settings
from shared.article import Actor, Group, iso, utc_now
from shared.content import SLUG_PATTERN, Language, Line, Slug
from shared.errors import Conflict, NotFound, Unprocessable
from shared.table import Cancelled, Item, Write, delete, get, put_new, query, write

_PARTITION = "SOURCES"  # a title has dozens at most, so one query shows all of them


def known_zone(name: str) -> str:
    """The name of an IANA zone. Raises ValueError for any other."""
    try:
        return moments.zone(name).key
    except Unprocessable as problem:
        raise ValueError(problem.errors[0]["detail"]) from None


Zone = Annotated[str, AfterValidator(known_zone)]
Secret = Annotated[SecretStr, Field(max_length=2000)]


class Publishing(StrEnum):
    """What becomes of a source's stories: drafts, published stories, or nothing before an editor releases them."""

    DRAFT = "draft"
    PUBLISH = "publish"
    HOLD = "hold"


class Takedown(StrEnum):
    """Whether a source's kill or withhold acts by itself or waits for an editor."""

    AUTOMATIC = "automatic"
    HOLD = "hold"


class Credentials(BaseModel):
    """How a source is asked: HTTP Basic (RFC 7617), or a bearer token (RFC 6750). Kept in SSM, never shown again."""

    model_config = ConfigDict(extra="forbid")

    username: Line | None = None
    password: Secret | None = None
    bearer: Secret | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        basic = self.username is not None and self.password is not None
        if basic == (self.bearer is not None):
            raise ValueError("give username and password, or bearer")
        return self


class Source(BaseModel):
    """A wire or a feed as an editor sets it up. With a `url` it is polled; without one it sends by itself."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    url: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)] | None = None
    time_zone: Zone | None = Field(default=None, description="IANA zone of its times without one; absent: the title's")
    section: Slug | None = Field(default=None, description="Where stories go that name no section of the title")
    language: Language | None = Field(default=None, description="Of stories that do not tell")
    publish: Publishing = Publishing.DRAFT
    takedown: Takedown = Takedown.AUTOMATIC
    every_minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    quiet_after_hours: Annotated[int, Field(ge=1, le=24 * 60)] | None = Field(
        default=None, description="Announce `source.quiet` after so many hours without a new story"
    )


class NewSource(Source):
    """A source with the id that payloads and drops name it by."""

    id: Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=60)]
    credentials: Credentials | None = None


class ChangedSource(Source):
    """A source as it is to be; absent `credentials` stay as they are."""

    credentials: Credentials | None = None


class SourceState(BaseModel):
    """How a source's polling goes. Times are UTC."""

    polled_at: datetime | None = None
    answered: str | None = None
    failures: int = 0
    next_poll_at: datetime | None = None
    last_ingest: str | None = None
    new_at: datetime | None = None
    quiet_since: datetime | None = None


class KnownSource(Source):
    """A source as it was set up, and how it goes."""

    id: str
    has_credentials: bool
    state: SourceState


class SourceList(BaseModel):
    """Every source, by id."""

    items: list[KnownSource]


def key(source_id: str) -> Item:
    """The key of a source."""
    return {"pk": _PARTITION, "sk": f"SOURCE#{source_id}"}


def create(new: NewSource, actor: Actor) -> KnownSource:
    """Raises Conflict when the id is taken."""
    actor.require(Group.EDITOR)
    now = iso(utc_now())
    item = key(new.id) | {"id": new.id, "source": _stored(new), "by": actor.name, "created_at": now, "new_at": now}
    if new.credentials:
        item["credentialed"] = True
    if new.url:
        item["next_poll_at"] = now
    if not put_new(settings.value("NEWSROOM_TABLE"), item):
        raise Conflict(f"There is a source {new.id}; choose another id, or change that one.")
    if new.credentials:
        _keep_secret(new.id, new.credentials)
    return known(new.id)


def change(source_id: str, changed: ChangedSource, actor: Actor) -> KnownSource:
    """Sets a source up anew; how its polling went stays known. Raises NotFound."""
    actor.require(Group.EDITOR)
    before = known(source_id)
    if changed.credentials:
        _keep_secret(source_id, changed.credentials)
    values: Item = {":source": _stored(changed), ":by": actor.name, ":kept": bool(changed.credentials)}
    values[":kept"] |= before.has_credentials
    gone = ["failures"]
    if changed.url != before.url:
        # Another address has other validators, and is asked at once.
        gone += ["etag", "modified", "digest"]
    turn = "next_poll_at = :now" if changed.url else ""
    if changed.url:
        values[":now"] = iso(utc_now())
    else:
        gone.append("next_poll_at")
    sets = ", ".join(filter(None, ("#source = :source", "#by = :by", "#kept = :kept", turn)))
    changing = Write(
        settings.value("NEWSROOM_TABLE"),
        key(source_id),
        condition="attribute_exists(pk)",
        update=f"SET {sets} REMOVE {', '.join(gone)}",
        names={"#source": "source", "#by": "by", "#kept": "credentialed"},
        values=values,
    )
    write(changing)
    return known(source_id)


def forget(source_id: str, actor: Actor) -> KnownSource:
    """Ends a source: it is polled no more, its credentials are deleted; its stories stay. Raises NotFound."""
    actor.require(Group.EDITOR)
    last = known(source_id)
    delete(settings.value("NEWSROOM_TABLE"), **key(source_id))
    if last.has_credentials:
        clients.ssm().delete_parameter(Name=_parameter(source_id))
    return last


def listed() -> SourceList:
    """Every source."""
    return SourceList(items=[_known(item) for item in every()])


def every() -> list[Item]:
    """Every source as stored."""
    return list(query(settings.value("NEWSROOM_TABLE"), _PARTITION, "SOURCE#"))


def known(source_id: str) -> KnownSource:
    """One source. Raises NotFound."""
    item = find(source_id)
    if item is None:
        raise NotFound(f"There is no source {source_id}.")
    return _known(item)


def find(source_id: str) -> Item | None:
    """One source as stored, or None: payloads may name a source that nobody has set up."""
    return get(settings.value("NEWSROOM_TABLE"), **key(source_id))


def setup(item: Item | None) -> Source | None:
    """What an editor set up for a stored source."""
    return Source.model_validate(item["source"]) if item else None


def heard(source_id: str, ingest: str, *, new: bool) -> None:
    """Notes which payload of a source was read last, and whether it brought something new: then it is not quiet."""
    update = "SET last_ingest = :ingest" + (", new_at = :now REMOVE quiet_since" if new else "")
    values: Item = {":ingest": ingest} | ({":now": iso(utc_now())} if new else {})
    noting = Write(
        settings.value("NEWSROOM_TABLE"), key(source_id), "attribute_exists(pk)", update=update, values=values
    )
    with suppress(Cancelled):  # it was ended meanwhile
        write(noting)


def credentials(item: Item) -> Credentials | None:
    """The credentials of a stored source, from SSM."""
    if not item.get("credentialed"):
        return None
    answer = clients.ssm().get_parameter(Name=_parameter(item["id"]), WithDecryption=True)
    return Credentials.model_validate_json(answer["Parameter"]["Value"])


def _known(item: Item) -> KnownSource:
    state = {name: item[name] for name in SourceState.model_fields if name in item}
    return KnownSource.model_validate(
        {**item["source"], "id": item["id"], "has_credentials": bool(item.get("credentialed")), "state": state}
    )


def _stored(source: Source) -> Item:
    return source.model_dump(mode="json", include=set(Source.model_fields), exclude_none=True)


def _keep_secret(source_id: str, given: Credentials) -> None:
    told = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in given
        if value is not None
    }
    clients.ssm().put_parameter(Name=_parameter(source_id), Value=json.dumps(told), Type="SecureString", Overwrite=True)


def _parameter(source_id: str) -> str:
    return f"/dateline/{settings.value('STACK')}/sources/{source_id}"
