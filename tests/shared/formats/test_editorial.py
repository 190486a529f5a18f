"""A wire's status, its marks and the words over a text become one signal."""

import pytest

from shared.formats.editorial import is_known_status, signal
from shared.formats.story import Signal


@pytest.mark.parametrize(
    ("status", "marks", "wanted"),
    [
        (None, [], Signal.PUBLISH),
        ("", [], Signal.PUBLISH),
        ("usable", [], Signal.PUBLISH),
        ("stat:usable", ["sig:update"], Signal.PUBLISH),
        ("canceled", [], Signal.KILL),
        ("cancelled", [], Signal.KILL),
        ("stat:canceled", [], Signal.KILL),
        ("http://cv.iptc.org/newscodes/pubstatusg2/canceled", ["sig:update"], Signal.KILL),
        ("withheld", [], Signal.WITHHOLD),
        ("http://cv.iptc.org/newscodes/pubstatusg2/withheld", [], Signal.WITHHOLD),
        ("usable", ["sig:correction"], Signal.CORRECTION),
        ("usable", ["http://cv.iptc.org/newscodes/signal/correction", "sig:update"], Signal.CORRECTION),
        ("usable", ["editorialtype:Advisory"], Signal.ADVISORY),
        ("usable", ["Kill"], Signal.KILL),
        ("usable", ["editorialtype:MandatoryKill"], Signal.KILL),
        ("usable", ["Withhold", "Correction"], Signal.WITHHOLD),
        ("usable", ["sig:writethru"], Signal.PUBLISH),
        ("usable", ["x:x", "", "q:q"], Signal.PUBLISH),
    ],
)
def test_status_and_marks_tell(status: str | None, marks: list[str], wanted: Signal) -> None:
    assert signal(status, marks) is wanted


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("EDITORS: KILL the story slugged River Bridge", Signal.KILL),
        ("Mandatory Kill: River bridge opens", Signal.KILL),
        ("BULLETIN KILL", Signal.KILL),
        ("KILL: River bridge", Signal.KILL),
        ("BC-Vale--River Bridge, KILL", Signal.KILL),
        ("АННУЛИРОВАНО: Мост открыт", Signal.KILL),
        ("WITHDRAWN-River bridge opens", Signal.KILL),
        ("Mandatory Withhold: River bridge", Signal.WITHHOLD),
        ("WITHHOLD", Signal.WITHHOLD),
        ("ADVISORY: Coverage of the flood", Signal.ADVISORY),
        ("ADVISORY Coverage of the flood", Signal.ADVISORY),
        ("BC-Vale--Flood-Advisory", Signal.ADVISORY),
        ("EDITORS: The flood story moves at noon", Signal.ADVISORY),
        ("CORRECTED-River bridge opens on Monday", Signal.CORRECTION),
        ("ПОПРАВКА: Мост открыт", Signal.CORRECTION),
        ("BERICHTIGUNG: Brücke offen", Signal.CORRECTION),
    ],
)
def test_headlines_that_are_no_headlines_tell_where_nothing_else_does(heading: str, wanted: Signal) -> None:
    assert signal("usable", [], [heading]) is wanted
    assert signal("usable", ["sig:update"], [heading]) is Signal.PUBLISH


@pytest.mark.parametrize(
    "heading",
    [
        "KILL BILL RETURNS TO THE MARROWFORD CINEMA",
        "KILLER WHALE SEEN IN THE SILL",
        "Kill the weeds before May, says gardener",
        "ADVISORY BOARD MEETS ON MONDAY",
        "Advisory board meets on Monday",
        "CORRECTION FACILITY GETS A NEW ROOF",
        "Correction officers strike",
        "Withdrawn minister returns",
        "HOLD THE LINE: STRIKERS MARCH",
        "Editors of the Gazette meet",
        "BC-Vale--River Bridge, 1st Ld-Writethru",
        "A story of a KILL: how the mill closed",
    ],
)
def test_headlines_for_readers_tell_nothing(heading: str) -> None:
    assert signal("usable", [], [heading]) is Signal.PUBLISH


def test_a_status_is_known_by_any_spelling() -> None:
    assert all(map(is_known_status, ("usable", "canceled", "cancelled", "stat:withheld")))
    assert not any(map(is_known_status, ("replaced", "commissioned", "", "maybe")))
