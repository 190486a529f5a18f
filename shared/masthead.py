"""The title: what stands above every story."""

from pydantic import BaseModel

from shared import settings


class Masthead(BaseModel):
    """The newspaper as its stack was set up; `time_zone` is an IANA name, languages BCP 47, the default first."""

    name: str
    address: str
    phone: str
    fax: str
    time_zone: str
    languages: list[str]
    sections: list[str]


def masthead() -> Masthead:
    """The masthead of this stack."""
    return Masthead(
        name=settings.value("TITLE_NAME"),
        address=settings.value("TITLE_ADDRESS"),
        phone=settings.value("TITLE_PHONE"),
        fax=settings.value("TITLE_FAX"),
        time_zone=settings.value("TITLE_TIME_ZONE"),
        languages=settings.words("TITLE_LANGUAGES"),
        sections=settings.words("TITLE_SECTIONS"),
    )
