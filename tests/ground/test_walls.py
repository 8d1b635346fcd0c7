"""Walls around history: what a stolen web or worker login may not say in SQL, nor the owner, whatever the program says.

One cloned database where money was promised, ordered and paid; one transaction a login, a savepoint a statement.
"""

import psycopg
import pytest

from tests.database import standing_in
from tests.funding import stage as made

# What neither login ever changes: table → columns.
NEVER_UPDATED = {
    "funding_bankaccount": "id convention_id iban holder proposed_by_id proposed_at",
    "funding_convention": "id share_id siret prepared_by_id prepared_at",
    "funding_instalment": "id convention_id kind number cents evidence planned_by_id planned_at",
    "funding_claim": "id convention_id number final starts_on ends_on forecast_cents base_cents opened_by_id opened_at",
    "funding_claimfile": "id claim_id number document_id added_by_id added_at",
    "funding_claimline": "id claim_id category label paid_on cents file_id",
    "funding_grant": "id application_id cents reserved_at",
    "funding_grantshare": "grant_id establishment_id line_id cents",
    "funding_ceiling": "line_id rule rate_bp source",
    "funding_envelope": "call_id version act opened_at",
    "funding_envelopeshare": "envelope_id line_id year cents fictitious",
    "funding_line": "call_id code label",
    "funding_posting": "key payload_hash by_id second_id at event_id",
    "funding_entry": "cents source_id target_id source_after",
    "funding_account": "code line_id share_id",
    "funding_balance": "cents entry_count outside",
    "funding_family": "outside keys",
    "funding_movement": "kind year",
    "decisions_decision": "number year rank kind application_id proposal_id grant_id cents snapshot snapshot_sha256"
    " approved_by_id approved_at",
    "decisions_proposal": "application_id kind cents motive proposed_by_id proposed_at",
    "decisions_proposalshare": "proposal_id establishment_id line_id cents",
    "decisions_decisioncounter": "year",
    "decisions_notification": "decision_id sha256 deposited_at",
    "decisions_notificationopening": "notification_id opened_by_id opened_at",
    "directory_user": "id email full_name is_superuser created_at",
    "directory_user_groups": "user_id group_id",
    "auth_group": "id name",
    "auth_permission": "codename",
    "auth_group_permissions": "permission_id",
    "directory_affiliation": "user_id establishment_id kind since_at",
    "directory_invitation": "email full_name establishment_id kind role invited_at",
    "directory_apitoken": "user_id label key_sha256 scopes created_at expires_at",
    "directory_establishment": "finess ght_code activity fictitious group_id",
    "directory_site": "establishment_id name",
    "directory_gcsmembership": "gcs_id member_id",
    "directory_departement": "population region_id",
    "reviews_assignment": "application_id expert_id assigned_by_id assigned_at due_at",
    "reviews_review": "assignment_id version_id opened_at",
    "reviews_score": "review_id criterion_id",
    "reviews_opinion": "value text by_id at",
    "reviews_session": "wave_id opened_at",
    "reviews_rankingline": "session_id application_id",
    "reviews_reviewerpermission": "user_id content_object_id",
    "applications_application": "reference wave_id created_by_id created_at",
    "applications_version": "content sha256 receipt_number submitted_at submitted_by_id",
    "applications_versionfile": "document_id code",
    "applications_reception": "received_at by_id number delegation_id",
    "casework_admissibility": "verdict rule evidence proposed_by_id proposed_at version_id",
    "applications_answer": "text key version by_id at",
    "applications_membership": "application_id establishment_id invited_at",
    "applications_applicationgrouppermission": "group_id content_object_id",
    "applications_delegation": "establishment_id delegate_id document_id first_on last_on given_by_id",
    "applications_mandate": "aid_cents given_by_id given_at",
    "applications_mandatewithdrawal": "reason by_id",
    "casework_prorogation": "decision_on reason proposed_by_id proposed_at",
    "applications_handover": "membership_id reason proposed_by_id",
    "calls_postponement": "from_at to_at reason",
    "calls_letterterms": "terms set_at act_id",
    "casework_complementrequest": "message due_at asked_by_id asked_at",
    "casework_complementfield": "key",
    "casework_message": "text by_id at side",
    "applications_piece": "document_id code added_by_id application_id",
    "calls_criterion": "weight floor",
    "calls_aidrate": "rate_bp",
    "calls_wave": "call_id settings_id number",
    "calls_call": "slug title purpose",
    "applications_socleitem": "label",
    "event": "kind by_id at data body hash previous_hash",
    "event_head": "seq hash at",
    "document": "sha256 size name scan",
    "scan_result": "verdict",
    "mail": "address subject message_id to_id",
    "delivery": "event_id reaction key",
    "access_log": "user_id path at",
    "portal_clock": "shift frozen_at",
    "workflow_step": "source target",
    "verification": "command by root began_at",
    "verification_step": "run_id name findings",
    "act": "kind subject_id payload payload_sha256 state proposed_by_id decided_by_id decided_at decided_in reason",
    "act_kind": "proposers approvers",
    "directory_incompatible": "role other",
    "directory_roleexception": "role until_on user_id act_id",
    "django_migrations": "name",
}  # fmt: skip
NEVER_DELETED = [
    "funding_claim", "funding_claimfile", "funding_bankaccount", "funding_convention", "funding_instalment", "funding_grant", "funding_grantshare",
    "funding_ceiling", "funding_envelope", "funding_envelopeshare", "funding_line", "funding_posting",
    "funding_entry", "funding_account", "funding_balance", "decisions_decision", "decisions_proposal",
    "decisions_proposalshare", "decisions_decisioncounter", "decisions_notification", "directory_user",
    "directory_user_groups", "auth_group", "directory_affiliation", "directory_invitation", "directory_apitoken",
    "directory_establishment", "reviews_assignment", "reviews_review", "reviews_score", "reviews_session",
    "applications_application", "applications_version", "applications_reception", "casework_admissibility",
    "applications_answer", "applications_membership", "applications_piece", "applications_mandate",
    "applications_delegation", "calls_wave", "calls_callsettings", "calls_letterterms", "casework_message", "event",
    "event_head", "document", "mail", "delivery", "access_log", "workflow_step", "portal_clock", "act", "act_kind",
    "directory_incompatible",
]  # fmt: skip
EVENT = "'x', 1, 'x', 'x', 1, now(), '{}', '', '', ''"
NEVER_SAID = [
    f"INSERT INTO event (stream, seq, kind, subject_type, subject_id, at, data, body, previous_hash, hash) VALUES ({EVENT})",
    "INSERT INTO event_head (stream, seq, hash) VALUES ('x', 1, '')",
    "SELECT event_append('s', 'k', 'x', 1, NULL, now() - interval '1 day', '{}')",
    "SELECT event_append('s', 'k', 'x', 1, NULL, now() + interval '1 day', '{}')",
    "INSERT INTO portal_clock (one, shift) VALUES (true, '0')",
    "INSERT INTO workflow_step (noun, source, target) VALUES ('application', 'draft', 'closed')",
    "INSERT INTO funding_entry (posting_id, source_id, target_id, cents, source_after, target_after) VALUES (1, 1, 2, 1, 0, 0)",
    "INSERT INTO funding_account (code, family, outside, line_id) VALUES ('ae.available:1', 'ae.available', true, 1)",
    "INSERT INTO funding_movement VALUES ('gift', 'ae.budget', 'ae.paid', 'any')",
    "SELECT ledger_account('ae.available:1', 2023)",
    "SELECT settings_frozen(1)",
    "SELECT act_need('role.grant', '{}')",
    "SELECT ledger_act(1, 'reserve', '[]', '{}')",
    "INSERT INTO act_kind (name, proposers, approvers) VALUES ('gift', '{*}', '{*}')",
    "INSERT INTO directory_incompatible (role, other) VALUES ('payer', 'hdh')",
    "INSERT INTO act (kind, subject_type, subject_id, subject_version, stream, payload, payload_sha256, state, proposed_by_id, proposed_at,"
    " proposed_event_id, reason) SELECT kind, subject_type, subject_id, subject_version, stream, payload, payload_sha256, 'proposed',"
    " proposed_by_id, proposed_at, proposed_event_id, '' FROM act LIMIT 1",
    'INSERT INTO applications_socleitem (version, "order", number, domain, subdomain, lot, label, definition)'
    " VALUES ('9', 1, '1', '', '', 1, '', '')",
    # somebody who holds a role, or opens every door
    "INSERT INTO directory_user_groups (user_id, group_id) SELECT u.id, g.id FROM directory_user u, auth_group g"
    " WHERE u.email LIKE 'alice%' AND g.name = 'payer'",
    "INSERT INTO directory_user_user_permissions (user_id, permission_id) SELECT u.id, p.id FROM directory_user u, auth_permission p",
    "INSERT INTO auth_group_permissions (group_id, permission_id) SELECT g.id, p.id FROM auth_group g, auth_permission p",
    "INSERT INTO directory_user (is_superuser, email, full_name, language, is_active, session_epoch)"
    " VALUES (true, 'x@x.invalid', 'X', 'fr', true, 0)",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
    "INSERT INTO directory_site (establishment_id, finess_et, name, category) SELECT id, '350000001', 'x', 'x'"
    " FROM directory_establishment LIMIT 1",
    # born where it should end
    "INSERT INTO funding_bankaccount (convention_id, iban, holder, explanation, document_id, proposed_by_id, proposed_at, validated_by_id,"
    " validated_at) SELECT convention_id, iban, 'X', 'X', document_id, proposed_by_id, now(), validated_by_id, now()"
    " FROM funding_bankaccount WHERE validated_at IS NOT NULL LIMIT 1",
    "INSERT INTO funding_grant (application_id, state, cents, reserved_at) SELECT id, 'engaged', 1, now()"
    " FROM applications_application LIMIT 1",
    "INSERT INTO calls_call (slug, title, purpose, state, published_at) VALUES ('x', 'x', 'x', 'closed', now())",
    "SET pgtrigger.ignore = '{wall_workflow}';"
    " INSERT INTO calls_call (slug, title, purpose, state, published_at) VALUES ('x', 'x', 'x', 'closed', now())",
    # the walls themselves
    "ALTER TABLE event DISABLE TRIGGER ALL",
    "ALTER TABLE event DISABLE TRIGGER wall_rows_delete",
    "DROP TRIGGER wall_rows_delete ON event",
    "DROP TRIGGER wall_columns ON funding_bankaccount",
    "DROP FUNCTION wall_kept() CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE edsh_owner",
    "SET SESSION AUTHORIZATION edsh_owner",
    "CREATE TABLE mine (x int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION portal_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    "ALTER TABLE event OWNER TO edsh_web",
    "ALTER ROLE edsh_web SUPERUSER",
    "COPY event TO PROGRAM 'cat'",
    "TRUNCATE event CASCADE",
    "TRUNCATE funding_entry CASCADE",
    "TRUNCATE delivery",
    "TRUNCATE directory_user_groups",
    "LOCK TABLE event IN ACCESS EXCLUSIVE MODE",
    "SELECT nextval('event_id_seq')",
    "SELECT setval('funding_posting_id_seq', 1)",
]
NEVER = [
    *NEVER_SAID,
    *(
        f'UPDATE {table} SET "{column}" = "{column}"'
        for table, names in NEVER_UPDATED.items()
        for column in names.split()
    ),
    *(f"DELETE FROM {table}" for table in NEVER_DELETED),
]
# What a login may write before it is dated, not after; and not by a login alone.
ONCE = [
    "UPDATE funding_bankaccount SET validated_at = now() WHERE validated_at IS NOT NULL",
    "UPDATE funding_bankaccount SET validated_by_id = proposed_by_id WHERE validated_at IS NOT NULL",
    "UPDATE funding_bankaccount SET validated_at = NULL, validated_by_id = NULL WHERE validated_at IS NOT NULL",
    "UPDATE funding_bankaccount SET replaced_at = NULL WHERE replaced_at IS NOT NULL",
    "UPDATE funding_convention SET signed_by_id = prepared_by_id WHERE signed_at IS NOT NULL",
    "UPDATE funding_convention SET signed_at = now() WHERE signed_at IS NOT NULL",
    "UPDATE funding_convention SET months = months + 1 WHERE sent_at IS NOT NULL",
    "UPDATE funding_instalment SET account_id = (SELECT max(id) FROM funding_bankaccount) WHERE ordered_at IS NOT NULL",
    "UPDATE funding_instalment SET ordered_by_id = planned_by_id WHERE ordered_at IS NOT NULL",
    "UPDATE funding_instalment SET certified_by_id = planned_by_id WHERE certified_at IS NOT NULL",
    "UPDATE funding_instalment SET year = 2024 WHERE ordered_at IS NOT NULL",
    "UPDATE funding_instalment SET paid_by_id = planned_by_id, paid_at = now() WHERE paid_at IS NOT NULL",
    "UPDATE funding_instalment SET state = 'planned' WHERE paid_at IS NOT NULL",
    "UPDATE funding_grant SET engaged_at = now() WHERE engaged_at IS NOT NULL",
    "UPDATE funding_grant SET state = 'reserved'",
    "UPDATE funding_ceiling SET during = tstzrange('2000-01-01', NULL)",
    # a dossier that an establishment was not asked into
    "INSERT INTO applications_applicationgrouppermission (content_object_id, group_id, membership_id, permission_id)"
    " SELECT m.application_id, e.group_id, m.id, p.id FROM applications_membership m, directory_establishment e, auth_permission p"
    " WHERE e.name LIKE '%Nantes' AND p.codename = 'view_application'",
    "INSERT INTO applications_membership (application_id, establishment_id, role, state, work, invited_at, answered_at, reason)"
    " SELECT a.id, e.id, 'partner', 'accepted', '', now(), now(), '' FROM applications_application a, directory_establishment e"
    " WHERE e.name LIKE '%Nantes'",
    "UPDATE calls_call SET published_at = now() WHERE published_at IS NOT NULL",
    "UPDATE directory_affiliation SET ended_at = NULL WHERE ended_at IS NOT NULL",
    # a role that no act gives, whatever event is written beside it
    "SELECT group_settle(u.id, g.id, true) FROM directory_user u, auth_group g WHERE u.email LIKE 'zoe%' AND g.name = 'payer'",
    "SELECT group_settle(u.id, g.id, true), event_append('directory', 'role.granted', 'directory.user', u.id, b.id, NULL, '{\"role\": \"payer\"}')"
    " FROM directory_user u, directory_user b, auth_group g"
    " WHERE u.email LIKE 'zoe%' AND b.email LIKE 'adam%' AND g.name = 'payer'",
    "SELECT group_settle(u.id, g.id, false) FROM directory_user u, auth_group g WHERE u.email LIKE 'driss%' AND g.name = 'instructor'",
    "INSERT INTO directory_roleexception (user_id, role, until_on, act_id)"
    " SELECT u.id, 'payer', '2099-01-01', a.id FROM directory_user u, act a WHERE u.email LIKE 'zoe%' LIMIT 1",
    # an act that was approved before, or by nobody
    "SELECT ledger_post(p.act_id, 'k', p.kind, NULL, NULL, jsonb_build_array(jsonb_build_object('source', s.code, 'target', t.code,"
    " 'cents', e.cents)), p.facts) FROM funding_posting p JOIN funding_entry e ON e.posting_id = p.id"
    " JOIN funding_account s ON s.id = e.source_id JOIN funding_account t ON t.id = e.target_id WHERE p.kind = 'open_ae' LIMIT 1",
    "SELECT ledger_post(NULL, 'k', 'reserve', u.id, NULL, jsonb_build_array(jsonb_build_object('source', 'ae.available:' || l.id,"
    " 'target', 'ae.reserved:' || l.id || ':' || g.id, 'cents', 1)), '{}')"
    " FROM directory_user u, funding_line l, funding_grant g WHERE u.email LIKE 'victor%' LIMIT 1",
    "SELECT act_decide(id, 'approved', '', proposed_by_id, NULL) FROM act WHERE state = 'proposed'",
    "SELECT act_decide(id, 'approved', '', decided_by_id, NULL) FROM act WHERE state = 'approved'",
]
# What is refused to the owner too: of a row that is there, a column that no role moves; the row itself.
OWNER_TOO = [
    "UPDATE funding_bankaccount SET iban = 'FR00'",
    "UPDATE funding_convention SET siret = '00000000000000'",
    "UPDATE funding_instalment SET cents = 1",
    "DELETE FROM funding_instalment",
    "UPDATE funding_grant SET cents = cents + 1",
    "UPDATE funding_grantshare SET cents = cents + 1",
    "UPDATE funding_ceiling SET rate_bp = 10000",
    "UPDATE funding_envelopeshare SET cents = cents + 1",
    "UPDATE directory_user SET email = 'x' || email",
    "DELETE FROM directory_user",
    "UPDATE directory_affiliation SET kind = 'employee'",
    "UPDATE directory_establishment SET finess = NULL",
    "UPDATE applications_application SET reference = 'x' || reference",
    "UPDATE applications_answer SET text = 'x'",
    "UPDATE applications_membership SET establishment_id = establishment_id + 1",
    "UPDATE event SET data = '{\"x\": 1}'",
    "DELETE FROM event",
    "TRUNCATE event CASCADE",
    "TRUNCATE funding_grant CASCADE",
    "DELETE FROM workflow_step",
    "DELETE FROM delivery",
    "DELETE FROM act",
    "UPDATE act SET payload = '{}'",
    "UPDATE act SET state = 'approved', decided_by_id = proposed_by_id, decided_at = now(), decided_event_id = proposed_event_id,"
    " decided_in = pg_current_xact_id()::text::bigint WHERE state = 'proposed'",
    "DELETE FROM directory_incompatible",
    "UPDATE auth_group SET name = 'x' WHERE name = 'payer'",
    "INSERT INTO directory_user_groups (user_id, group_id) SELECT u.id, g.id FROM directory_user u, auth_group g"
    " WHERE u.email LIKE 'zoe%' AND g.name = 'payer'",
    *ONCE[:16],
]


