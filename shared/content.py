"""The text of a story: what an editor writes, tidied and held to its limits. Pure: nothing of AWS."""

import re
import unicodedata
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=100)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN, max_length=35)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


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
    tags: list[Tag] = Field(default_factory=list, max_length=40)
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


class Correction(BaseModel):
    """What was wrong, what is right, when it was put right (UTC)."""

    note: str
    wrong: str | None = None
    right: str | None = None
    at: AwareDatetime


def tidy(text: str) -> str:
    """Unicode NFC, without control characters other than tab and line feed."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def paragraphs(text: str) -> str:
    """Plain text as HTML: one escaped `<p>` per block between blank lines."""
    blocks = (block.strip() for block in re.split(r"\n[ \t]*\n", text))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)
