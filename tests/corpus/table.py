"""What each file of the corpus should become: kept, or refused (R05) in a sentence that holds these words."""

from collections.abc import Callable

KEPT = ""
Files = dict[str, tuple[Callable[[], bytes], str]]