@pytest.fixture(scope="module")
def paid(django_db_setup, django_db_blocker):
    """A convention of which an advance is paid and another ordered, another whose account was replaced; somebody left."""
    with django_db_blocker.unblock(), standing_in() as database:
        database.set_clock(made.NOW, frozen=True)
        stage = made.build()
        first, second = stage.contracted()
        stage.pay(stage.plan(first, 1_000_00))
        ordered = stage.plan(first, 1_000_00)
        made.actions.certify(ordered, by=stage.cast.emma)
        made.actions.order(ordered, by=stage.cast.olivier)
        stage.account(second, 9)
        name = second.share.establishment.name
        made.actions.propose_iban(second, iban=made.iban(8), holder=name, by=stage.cast.driss, **made.rib())
        made.directory.end_affiliation(stage.cast.zoe.affiliations.get(), by=stage.cast.adam)
        yield database


MALFORMED = {"42601", "42703", "42P01", "42883"}  # what is not SQL, or names nothing, proves nothing


def accepted(database, role, statements):
    """Those that pass; each is tried from where the world stands."""
    through = []
    with database.connect(role) as line, line.transaction():
        for statement in statements:
            try:
                with line.transaction(force_rollback=True):
                    line.execute(statement)
                    line.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a commit does
            except psycopg.Error as error:
                assert error.sqlstate not in MALFORMED, (statement, error)
                continue
            through.append(statement)
    return through


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_stolen_login_is_refused(paid, role):
    assert len(NEVER) >= 300
    assert accepted(paid, role, NEVER) == []
    assert accepted(paid, role, ONCE) == []


