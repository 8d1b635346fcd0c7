"""A slow line, for `PORTAL_SLOW=SECONDS bin/test tests/browser`: what a page of a browser sends takes so long, half of it on its way, half
before its answer. Whoever looks too early at a page, or writes before another's words are in, is found at each run.

Seconds that a test promises (an answer within one, an act seen within three) are not kept on such a line.
"""

import os
import time
from collections.abc import Callable
from typing import Any

SECONDS = float(os.environ.get("PORTAL_SLOW") or 0)


def slow(answered: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def line(request: Any) -> Any:
        dest = request.headers.get("Sec-Fetch-Dest")  # what a browser says of itself: a page, or a script of it
        half = SECONDS / 2 if dest == "empty" or (dest and request.method == "POST") else 0
        time.sleep(half)
        answer = answered(request)
        time.sleep(half)
        return answer

    return line
