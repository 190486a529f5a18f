"""The text of a story: what an editor writes, tidied and held to its limits. Pure: nothing of AWS."""

import re
import unicodedata
from html import escape
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from shared.moments import Instant

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


def tidy(text: str) -> str:
    """Unicode NFC, without control characters other than tab and line feed."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


# Before the lengths are looked at: what tidying leaves of a text is what they hold for.
_TIDY = BeforeValidator(lambda value: tidy(value) if isinstance(value, str) else value)

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=100)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN, max_length=35)]
Text = Annotated[str, _TIDY]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), _TIDY]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), _TIDY]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), _TIDY]


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
    caption: Note | None = None
    credit: Line | None = None


class Content(BaseModel):
    """What an editor writes. Give the body as `body_html` or as `body_text` (paragraphs between blank lines).

    Texts are brought to Unicode NFC and the C0 control characters other than tab and line feed are taken out.
    """

    model_config = ConfigDict(extra="forbid")

    headline: Line
    lede: Note | None = None
    body_html: Text = ""
    body_text: Text | None = Field(default=None, exclude=True)
    byline: list[Line] = Field(default_factory=list, max_length=20)
    credit: Line | None = None
    dateline: Line | None = None
    section: Slug | None = Field(default=None, description="Absent: the title's first section")
    tags: list[Tag] = Field(default_factory=list, max_length=40)
    language: Language | None = Field(default=None, description="BCP 47; absent: the title's first language")
    slug: Slug | None = Field(default=None, description="Absent: made from the headline at publication")
    images: list[Image] = Field(default_factory=list, max_length=50)
    source: Source | None = None
    published_at: Instant | None = Field(
        default=None, description="When it first appeared elsewhere; absent: the moment of publication"
    )
    carried_over: int = Field(default=0, ge=0, le=10**12, description="Readings counted by an older site")

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
    at: Instant


def paragraphs(text: str) -> str:
    """Plain text as HTML: one escaped `<p>` per block between blank lines."""
    blocks = (block.strip() for block in re.split(r"\n[ \t]*\n", text))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)
