"""Who reads which rows of the tables behind row-level security: asked of the database as each login and person, and said here, apart
from the policies, from what makes a link: an accepted membership, an assignment, a beneficiary, a role."""

from typing import Any, NamedTuple

import psycopg

from .rights import LOGINS

JOINED = """application_id IN (
    SELECT m.application_id FROM applications_membership m JOIN directory_establishment e ON e.id = m.establishment_id
      JOIN directory_affiliation f ON f.establishment_id = e.id AND f.ended_at IS NULL
     WHERE m.state = 'accepted' AND f.user_id = %(who)s)"""
# The same, of who carries it today: a member that an amendment put out of its consortium has no part in what is written since.
CARRIED = f"""{JOINED[:-1]} AND NOT EXISTS (
        SELECT FROM funding_memberchange c JOIN funding_grant g ON g.id = c.grant_id
         WHERE g.application_id = m.application_id AND c.establishment_id = m.establishment_id AND c.change = 'out'))"""
LIVE = "expert_id = %(who)s AND ended_at IS NULL AND state <> 'waiting'"
JUDGED = f"""application_id IN (
    SELECT s.application_id FROM reviews_assignment s JOIN applications_application a ON a.id = s.application_id
      JOIN reviews_undertaking u USING (expert_id, wave_id) WHERE {LIVE.replace("state", "s.state")})"""
OWN = f"assignment_id IN (SELECT id FROM reviews_assignment WHERE {LIVE})"
# Of a dossier that is discussed: whose own report is locked, and counts.
TALKS = """SELECT a.application_id FROM reviews_assignment a JOIN reviews_discussion USING (application_id)
             JOIN reviews_review r ON r.assignment_id = a.id
            WHERE a.expert_id = %(who)s AND a.state = 'declared' AND r.state = 'locked'"""
REVIEWS = f"""{OWN} OR state = 'locked' AND assignment_id IN (
    SELECT id FROM reviews_assignment WHERE state = 'declared' AND application_id IN ({TALKS}))"""
DOSSIERS = {"instructor", "validator", "jury_chair", "certifier", "orderer", "payer", "direction", "hdh", "auditor"}
REPORTS = {"instructor", "validator", "jury_chair", "direction", "auditor"}
JURY = {"instructor", "validator", "jury_chair", "auditor"}
WRITTEN_BY = f"review_id IN (SELECT id FROM reviews_review WHERE {OWN})"
# Locked reports of a dossier whose reader has locked theirs, where the call says so.
BESIDE = """state = 'locked' AND EXISTS (SELECT FROM reviews_assignment b JOIN reviews_assignment a USING (application_id)
    JOIN reviews_review mine ON mine.assignment_id = a.id JOIN applications_application d ON d.id = a.application_id
    JOIN calls_wave w ON w.id = d.wave_id JOIN calls_callsettings c ON c.id = w.settings_id
   WHERE b.id = reviews_review.assignment_id AND b.state = 'declared' AND a.state = 'declared' AND a.expert_id = %(who)s
     AND mine.state = 'locked' AND c.read_others)"""
# Whose report counts, and who was named rapporteur; members of a dossier once its decision is notified, of what was approved.
REPORTED = """application_id IN (SELECT d.application_id FROM reviews_discussion d JOIN reviews_assignment a ON a.id = d.rapporteur_id
      JOIN reviews_review r ON r.assignment_id = a.id WHERE a.expert_id = %(who)s AND a.state = 'declared' AND r.state = 'locked')"""
RELEASED = f"""state = 'approved' AND {JOINED}
  AND application_id IN (SELECT application_id FROM decisions_decision WHERE notified_at IS NOT NULL)"""
OF_FEEDBACK = f"feedback_id IN (SELECT id FROM reviews_feedback WHERE {REPORTED})"
# One's own marks of a calibration; those of all, once it is closed.
CALIBRATED = """expert_id = %(who)s OR calibration_id IN (
    SELECT k.id FROM reviews_calibration k JOIN reviews_calibrationreport own ON own.calibration_id = k.id
     WHERE k.state = 'closed' AND own.expert_id = %(who)s)"""
GRANTS = {"instructor", "validator", "certifier", "orderer", "payer", "direction", "auditor"}
BENEFITS = """convention_id IN (SELECT c.id FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id
    JOIN directory_affiliation f ON f.establishment_id = s.establishment_id AND f.ended_at IS NULL WHERE f.user_id = %(who)s)"""
