"""How a rule says no. Apart from the framework: what runs in the cage says it as the rest does."""

from typing import Any


class Refused(Exception):
    """A rule says no, in a sentence that tells a person what to change.

    `code` is the rule's number (« R12 »), `field` the form field it belongs to, `facts` numbers for programs.
    """

    def __init__(self, message: object, *, code: str = "", field: str | None = None, **facts: Any) -> None:
        super().__init__(str(message))
        self.message = message if isinstance(message, str) else str(message)
        self.code, self.field, self.facts = code, field, facts
