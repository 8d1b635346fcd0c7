"""What is recomputed of the evaluation: links with their causes, conflicts, and the exact ranking of closed sessions."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Func, Q, TextField

from applications.models import ApplicationGroupPermission, Membership
from edsh_portal.verify import Finding, check

from . import ranking, scoring
from .models import HELD, LIVE, Assignment, RankingLine, ReviewerPermission, Session, Summoned, Summons


@check("links")
def verify_links() -> Iterator[Finding]:
    """A person sees a dossier exactly while the assignment, or the accepted membership, that causes it stands."""
    parted = (
        ~Q(assignment__state="declared")
        | ~Q(user=F("assignment__expert"))
        | ~Q(content_object=F("assignment__application"))
    )
    for link in ReviewerPermission.objects.filter(parted).order_by("pk"):
        yield Finding(
            "links.reviewer", f"assignment {link.assignment_id}", "declared, same person, same dossier", "parted"
        )
    for row in Assignment.objects.filter(state="declared", link__isnull=True).order_by("pk"):
        yield Finding("links.reviewer", f"assignment {row.pk}", "a link", "none")
    apart = (
        ~Q(membership__state="accepted")
        | ~Q(group=F("membership__establishment__group"))
        | ~Q(content_object=F("membership__application"))
    )
    for group_link in ApplicationGroupPermission.objects.filter(apart).order_by("pk"):
        yield Finding(
            "links.member", f"membership {group_link.membership_id}", "accepted, same group, same dossier", "parted"
        )
    for member in Membership.objects.filter(state="accepted", links__isnull=True).order_by("pk"):
        yield Finding("links.member", f"membership {member.pk}", "a link", "none")


# The plainest fact of each assignment held, asked once a dossier for all its experts.
TIED = """
  SELECT DISTINCT ON (a.id) a.id, l.strong, l.fact
    FROM (SELECT application_id, array_agg(expert_id) AS experts FROM reviews_assignment WHERE state = ANY (%s) GROUP BY 1) d
   CROSS JOIN LATERAL review_shut(d.application_id, d.experts) l
    JOIN reviews_assignment a ON a.application_id = d.application_id AND a.expert_id = l.user_id
     AND a.state = ANY (CASE WHEN l.strong THEN %s::text[] ELSE %s::text[] END)
   ORDER BY a.id, l.strong DESC, l.weight, l.fact
"""


@check("conflicts")
def verify_conflicts() -> Iterator[Finding]:
    """Nobody linked to a dossier is on it; the reaction that suspends may be seconds late, never more."""
    with connection.cursor() as cursor:
        cursor.execute(TIED, [list(HELD), list(HELD), list(LIVE)])
        for key, strong, fact in cursor.fetchall():
            yield Finding(
                "conflicts.live", f"assignment {key}", "suspended" if strong else "waiting for the chair", fact
            )


@check("hearings")
def verify_hearings() -> Iterator[Finding]:
    """Nobody linked to a dossier sits at its hearing, nor is anybody awaited twice at once."""
    sits = Summoned.objects.filter(side="jury", summons__in=Summons.objects.live().values("pk"))
    tied = Func(F("person"), F("summons__application"), function="review_conflict", output_field=TextField())
    for row in sits.annotate(found=tied).filter(found__isnull=False).order_by("pk"):
        yield Finding("hearings.linked", f"summons {row.summons_id}", f"without person {row.person_id}", row.found)
    live = Summoned.objects.filter(summons__in=Summons.objects.live().values("pk")).select_related("summons")
    before: dict[int, Summons] = {}
    for one in live.order_by("person", "summons__starts_at", "pk"):
        last = before.get(one.person_id)
        if last is not None and one.summons.starts_at < last.ends_at:
            yield Finding("hearings.at_once", f"person {one.person_id}", f"summons {last.pk}", f"and {one.summons_id}")
        before[one.person_id] = one.summons


@check("ranking")
def verify_ranking() -> Iterator[Finding]:
    """Exact scores and ranks of closed sessions, from the reports that stood when they closed."""
    for session in Session.objects.filter(state="closed").select_related("wave__settings").order_by("pk"):
        lines = {line.application_id: line for line in session.lines.select_related("application")}
        reports = ranking.reports(list(lines), at=session.closed_at)
        for key in sorted(lines.keys() - reports.keys()):
            yield Finding("ranking.reports", lines[key].application.reference, str(lines[key].review_count), "0")
        entries = [
            scoring.Entry(key, reports[key], line.requested_cents, line.coverage_gain, line.vote)
            for key, line in lines.items()
            if key in reports
        ]
        for placed in scoring.rank(entries, ranking.grid(session.wave)):
            yield from _differs(lines[placed.key], placed, len(reports[placed.key]))


def _differs(line: RankingLine, placed: scoring.Placed, count: int) -> Iterator[Finding]:
    expected = (placed.rank, placed.score, count)
    found = (line.rank, line.score, line.review_count)
    if expected != found:
        yield Finding("ranking.score", line.application.reference, str(expected), str(found))
