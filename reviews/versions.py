"""A version of a dossier deposited after a report was begun: what it says otherwise, and the marks that wait to be confirmed over it."""

from dataclasses import dataclass

from applications.content.differences import Change, differences
from applications.content.feeding import fed
from applications.models import Version

from .models import Review


@dataclass(frozen=True)
class Later:
    """`fed_by`: of each criterion that what changed feeds, its changes since the version over which its mark was last confirmed, that
    of the report at first; none once it is confirmed over `version`."""

    version: Version
    changes: list[Change]
    fed_by: dict[int, list[Change]]

    @property
    def waiting(self) -> list[int]:
        """Numbers of the criteria whose mark is neither confirmed nor changed yet."""
        return [number for number, changes in self.fed_by.items() if changes]


def is_behind(review: Review) -> bool:
    """An open report whose dossier has a later version. Nothing is read."""
    return review.state == Review.State.DRAFT and review.assignment.application.version_id != review.version_id


def later(review: Review) -> Later | None:
    """None when the report is on the last version, or locked."""
    if not is_behind(review):
        return None
    version = review.assignment.application.deposited
    confirmed = {
        row.criterion.number: row.version
        for row in review.confirmations.select_related("criterion", "version").order_by("pk")
    }
    told = {review.version_id: differences(review.version.content, version.content)}
    for held in confirmed.values():
        if held.pk not in told:
            told[held.pk] = differences(held.content, version.content)
    whole = told[review.version_id]
    numbers = sorted({number for change in whole for number in fed(change.part)} | confirmed.keys())
    since = {number: told[confirmed[number].pk if number in confirmed else review.version_id] for number in numbers}
    return Later(version, whole, {n: [change for change in since[n] if n in fed(change.part)] for n in numbers})