@pytest.mark.parametrize("bearer", ["adam", "driss", "victor"])
def test_a_person_s_own_key_opens_no_other_wall(paid, bearer):
    """What names somebody is tried again by whoever bears their key: it is not for want of proof that it is refused."""
    with paid.connect("superuser") as line:
        line.execute(
            "INSERT INTO web_session (key_sha256, user_id, epoch, data, expires_at) SELECT encode(sha256(%s), 'hex'), id,"
            " session_epoch, '', '2100-01-01' FROM directory_user WHERE email LIKE %s",
            [bearer.encode(), f"{bearer}%"],
        )
    doors = ("event_append", "ledger_post", "act_decide")
    told = [statement for statement in [*NEVER, *ONCE] if any(door in statement for door in doors)]
    assert len(told) >= 7
    named = [f"SELECT set_config('portal.key', '{bearer}', true); {statement}" for statement in told]
    assert accepted(paid, "web", named) == []


def test_the_owner_is_refused_too(paid):
    assert accepted(paid, "owner", OWNER_TOO) == []


def test_the_auditor_reads_and_nothing_else(paid):
    reads = ["SELECT count(*) FROM audit.obligations", "SELECT count(*) FROM event", "SELECT portal_now()"]
    others = [
        "INSERT INTO mail DEFAULT VALUES",
        "SELECT * FROM web_session",
        "SELECT * FROM directory_password",
        "SELECT event_append('s', 'k', 'x', 1, NULL, NULL, '{}')",
    ]
    assert accepted(paid, "auditor", reads + others + NEVER) == reads
