"""What a text says to newsrooms is parted from it; what it says to readers stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats.private import is_private_mark, part

STORY = ["The road bridge over the Sill is open again.", "The ferry will not be sold, said the ferryman."]


@pytest.mark.parametrize(
    "note",
    [
        "Eds: UPDATES with the ferryman. ADDS byline.",
        "EDS: With photos.",
        "(Eds: Moving on general news services.)",
        "(EDITOR'S NOTE: The name of the mill is Hart & Daughters.)",
        "EDITOR’S NOTE: This story replaces an earlier one.",
        "EDITORS' NOTE — Adds a paragraph.",
        "Note to editors: photographs at noon.",
        "ATTENTION EDITORS: hold for release.",
        "NOT FOR PUBLICATION: the ferryman's number is 5-55-01.",
        "EMBARGOED UNTIL 5 p.m. on Monday",
        "Hinweis an die Redaktionen: neue Fassung.",
        "Achtung Redaktionen: Foto folgt.",
        "Sperrfrist: 12. Oktober, 18 Uhr",
        "К сведению редакторов: уточнена фамилия.",
        "Вниманию редакций! Повтор с исправлением.",
        "Не для публикации: телефон паромщика.",
        "Эмбарго до 12 октября",
        "UWAGA REDAKCJE: poprawiona wersja.",
        "Do wiadomości redakcji: zdjęcia o 12.00.",
        "Да ведама рэдактараў: новая версія.",
        "До відома редакторів: нова версія.",
    ],
)
def test_a_note_is_parted_from_either_end(note: str) -> None:
    assert part([note, *STORY]) == (1, 3, (note,))
    assert part([*STORY, note]) == (0, 2, (note,))


@pytest.mark.parametrize(
    "heading",
    "Notes to editors|NOTES TO EDITORS:|ENDS|-ENDS-|(Ends)|--- Ende ---|КОНЕЦ|Media contact:|Pressekontakt"
    "|Контакты для СМИ:|Kontakt dla mediów|Redaktionelle Hinweise|Notizblock".split("|"),
)
def test_what_follows_a_heading_for_editors_is_theirs(heading: str) -> None:
    contact = "Anna Kowal, 5-55-01"
    assert part([*STORY, heading, "The bridge has 41 piers.", contact]) == (
        0,
        2,
        (heading, "The bridge has 41 piers.", contact),
    )


def test_a_heading_above_the_text_speaks_for_one_paragraph() -> None:
    assert part(["EDITORS' NOTE", "Call the desk.", *STORY]) == (2, 4, ("EDITORS' NOTE", "Call the desk."))


@pytest.mark.parametrize(
    ("line", "private"),
    [
        ("CONTACT: Anna Kowal, 5-55-01-22", True),
        ("Contacts: desk@lowland.example", True),
        ("Contact: the ferry office is open on weekdays.", False),
        ("For tickets call 5-55-01-22.", False),
    ],
)
def test_a_contact_is_the_staffs_where_it_is_labelled_and_can_be_reached(*, line: str, private: bool) -> None:
    assert part([*STORY, line]).end == (2 if private else 3)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Editors of the paper met on Monday.",
        "Notes to editors of the Gazette were found in the attic.",
        "Embargo on timber was lifted on Monday, the ministry said.",
        "Embargo: ministers meet again.",
        "Ends of the bridge were painted first.",
        "Ende",
        "Ein Hinweis an die Redaktion kam von einer Leserin.",
        "Внимание, гололёд!",
        "Не для всех мост открыт.",
        "Uwaga, kierowcy: most zamknięty.",
        "Eddie: a life on the river.",
        "Contact sports are back.",
        "* * *",
    ],
)
def test_what_readers_may_read_stays(paragraph: str) -> None:
    assert part([paragraph, *STORY, paragraph]) == (0, 4, ())


def test_a_note_within_the_text_stays_where_it_is() -> None:
    assert part([STORY[0], "Eds: keep this in.", STORY[1]]) == (0, 3, ())


def test_a_row_of_signs_ends_the_text_only_near_its_end() -> None:
    assert part([*STORY, "# # #", "Lowland Wire"]) == (0, 2, ("# # #", "Lowland Wire"))
    assert part([STORY[0], "# # #", *STORY]).notes == ()


@pytest.mark.parametrize("mark", ["nonpub", "body nonpub", "editors-note", "EditorialNote", "editor_note", "notepad"])
def test_marks_that_say_not_for_publication(mark: str) -> None:
    assert is_private_mark(mark)
    assert is_private_mark(None, "x", mark)


@pytest.mark.parametrize("mark", ["", "note", "public", "editorial", "body", "footnote", "notes", "x" * 1_000])
def test_marks_that_do_not(mark: str) -> None:
    assert not is_private_mark(mark)


@given(st.lists(st.text(max_size=60) | st.sampled_from(["ENDS", "Eds: x", "Notes to editors", "###", ""]), max_size=30))
def test_nothing_is_lost_and_nothing_moves(paragraphs: list[str]) -> None:
    start, end, notes = part(paragraphs)
    outside = [each.strip() for each in (*paragraphs[:start], *paragraphs[end:])]
    assert 0 <= start <= end <= len(paragraphs)
    assert list(notes) == [each for each in outside if each]


def test_a_text_of_notes_alone_takes_no_time() -> None:
    start = time.process_time()
    part(["Eds: one more."] * 100_000)
    part(["A line of the text."] * 100_000)
    assert time.process_time() - start < 2
