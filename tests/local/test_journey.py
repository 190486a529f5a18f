"""The whole way on the local stack, under the rights that the template gives: one story in, read, counted, swept."""

import pytest

from local.journey import Journey
from local.stack import LocalStack
from local.traveller import Broken


def test_the_journey_works_with_the_rights_of_the_template(stack: LocalStack) -> None:
    Journey(stack, patience=60).walk()


def test_what_does_not_come_is_told_by_its_step(stack: LocalStack) -> None:
    """A journey that cannot fail would prove nothing: here readers look for what nobody has published."""
    journey = Journey(stack, patience=1)
    story = journey.write()
    with pytest.raises(Broken, match=r"read a story: GET /articles/.* answered 404"):
        journey.read(story)
    journey.desk.close()
    journey.reader.close()