CLAIMED = f"claim_id IN (SELECT id FROM funding_claim WHERE {BENEFITS})"
# table → the roles that read every row, and the rows that whoever is %(who)s reads all the same
READ = {
    "applications_answer": (DOSSIERS, JOINED),
    "casework_message": (DOSSIERS, f"thread_id IN (SELECT id FROM casework_thread WHERE {CARRIED})"),
    "applications_piece": (DOSSIERS, f"{JOINED} OR {JUDGED}"),
    "casework_thread": (DOSSIERS, CARRIED),
    "applications_version": (DOSSIERS, f"{JOINED} OR {JUDGED}"),
    "funding_bankaccount": (GRANTS, BENEFITS),
    "funding_claim": (GRANTS, BENEFITS),
    "funding_claimfile": (GRANTS, CLAIMED),
    "funding_claimline": (GRANTS, CLAIMED),
    "reviews_remark": (
        REPORTS - {"direction"},
        f"discussion_id IN (SELECT id FROM reviews_discussion WHERE application_id IN ({TALKS}))",
    ),
    "reviews_review": (REPORTS, f"{REVIEWS} OR {BESIDE}"),
    "reviews_feedback": (JURY, f"{REPORTED} OR {RELEASED}"),
    "reviews_feedbacktext": (JURY, OF_FEEDBACK),
    "reviews_harmless": (JURY, OF_FEEDBACK),
    "reviews_calibrationmark": (
        JURY,
        f"report_id IN (SELECT r.id FROM reviews_calibrationreport r WHERE {CALIBRATED})",
    ),
    "reviews_calibrationreport": (JURY, CALIBRATED),
    "reviews_confirmation": (JURY, WRITTEN_BY),
    "reviews_jurynote": (JURY, WRITTEN_BY),
    "reviews_reopening": (JURY, WRITTEN_BY),
    "reviews_privatenote": (set(), WRITTEN_BY),
    "reviews_scoreversion": (set(), WRITTEN_BY),
    "reviews_revision": (
        REPORTS,
        f"""score_id IN (SELECT s.id FROM reviews_score s
              WHERE s.review_id IN (SELECT id FROM reviews_review WHERE {REVIEWS} OR {BESIDE}))""",
    ),
    "reviews_score": (REPORTS, f"review_id IN (SELECT id FROM reviews_review WHERE {REVIEWS} OR {BESIDE})"),
}
PEOPLE = """SELECT u.id, u.email, ARRAY(SELECT g.name::text FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id
                                         WHERE m.user_id = u.id) FROM directory_user u WHERE u.is_active ORDER BY u.id"""
BEHIND = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity ORDER BY 1"
POLICIES = "SELECT polname::text, polrelid::regclass::text FROM pg_policy ORDER BY 2, 1"
KEY = "the key of a session opened here"
OPENED = """INSERT INTO web_session (key_sha256, user_id, epoch, data, expires_at)
  SELECT encode(sha256(convert_to(%s || id, 'UTF8')), 'hex'), id, session_epoch, '', '2100-01-01' FROM directory_user"""

