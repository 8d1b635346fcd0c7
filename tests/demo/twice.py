"""The demonstration built again: another database, other keys, another machine's time, the same call to the last cent and instant."""

from typing import NamedTuple

from demo import digest, story
from edsh_portal.verify import findings
from tests.database import as_role, cloned, files_apart, used
from tests.processes import staged


class Built(NamedTuple):
    first: str
    again: str
    findings: list


def twice(stage: str) -> Built:
    name, _files = staged(stage)
    with cloned(name) as database, used(database):
        first = digest.of_everything()
    with cloned() as database, used(database), files_apart(), as_role("owner"):
        story.build(story.STAGES[stage])
        return Built(first, digest.of_everything(), findings())
