"""The story: the states it passes through, who may do what. Pure: nothing of AWS."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field

from shared.content import Content
from shared.errors import Conflict, Forbidden

ID_PATTERN = r"^[0-9A-HJKMNP-TV-Z]{26}$"
"""A ULID, which sorts by its time: what stories and events are named by."""
Number = Annotated[int, Field(ge=1, le=99_999_999)]
"""Which version of a story: what its keys have digits for."""


class Status(StrEnum):
    """Where a story stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    EMBARGOED = "embargoed"
    PUBLISHED = "published"
    CORRECTED = "corrected"
    UNPUBLISHED = "unpublished"
    WITHDRAWN = "withdrawn"
    REDIRECT = "redirect"
    GONE = "gone"
    VANISHED = "vanished"
    SUBSTITUTED = "substituted"
    KILLED = "killed"
    ARCHIVED = "archived"


PUBLIC = frozenset({Status.PUBLISHED, Status.CORRECTED})
"""The states in which readers see a story: what every gate asks."""
_WAITING = frozenset({Status.SCHEDULED, Status.EMBARGOED})
_OPEN = frozenset({Status.DRAFT, Status.UNPUBLISHED}) | _WAITING | PUBLIC
REMOVALS = frozenset({Status.WITHDRAWN, Status.REDIRECT, Status.GONE, Status.VANISHED, Status.SUBSTITUTED})
"""The ways in which an editor takes down a story that readers saw."""


class Group(StrEnum):
    """The Cognito groups, each may do what the ones before it may."""

    REPORTER = "reporter"
    EDITOR = "editor"
    ADMIN = "admin"

    def covers(self, needed: "Group") -> bool:
        """Whether this group may do what `needed` may."""
        ranks = list(Group)
        return ranks.index(self) >= ranks.index(needed)


class Action(StrEnum):
    """What can be done to a story that exists."""

    REVISE = "revise"
    RESTORE = "restore"
    SCHEDULE = "schedule"
    EMBARGO = "embargo"
    UNSCHEDULE = "unschedule"
    LIFT = "lift the embargo of"
    PUBLISH = "publish"
    CORRECT = "correct"
    UNPUBLISH = "unpublish"
    REMOVE = "remove"
    KILL = "kill"
    REINSTATE = "reinstate"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Rule:
    """From which states an action is possible, where it leads (None: the state stays), who may, and the event."""

    sources: frozenset[Status]
    target: Status | None
    event: str
    group: Group = Group.EDITOR
    own_draft: bool = False  # a reporter may, with a draft of her own


LIFE: dict[Action, Rule] = {
    Action.REVISE: Rule(_OPEN, None, "article.revised", own_draft=True),
    Action.RESTORE: Rule(_OPEN | {Status.ARCHIVED}, None, "article.revised", own_draft=True),
    Action.SCHEDULE: Rule(
        frozenset({Status.DRAFT, Status.SCHEDULED, Status.UNPUBLISHED}), Status.SCHEDULED, "article.scheduled"
    ),
    Action.EMBARGO: Rule(_OPEN - PUBLIC, Status.EMBARGOED, "article.scheduled"),
    Action.UNSCHEDULE: Rule(_WAITING, Status.DRAFT, "article.unscheduled"),
    Action.LIFT: Rule(frozenset({Status.EMBARGOED}), Status.SCHEDULED, "article.embargo.lifted"),
    Action.PUBLISH: Rule(
        frozenset({Status.DRAFT, Status.SCHEDULED, Status.UNPUBLISHED}), Status.PUBLISHED, "article.published"
    ),
    Action.CORRECT: Rule(PUBLIC | _WAITING, None, "article.corrected"),
    Action.UNPUBLISH: Rule(PUBLIC, Status.UNPUBLISHED, "article.unpublished"),
    Action.REMOVE: Rule(PUBLIC | {Status.UNPUBLISHED}, None, "article.withdrawn"),
    Action.KILL: Rule(_OPEN | {Status.ARCHIVED}, Status.KILLED, "article.killed"),
    Action.REINSTATE: Rule(REMOVALS | {Status.KILLED}, Status.UNPUBLISHED, "article.reinstated"),
    Action.ARCHIVE: Rule(
        frozenset({Status.DRAFT, Status.UNPUBLISHED}), Status.ARCHIVED, "article.archived", own_draft=True
    ),
}


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in person, or a part of the system on somebody's behalf."""

    name: str
    group: Group

    def require(self, needed: Group) -> None:
        """Raises Forbidden unless the actor's group covers `needed`."""
        if not self.group.covers(needed):
            raise Forbidden(f"This needs the group {needed}; you are in {self.group}.")


class Story(BaseModel):
    """A story's state: small, rewritten at every change, while the text (a Content) is written once per revision.

    `version` counts every change from 1 without a gap; it is the ETag, and the sequence of the event that tells of
    the change. `text_version` is the version that wrote the current text, `opened` the one that opened the gate of
    readings while it is open. `schedule` counts the plans, so that an old alarm is known. Times are UTC; before
    `source_embargo` its source wants nothing shown.
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
    publish_at: datetime | None = None
    embargo_until: datetime | None = None
    expires_at: datetime | None = None
    source_embargo: datetime | None = None
    schedule: int = 0
    opened: int | None = None
    corrections: int = 0
    public_note: str | None = None
    moved_to: str | None = None

    @property
    def public(self) -> bool:
        """Whether readers may see it: the one gate."""
        return self.status in PUBLIC

    @property
    def due_at(self) -> datetime | None:
        """When the schedule has something to do with it next."""
        if self.status is Status.EMBARGOED:
            return self.embargo_until
        if self.status is Status.SCHEDULED:
            return self.publish_at
        return self.expires_at if self.public else None

    @property
    def alarms(self) -> dict[str, datetime]:
        """Every moment of the plan, by a letter for what happens then: Embargo ends, Published, eXpires."""
        plan = {"e": self.embargo_until, "p": self.publish_at, "x": self.expires_at}
        return {name: moment for name, moment in plan.items() if moment is not None} if self.due_at else {}

    def advance(self, action: Action, actor: Actor) -> Status:
        """The status after `action`. Raises Forbidden when the actor may not, Conflict when the state forbids."""
        rule = LIFE[action]
        own = rule.own_draft and self.status is Status.DRAFT and self.owner == actor.name
        if not own:
            actor.require(Group.ADMIN if action is Action.REINSTATE and self.status is Status.KILLED else rule.group)
        if self.status not in rule.sources:
            where = " or ".join(sorted(rule.sources))
            raise Conflict(
                f"The story is {self.status}; to {action} it, it must be {where}.", current_version=self.version
            )
        return rule.target or (Status.DRAFT if self.status is Status.ARCHIVED else self.status)

    def changed(self, now: datetime, **changes: Any) -> "Story":
        """The next version of the state; its time goes on by a millisecond at least, whatever clock told it."""
        moment = max(now, self.updated_at + timedelta(milliseconds=1)) if self.version else now
        return self.model_copy(update={**changes, "version": self.version + 1, "updated_at": moment})

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