# Messages, of dossiers and between experts, and notes, of which the demonstration's last stage has none; a partner that has left each award; a
# call whose experts read each other.
WRITTEN = (
    "SET session_replication_role = replica",
    "INSERT INTO funding_memberchange (amendment_id, grant_id, establishment_id, change)"
    " SELECT -g.id, g.id, min(m.establishment_id), 'out' FROM funding_grant g JOIN applications_membership m USING (application_id)"
    " WHERE m.state = 'accepted' AND m.role = 'partner' GROUP BY g.id",
    "INSERT INTO casework_thread (application_id, subject, opened_by_id, opened_at)"
    " SELECT id, 'x', created_by_id, portal_now() FROM applications_application",
    "INSERT INTO casework_message (thread_id, side, by_id, at, text)"
    " SELECT id, 'consortium', opened_by_id, opened_at, 'x' FROM casework_thread",
    "INSERT INTO reviews_discussion (application_id, opened_at, found)"
    " SELECT DISTINCT application_id, portal_now(), 'total' FROM reviews_assignment WHERE application_id % 2 = 0 ON CONFLICT DO NOTHING",
    "INSERT INTO reviews_remark (discussion_id, by_id, text, at)"
    " SELECT d.id, min(a.expert_id), 'x', d.opened_at FROM reviews_discussion d JOIN reviews_assignment a USING (application_id)"
    " GROUP BY d.id",
    "UPDATE reviews_discussion d SET designated_at = opened_at, rapporteur_id = (SELECT a.id FROM reviews_assignment a"
    " JOIN reviews_review r ON r.assignment_id = a.id AND r.state = 'locked' WHERE a.application_id = d.application_id"
    " AND a.state = 'declared' ORDER BY a.id LIMIT 1) WHERE EXISTS (SELECT FROM reviews_assignment a JOIN reviews_review r"
    " ON r.assignment_id = a.id AND r.state = 'locked' WHERE a.application_id = d.application_id AND a.state = 'declared')",
    "INSERT INTO reviews_feedback (application_id, state, begun_by_id, begun_at, approved_by_id, approved_at, content)"
    " SELECT id, 'approved', created_by_id, portal_now(), created_by_id, portal_now(), '[]'::jsonb FROM applications_application"
    " WHERE id % 3 > 0 UNION ALL SELECT id, 'draft', created_by_id, portal_now(), NULL, NULL, NULL FROM applications_application"
    " WHERE id % 3 = 0 ON CONFLICT DO NOTHING",
    "INSERT INTO reviews_feedbacktext (feedback_id, number, version, text, flags, by_id, at)"
    " SELECT id, 0, 1, 'x', '{}', begun_by_id, begun_at FROM reviews_feedback ON CONFLICT DO NOTHING",
    "INSERT INTO reviews_harmless (feedback_id, number, flag, reason, by_id, at)"
    " SELECT id, 0, 'x', 'x', begun_by_id, begun_at FROM reviews_feedback ON CONFLICT DO NOTHING",
    "INSERT INTO reviews_jurynote (review_id, text) SELECT id, 'x' FROM reviews_review",
    "INSERT INTO reviews_privatenote (review_id, text, version, at) SELECT id, 'x', 1, opened_at FROM reviews_review",
    "INSERT INTO reviews_reopening (review_id, locked_at, scores, jury_note, reason, by_id, at)"
    " SELECT id, opened_at, '{}', '', 'x', 1, opened_at FROM reviews_review",
    "INSERT INTO reviews_confirmation (review_id, criterion_id, version_id, before, value, reason, at)"
    " SELECT id, 1, version_id, 1, 1, '', opened_at FROM reviews_review",
    "INSERT INTO reviews_calibration (wave_id, state, title, by_id, written_at, opened_at, closed_at)"
    " SELECT id, CASE number WHEN 1 THEN 'closed' ELSE 'open' END, 'x', 1, opens_at, opens_at,"
    " CASE number WHEN 1 THEN opens_at END FROM calls_wave",
    "INSERT INTO reviews_calibrationreport (calibration_id, expert_id, given_at)"
    " SELECT DISTINCT k.id, a.expert_id, k.opened_at FROM reviews_calibration k, reviews_assignment a WHERE a.expert_id % 3 > 0",
    "INSERT INTO reviews_calibrationmark (report_id, criterion_id, value, comment) SELECT id, 1, 1, '' FROM reviews_calibrationreport",
    "INSERT INTO reviews_revision (score_id, before, after, reason, summons_id, at)"
    " SELECT id, 1, 2, 'x', 0, now() FROM reviews_score",
    "UPDATE calls_callsettings SET read_others = true",
    "UPDATE applications_application SET wave_id = (SELECT min(id) - 1 FROM calls_wave) WHERE id % 2 = 0",  # of no such call
    "RESET session_replication_role",
)


class Reader(NamedTuple):
    """A login, and who is at work there; 0: nobody."""

    login: str
    who: int = 0
    name: str = ""
    roles: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.login} {self.name or 'nobody'}"


def readers(line: psycopg.Connection[Any]) -> list[Reader]:
    """Everybody, in a database of which this is the only use: each is given an open session, and something to read."""
    line.execute(OPENED, [KEY])
    for statement in WRITTEN:
        line.execute(statement)
    people = [Reader("web", who, email, frozenset(roles)) for who, email, roles in line.execute(PEOPLE).fetchall()]
    return [Reader("web"), Reader("worker"), Reader("auditor"), *people]


def expected(line: psycopg.Connection[Any], table: str, reader: Reader) -> set[Any]:
    roles, own = READ[table]
    every = reader.login != "web" or reader.roles & roles
    where = "true" if every else own if reader.who else "false"
    return {pk for (pk,) in line.execute(f"SELECT id FROM {table} WHERE {where}", {"who": reader.who})}


def read(line: psycopg.Connection[Any], table: str, reader: Reader, mutation: str = "") -> set[Any]:
    """As this login, in a transaction that says whose key it bears; a superuser's line is needed."""
    with line.transaction(force_rollback=True):
        if mutation:
            line.execute(mutation)
        if reader.who:
            line.execute("SELECT set_config('portal.key', %s, true)", [f"{KEY}{reader.who}"])
        line.execute(f"SET LOCAL ROLE {LOGINS[reader.login]}")
        return {pk for (pk,) in line.execute(f"SELECT id FROM {table}")}


def mutants(line: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """(table, statement): each policy taken away, and each table's security."""
    found = [(table, f"DROP POLICY {name} ON {table}") for name, table in line.execute(POLICIES)]
    return found + [(table, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for (table,) in line.execute(BEHIND)]


def noticed(line: psycopg.Connection[Any], table: str, mutation: str, everybody: list[Reader]) -> bool:
    """Whether somebody would read other rows."""
    return any(read(line, table, one, mutation) != read(line, table, one) for one in everybody)
