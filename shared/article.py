"""The story: what it holds, the states it passes through, who may do what. Pure: nothing of AWS."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from html import escape
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from shared.errors import Conflict, Forbidden

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID_PATTERN = r"^[0-9A-HJKMNP-TV-Z]{26}$"  # a ULID: sorts by time of creation
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=100)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN, max_length=35)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Status(StrEnum):
    """Where a story stands. Only PUBLISHED ones are read."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Action(StrEnum):
    """What can be done to a story that exists."""

    REVISE = "revise"
    PUBLISH = "publish"


LIFE: dict[Action, dict[Status, Status]] = {
    Action.REVISE: {Status.DRAFT: Status.DRAFT, Status.PUBLISHED: Status.PUBLISHED},
    Action.PUBLISH: {Status.DRAFT: Status.PUBLISHED},
}


class Group(StrEnum):
    """The Cognito groups, each may do what the ones before it may."""

    REPORTER = "reporter"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, needed: "Group") -> bool:
        """Whether this group may do what `needed` may."""
        ranks = list(Group)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in person, or a part of the system on somebody's behalf."""

    name: str
    group: Group

    def require(self, needed: Group) -> None:
        """Raises Forbidden unless the actor's group covers `needed`."""
        if not self.group.covers(needed):
            raise Forbidden(f"This needs the group {needed}; you are in {self.group}.")


class Source(BaseModel):
    """Where the story came from."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    uri: Annotated[str, StringConstraints(max_length=2000)] | None = None
    version: Annotated[str, StringConstraints(max_length=100)] | None = None


class Image(BaseModel):
    """A picture of the story, by URL."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)]
    caption: Annotated[str, StringConstraints(max_length=2000)] | None = None
    credit: Annotated[str, StringConstraints(max_length=300)] | None = None


class Content(BaseModel):
    """What an editor writes. Give the body as `body_html` or as `body_text` (paragraphs between blank lines).

    Texts are brought to Unicode NFC and the C0 control characters other than tab and line feed are taken out.
    """

    model_config = ConfigDict(extra="forbid")

    headline: Line
    lede: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] | None = None
    body_html: str = ""
    body_text: str | None = Field(default=None, exclude=True)
    byline: list[Line] = Field(default_factory=list, max_length=20)
    credit: Line | None = None
    dateline: Line | None = None
    section: Slug | None = Field(default=None, description="Absent: the title's first section")
    tags: list[Line] = Field(default_factory=list, max_length=50)
    language: Language | None = Field(default=None, description="BCP 47; absent: the title's first language")
    slug: Slug | None = Field(default=None, description="Absent: made from the headline at publication")
    images: list[Image] = Field(default_factory=list, max_length=50)
    source: Source | None = None
    published_at: AwareDatetime | None = Field(
        default=None, description="When it first appeared elsewhere; absent: the moment of publication"
    )
    carried_over: int = Field(default=0, ge=0, le=10**12, description="Readings counted by an older site")

    @field_validator("headline", "lede", "body_html", "body_text", "credit", "dateline", mode="after")
    @classmethod
    def _tidy(cls, value: str | None) -> str | None:
        return None if value is None else tidy(value)

    @field_validator("published_at", mode="after")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value and value.astimezone(UTC)

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.body_text is not None:
            if self.body_html:
                raise ValueError("give body_html or body_text, not both")
            self.body_html = paragraphs(self.body_text)
            self.body_text = None
        return self


def tidy(text: str) -> str:
    """Unicode NFC, without control characters other than tab and line feed."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def paragraphs(text: str) -> str:
    """Plain text as HTML: one escaped `<p>` per block between blank lines."""
    blocks = (block.strip() for block in re.split(r"\n[ \t]*\n", text))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)


class Story(BaseModel):
    """A story's state: small, rewritten at every change, while the text (a Content) is written once per revision.

    `version` counts every change from 1 without a gap; it is the ETag, and the sequence of the event that tells of
    the change. `text_version` is the version that wrote the current text. Times are UTC.
    """

    id: str
    status: Status = Status.DRAFT
    version: int = 0
    text_version: int = 0
    headline: str
    lede: str | None = None
    language: str
    section: str
    tags: list[str] = []
    byline: list[str] = []
    slug: str | None = None
    owner: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None

    @property
    def public(self) -> bool:
        """Whether readers may see it: the one gate."""
        return self.status is Status.PUBLISHED

    def advance(self, action: Action) -> Status:
        """The status after `action`; raises Conflict when the state does not allow it."""
        allowed = LIFE[action]
        if self.status not in allowed:
            where = ", ".join(allowed)
            raise Conflict(f"The story is {self.status}; to {action} it must be {where}.", current_version=self.version)
        return allowed[self.status]

    def changed(self, now: datetime, **changes: Any) -> "Story":
        """The next version of the state."""
        return self.model_copy(update={**changes, "version": self.version + 1, "updated_at": now})

    def with_text(self, content: Content) -> dict[str, Any]:
        """The parts of the state that repeat the text, for lists."""
        return {
            "headline": content.headline,
            "lede": summary(content.lede),
            "language": content.language or self.language,
            "section": content.section or self.section,
            "tags": content.tags,
            "byline": content.byline,
        }


def permit(action: Action, actor: Actor, story: Story) -> None:
    """Reporters revise their own drafts; everything else takes an editor. Raises Forbidden."""
    if action is Action.REVISE and story.status is Status.DRAFT and story.owner == actor.name:
        return
    actor.require(Group.EDITOR)


def summary(text: str | None, limit: int = 160) -> str | None:
    """The start of a text, cut at a word, for lists: what a list stores is billed with every transition."""
    if text is None or len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0] + "…"


def utc_now() -> datetime:
    """Now, in UTC, to the millisecond: what is answered is what was stored."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and a Z, which sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
