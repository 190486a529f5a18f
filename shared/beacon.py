"""The script that tells of a reading: `GET /beacon.js`, for any page that shows a story.

    <script src="https://api.example/beacon.js" async
            data-story="ID" data-token="reading.token" data-weight="reading.weight"></script>

`data-token` and `data-weight` are what the story's answer says under `reading`; without them every reading is sent.

- It waits until the page is looked at: not while it is prerendered, nor in a tab behind. A tab that was opened minutes
  ago asks for a fresh weight (`GET /articles/{id}/views`) first, and so does one whose clock is wrong.
- The id of the visit is a random number in the tab's session storage, or of this page alone where that is denied. The
  same number decides whether the visit is in the sample (below 1/weight), so that a reader who comes again within the
  half hour is in it again, as a repeat; one who was left out stays out for the half hour, whatever the weight is then.
- A reading that was refused (429, or no answer) is sent again once, 12 to 24 seconds later (`sampling.RETRY`), under
  the weight of that moment; by `navigator.sendBeacon` when the page is left before. Sent as text to another origin, it
  needs no preflight.
"""

import re
from functools import cache
from pathlib import Path

from aws_lambda_powertools.event_handler import Response

_HEADERS = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}


def script() -> Response[str]:
    """The script, under 1,024 bytes."""
    return Response(200, "text/javascript; charset=utf-8", _served(), headers=_HEADERS)


@cache
def _served() -> str:
    # Blanks beside anything but a word mean nothing there: no string of the script has one.
    return re.sub(r"(?<=\W) +| +(?=\W)", "", Path(__file__).with_name("beacon.js").read_text("utf-8"))
