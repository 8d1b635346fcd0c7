-- The ledger: every euro of the call, from the act that opens it to the bank order that spends it.
--
-- Read this file from top to bottom: nothing else moves money. Amounts are whole cents.
-- An entry moves cents from one account to another, so that an unbalanced entry cannot be written.
-- Each rule below is a constraint on a row, not a sum recomputed by a program:
--   I01  reserved + engaged <= AE          balance of ae.available >= 0, at every instant
--   I02  paid in year Y <= CP of year Y    balance of cp.available:Y >= 0
--   I03  0 <= paid <= engaged, per share   balance of ae.engaged >= 0 (what is paid has left it)
--   I04  paid <= ordered <= certified      balances of ae.certified, ae.ordered >= 0, per instalment
--   I07  recovered <= paid                 balance of ae.paid >= 0; cash recovered frees no AE, no CP
--   I08  lowering <= what is left          ae.budget is fed back by ae.available only
--   I10  history is append-only            triggers here, revoked privileges outside; an act is reversed once
--   I11  one effect per key                unique key + hash of the request
--   I14  integers                          bigint cents, 1 cent to 10 billion euros
--   I15  instants never go back            per financing line; fiscal year = year in Paris; a closed year stays closed (year.sql)
--   I16  different people                  proposer/approver: the act of two (acts.sql), CHECK; certifier/orderer/payer: EXCLUDE
--   I17  nobody alone                      what two people decide is posted in the transaction of the approval, entry by entry
--                                          as the act says it, once per act, line and kind; what follows names its act;
--                                          an act posts what its kind may (ledger_kinds), nothing else
-- This text is laid again after every migration (edsh_portal/walls): what is not a table is made anew; a table is made when
-- it is not there, and changed by a migration.
-- Refusals: ED001 not enough (DETAIL = missing cents) - ED002 key reused - ED003 no such account or movement
--           ED004 same person - ED005 period - ED006 not reversible - ED007 history is closed - ED008 no act says so.

-- 1. The chart of accounts ------------------------------------------------------------------------
-- A code is the family and its keys: cp.ordered:<line>:<year>:<share>:<instalment>.
-- ae = autorisations d'engagement (what may be promised), cp = crédits de paiement (what may be paid in a year).

CREATE TABLE IF NOT EXISTS funding_family (
    family  text PRIMARY KEY,
    keys    text[] NOT NULL,
    outside boolean NOT NULL,       -- the world outside the ledger: the only balances that go below zero
    meaning text NOT NULL
);
INSERT INTO funding_family (family, keys, outside, meaning) VALUES
    ('ae.budget',    '{line}',                       true,  'acts that open or lower the AE of the line'),
    ('ae.available', '{line}',                       false, 'AE that may still be promised'),
    ('ae.reserved',  '{line,grant}',                 false, 'AE held by an approved decision, not yet notified'),
    ('ae.engaged',   '{line,share}',                 false, 'notified to a beneficiary, service not yet certified'),
    ('ae.certified', '{line,share,instalment}',      false, 'service certified, not yet ordered'),
    ('ae.ordered',   '{line,share,instalment}',      false, 'ordered, not yet paid'),
    ('ae.paid',      '{line,share}',                 false, 'paid to the beneficiary and not recovered'),
    ('ae.recovered', '{line,share}',                 false, 'paid, then claimed back by a recovery order'),
    ('ae.lapsed',    '{line}',                       false, 'withdrawn after its year, or not engaged at its end: no longer usable'),
    ('cp.budget',    '{line,year}',                  true,  'acts that open or lower the CP of the year'),
    ('cp.brought',   '{line,year}',                  true,  'CP brought from the year before by an act of report'),
    ('cp.available', '{line,year}',                  false, 'CP of the year not yet ordered'),
    ('cp.ordered',   '{line,year,share,instalment}', false, 'CP of the year ordered, not yet paid'),
    ('cp.paid',      '{line,year,share}',            false, 'CP of the year paid'),
    ('cp.carried',   '{line,year}',                  false, 'CP of a closed year, carried to the next'),
    ('cp.lapsed',    '{line,year}',                  false, 'CP of a closed year, not used: no longer usable')
ON CONFLICT (family) DO UPDATE SET keys = excluded.keys, outside = excluded.outside, meaning = excluded.meaning;

-- 2. The movements --------------------------------------------------------------------------------
-- A posting of a kind uses every movement of that kind, each for the same total; no other movement exists.
-- year: what the year of the account must be, beside the fiscal year of the posting.

CREATE TABLE IF NOT EXISTS funding_movement (
    kind   text NOT NULL,
    source text NOT NULL REFERENCES funding_family,
    target text NOT NULL REFERENCES funding_family,
    year   text NOT NULL CHECK (year IN ('any', 'same', 'same or later', 'earlier')),
    PRIMARY KEY (kind, source, target)
);
DELETE FROM funding_movement;      -- the list below is all there is
INSERT INTO funding_movement (kind, source, target, year) VALUES
    ('open_ae',      'ae.budget',    'ae.available', 'any'),
    ('lower_ae',     'ae.available', 'ae.budget',    'any'),
    ('open_cp',      'cp.budget',    'cp.available', 'same or later'),
    ('lower_cp',     'cp.available', 'cp.budget',    'same or later'),
    ('reserve',      'ae.available', 'ae.reserved',  'any'),            -- a decision is approved
    ('void',         'ae.reserved',  'ae.available', 'any'),            -- it is dropped before notification
    ('engage',       'ae.reserved',  'ae.engaged',   'same'),           -- it is notified
    ('release',      'ae.engaged',   'ae.available', 'same'),           -- withdrawn within the year of engagement
    ('lapse',        'ae.engaged',   'ae.lapsed',    'earlier'),        -- withdrawn later (GBCP art. 160): the AE is lost
    ('transfer',     'ae.engaged',   'ae.engaged',   'any'),            -- an amendment: from a beneficiary of the award to another
    ('certify',      'ae.engaged',   'ae.certified', 'any'),
    ('uncertify',    'ae.certified', 'ae.engaged',   'any'),
    ('order',        'ae.certified', 'ae.ordered',   'any'),
    ('order',        'cp.available', 'cp.ordered',   'same'),
    ('cancel_order', 'ae.ordered',   'ae.certified', 'any'),
    ('cancel_order', 'cp.ordered',   'cp.available', 'any'),
    ('pay',          'ae.ordered',   'ae.paid',      'any'),
    ('pay',          'cp.ordered',   'cp.paid',      'same'),
    ('recover',      'ae.paid',      'ae.recovered', 'any'),
    ('expire_ae',    'ae.available', 'ae.lapsed',    'any'),            -- a year is closed (year.sql): not engaged, not carried
    ('expire_cp',    'cp.available', 'cp.lapsed',    'earlier'),
    ('carry_cp',     'cp.available', 'cp.carried',   'earlier'),        -- LOLF art. 15: the next year has it
    ('carry_cp',     'cp.brought',   'cp.available', 'any');

-- What may be posted in the name of an act, by its kind: what its approval does, or what follows from it later (engage, and the
-- void of a recall). An act of another kind opens nothing, whatever it lists and whoever asks: each kind has what comes before it
-- (the procedure of a recovery, the signatures of an amendment), and this is what keeps that from being walked around.
CREATE FUNCTION ledger_kinds() RETURNS TABLE (act text, posting text) LANGUAGE sql IMMUTABLE AS $$ VALUES
    ('envelope.open',    'open_ae'),   ('envelope.open',   'lower_ae'),  ('envelope.open', 'open_cp'), ('envelope.open', 'lower_cp'),
    ('year.close',       'expire_ae'), ('year.close',      'expire_cp'), ('year.close',    'carry_cp'),
    ('decision.approve', 'reserve'),   ('decision.approve', 'engage'),   ('decision.approve', 'void'),
    ('decision.revoke',  'void'),      ('decision.revoke', 'release'),   ('decision.revoke',  'lapse'),
    ('amendment',        'transfer'),  ('amendment',       'release'),   ('amendment',        'lapse'),
    ('grant.lapse',      'release'),   ('grant.lapse',     'lapse'),
    ('recovery.issue',   'recover'),   ('ledger.reverse',  'reverse')
$$;
COMMENT ON FUNCTION ledger_kinds IS 'door: web, worker, auditor';       -- `verify` reads it

-- 3. Accounts and their balances ------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS funding_account (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    family        text NOT NULL REFERENCES funding_family,
    outside       boolean NOT NULL,
    line_id       bigint NOT NULL REFERENCES funding_line,
    year          integer CHECK (year BETWEEN 2000 AND 2200),   -- of the CP; of the engagement for ae.engaged
    grant_id      bigint REFERENCES funding_grant,
    share_id      bigint REFERENCES funding_grantshare,
    instalment_id bigint REFERENCES funding_instalment,
    UNIQUE (id, outside)
);
CREATE INDEX IF NOT EXISTS funding_account_line ON funding_account (line_id, family, id);
CREATE INDEX IF NOT EXISTS funding_account_grant ON funding_account (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS funding_account_share ON funding_account (share_id) WHERE share_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS funding_account_instalment ON funding_account (instalment_id) WHERE instalment_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS funding_balance (
    account_id  bigint PRIMARY KEY,
    outside     boolean NOT NULL,
    cents       bigint NOT NULL DEFAULT 0,
    entry_count bigint NOT NULL DEFAULT 0,
    FOREIGN KEY (account_id, outside) REFERENCES funding_account (id, outside),
    CONSTRAINT funding_balance_wall CHECK (CASE WHEN outside THEN cents <= 0 ELSE cents >= 0 END)
);

-- 4. Postings and entries -------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS funding_posting (
    id            bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    key           text NOT NULL CONSTRAINT funding_posting_key UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    payload_hash  text NOT NULL,
    kind          text NOT NULL,
    line_id       bigint NOT NULL REFERENCES funding_line,
    grant_id      bigint REFERENCES funding_grant,
    share_id      bigint REFERENCES funding_grantshare,
    instalment_id bigint REFERENCES funding_instalment,
    act_id        bigint REFERENCES act,
    by_id         bigint NOT NULL REFERENCES directory_user,   -- who approved the act; else who acts
    second_id     bigint REFERENCES directory_user,            -- who proposed the act
    reverses_id   bigint CONSTRAINT funding_posting_reversed_once UNIQUE REFERENCES funding_posting,
    at            timestamptz NOT NULL,
    year          integer NOT NULL GENERATED ALWAYS AS (extract(year FROM at AT TIME ZONE 'Europe/Paris')::integer) STORED,
    facts         jsonb NOT NULL,
    event_id      bigint NOT NULL UNIQUE REFERENCES event,
    CONSTRAINT funding_posting_two_people CHECK (
        second_id IS DISTINCT FROM by_id
        AND (kind NOT IN ('open_ae', 'lower_ae', 'open_cp', 'lower_cp', 'reserve', 'recover', 'reverse',
                          'expire_ae', 'expire_cp', 'carry_cp', 'transfer')
             OR (second_id IS NOT NULL AND act_id IS NOT NULL))
        AND (kind NOT IN ('void', 'engage') OR act_id IS NOT NULL)),
    CONSTRAINT funding_posting_act_once UNIQUE (act_id, line_id, kind),
    CONSTRAINT funding_posting_three_people EXCLUDE USING gist (instalment_id WITH =, by_id WITH =, kind WITH <>)
        WHERE (kind IN ('certify', 'order', 'pay')),
    CONSTRAINT funding_posting_reversal CHECK ((kind = 'reverse') = (reverses_id IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS funding_posting_line ON funding_posting (line_id, id);
CREATE INDEX IF NOT EXISTS funding_posting_at ON funding_posting (at);

CREATE TABLE IF NOT EXISTS funding_entry (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    posting_id   bigint NOT NULL REFERENCES funding_posting,
    source_id    bigint NOT NULL REFERENCES funding_account,
    target_id    bigint NOT NULL REFERENCES funding_account,
    cents        bigint NOT NULL CONSTRAINT funding_entry_cents CHECK (cents BETWEEN 1 AND 1000000000000),
    source_after bigint NOT NULL,
    target_after bigint NOT NULL,
    CHECK (source_id <> target_id)
);
CREATE INDEX IF NOT EXISTS funding_entry_posting ON funding_entry (posting_id);
CREATE INDEX IF NOT EXISTS funding_entry_source ON funding_entry (source_id, id);
CREATE INDEX IF NOT EXISTS funding_entry_target ON funding_entry (target_id, id);

-- 5. The walls ------------------------------------------------------------------------------------
-- First wall: the roles of the portal may read these tables and call ledger_post, nothing else.
-- Second wall, for everyone, the owner included: history is not rewritten, and a balance
-- changes only through an entry (a guard that runs below another trigger, which no setting can forge).

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the ledger is corrected by reversal', TG_OP, TG_TABLE_NAME USING ERRCODE = 'ED007';
END $$;

CREATE FUNCTION ledger_guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION '% on % is refused: a balance changes through an entry', TG_OP, TG_TABLE_NAME USING ERRCODE = 'ED007';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_open_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funding_balance (account_id, outside) VALUES (NEW.id, NEW.outside);
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_apply_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE funding_balance SET cents = cents - NEW.cents, entry_count = entry_count + 1
     WHERE account_id = NEW.source_id RETURNING cents INTO NEW.source_after;
    UPDATE funding_balance SET cents = cents + NEW.cents, entry_count = entry_count + 1
     WHERE account_id = NEW.target_id RETURNING cents INTO NEW.target_after;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_by_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM act a JOIN ledger_kinds() k ON k.act = a.kind
                    WHERE a.id = NEW.act_id AND a.state = 'approved' AND k.posting = NEW.kind) THEN
        RAISE EXCEPTION 'act % is not one that posts « % »', NEW.act_id, NEW.kind USING ERRCODE = 'ED008';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_open AFTER INSERT ON funding_account FOR EACH ROW EXECUTE FUNCTION ledger_open_account();
CREATE TRIGGER ledger_apply BEFORE INSERT ON funding_entry FOR EACH ROW EXECUTE FUNCTION ledger_apply_entry();
CREATE TRIGGER ledger_guard BEFORE INSERT OR UPDATE ON funding_balance FOR EACH ROW EXECUTE FUNCTION ledger_guard_balance();
CREATE TRIGGER ledger_by_kind BEFORE INSERT ON funding_posting FOR EACH ROW WHEN (NEW.act_id IS NOT NULL) EXECUTE FUNCTION ledger_by_kind();
CREATE TRIGGER ledger_keep BEFORE DELETE ON funding_balance FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep BEFORE UPDATE OR DELETE ON funding_account FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep BEFORE UPDATE OR DELETE ON funding_posting FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep BEFORE UPDATE OR DELETE ON funding_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep_all BEFORE TRUNCATE ON funding_balance EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep_all BEFORE TRUNCATE ON funding_account EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep_all BEFORE TRUNCATE ON funding_posting EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_keep_all BEFORE TRUNCATE ON funding_entry EXECUTE FUNCTION ledger_refuse();

-- 6. The only writer ------------------------------------------------------------------------------

-- What is asked, as one text: two requests are the same when these are the same (the instant is not part of it).
CREATE FUNCTION ledger_payload(p_act bigint, p_kind text, p_by bigint, p_entries jsonb, p_facts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(p_act, p_kind, p_by, p_entries, p_facts)::text, 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION ledger_payload IS 'door: web, worker, auditor';     -- anyone may compute it again

-- The act approved in this very transaction whose payload lists this posting (« postings »: [{kind, entries, facts}, …]).
-- A grant is born of the approval that reserves for it: « * » stands for it in the payload.
CREATE FUNCTION ledger_act(p_act bigint, p_kind text, p_entries jsonb, p_facts jsonb) RETURNS act
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_act act;
BEGIN
    SELECT a.* INTO v_act FROM act a, jsonb_array_elements(a.payload->'postings') AS told
     WHERE a.id = p_act AND a.state = 'approved' AND a.decided_in = pg_current_xact_id()::text::bigint
       AND told->>'kind' = p_kind AND told->'facts' = p_facts AND told->'entries' = CASE p_kind
           WHEN 'reserve' THEN regexp_replace(p_entries::text, '"(ae\.reserved:[0-9]+):[0-9]+"', '"\1:*"', 'g')::jsonb
           ELSE p_entries END
     LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no act approved now says this %', p_kind USING ERRCODE = 'ED008';
    END IF;
    RETURN v_act;
END $$;

-- The account a code names, opened on first use (ae.engaged: in the year of its engagement, that of its award for who joins it later).
-- A code that is not exactly a family and its keys, or whose keys do not belong together, names nothing.
CREATE FUNCTION ledger_account(p_code text, p_year integer) RETURNS funding_account
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_account funding_account;
    v_family  funding_family;
    v_part    text[] := string_to_array(p_code, ':');
    v_key     jsonb;
    v_grant   bigint;
BEGIN
    SELECT * INTO v_account FROM funding_account WHERE code = p_code;
    IF FOUND THEN RETURN v_account; END IF;
    SELECT * INTO v_family FROM funding_family WHERE family = v_part[1];
    IF NOT FOUND OR p_code !~ '^[a-z.]+(:[1-9][0-9]{0,17})+$' OR cardinality(v_part) <> cardinality(v_family.keys) + 1 THEN
        RAISE EXCEPTION 'no such account: %', p_code USING ERRCODE = 'ED003';
    END IF;
    v_key := jsonb_object(v_family.keys, v_part[2:]);
    v_grant := (v_key->>'grant')::bigint;
    IF v_key ? 'share' THEN      -- a share is of one line and one grant, an instalment of one share
        SELECT s.grant_id INTO v_grant FROM funding_grantshare s
         WHERE s.id = (v_key->>'share')::bigint AND s.line_id = (v_key->>'line')::bigint AND (NOT v_key ? 'instalment'
               OR EXISTS (SELECT FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id
                           WHERE i.id = (v_key->>'instalment')::bigint AND c.share_id = s.id));
    END IF;
    IF v_key ?| '{grant,share}' AND NOT EXISTS (SELECT FROM funding_grant WHERE id = v_grant) THEN
        RAISE EXCEPTION 'no such account: %', p_code USING ERRCODE = 'ED003';
    END IF;
    INSERT INTO funding_account (code, family, outside, line_id, year, grant_id, share_id, instalment_id)
    VALUES (p_code, v_family.family, v_family.outside, (v_key->>'line')::bigint,
            CASE WHEN v_family.family = 'ae.engaged' THEN coalesce((SELECT min(year) FROM funding_account
                   WHERE family = 'ae.engaged' AND line_id = (v_key->>'line')::bigint AND grant_id = v_grant), p_year) ELSE (v_key->>'year')::integer END,
            v_grant, (v_key->>'share')::bigint, (v_key->>'instalment')::bigint)
    RETURNING * INTO v_account;
    RETURN v_account;
END $$;

-- An act approved in this transaction withdraws this grant.
CREATE FUNCTION ledger_withdraws(p_act bigint, p_grant bigint) RETURNS boolean LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM act WHERE id = p_act AND state = 'approved' AND decided_in = pg_current_xact_id()::text::bigint
                      AND payload @> jsonb_build_object('withdraws', p_grant))
$$;

-- Who approved the award recalls it, alone, by the act that reserved for it and within the minutes that its call gives.
CREATE FUNCTION ledger_recalls(p_act bigint, p_grant bigint, p_by bigint) RETURNS boolean LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM funding_posting r JOIN act ON act.id = r.act_id JOIN funding_grant g ON g.id = r.grant_id
                     JOIN applications_application a ON a.id = g.application_id
                     JOIN calls_wave w ON w.id = a.wave_id JOIN calls_callsettings s ON s.id = w.settings_id
                    WHERE r.act_id = p_act AND r.kind = 'reserve' AND r.grant_id = p_grant AND act.decided_by_id = p_by
                      AND portal_now() < act.decided_at + make_interval(mins => s.recall_minutes))
$$;

-- The balance of this share is paid, or its final amount was reached before any balance: what was not asked will never be.
CREATE FUNCTION ledger_settled(p_share bigint, p_shares bigint) RETURNS boolean LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT p_shares = 1 AND (EXISTS (SELECT FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id
                                      WHERE c.share_id = p_share AND i.kind = 'balance' AND i.state = 'paid')
        OR EXISTS (SELECT FROM funding_claim k JOIN funding_convention c ON c.id = k.convention_id
                    WHERE c.share_id = p_share AND k.state = 'accepted' AND k.final_cents = (
            SELECT coalesce(sum(b.cents), 0) FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
             WHERE a.share_id = p_share AND a.family = 'ae.paid')))
$$;

-- p_entries: [{"source": code, "target": code, "cents": n}, ...], all of one line.  p_facts: ids and references
-- ("reverses": the posting reversed, "act": the text that founds it, ...), never personal data. p_act: the act of two that says
-- it, or from which it follows; p_by: who acts alone, NULL where both people are the act's.
CREATE FUNCTION ledger_post(p_act bigint, p_key text, p_kind text, p_by bigint, p_at timestamptz, p_entries jsonb, p_facts jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_entries  jsonb := p_entries;
    v_facts    jsonb := coalesce(p_facts, '{}');
    v_original funding_posting;
    v_done     funding_posting;
    v_sound    boolean;
    v_hash     text;
    v_line     bigint;
    v_at       timestamptz;
    v_last     timestamptz;
    v_year     integer;
    v_id       bigint;
    v_event    bigint;
    v_wall     text;
    v_missing  bigint;
    v_short    text;
    v_is       record;
    v_act      act;
    v_by       bigint := p_by;
    v_two      boolean := p_kind IN ('open_ae', 'lower_ae', 'open_cp', 'lower_cp', 'reserve', 'recover', 'reverse',
                                     'expire_ae', 'expire_cp', 'carry_cp', 'transfer');
BEGIN
    -- A reversal is the exact mirror of its original, last entry first; nobody writes it by hand.
    IF p_kind = 'reverse' THEN
        SELECT * INTO v_original FROM funding_posting WHERE id = (v_facts->>'reverses')::bigint;
        IF NOT FOUND OR v_original.kind IN ('reverse', 'expire_ae', 'expire_cp', 'carry_cp', 'transfer') OR p_entries IS NOT NULL THEN
            RAISE EXCEPTION 'not reversible' USING ERRCODE = 'ED006';
        END IF;
        SELECT jsonb_agg(jsonb_build_object('source', t.code, 'target', s.code, 'cents', e.cents) ORDER BY e.id DESC)
          INTO v_entries FROM funding_entry e JOIN funding_account s ON s.id = e.source_id
          JOIN funding_account t ON t.id = e.target_id WHERE e.posting_id = v_original.id;
    END IF;
    IF jsonb_typeof(v_entries) IS DISTINCT FROM 'array' OR jsonb_array_length(v_entries) NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'a posting has 1 to 100 entries' USING ERRCODE = 'ED003';
    END IF;
    SELECT jsonb_agg(jsonb_build_object('source', e.source, 'target', e.target, 'cents', e.cents) ORDER BY e.n),
           bool_and(coalesce(e.cents BETWEEN 1 AND 1000000000000, false))
      INTO v_entries, v_sound
      FROM ROWS FROM (jsonb_to_recordset(v_entries) AS (source text, target text, cents bigint))
           WITH ORDINALITY AS e (source, target, cents, n);
    IF NOT v_sound THEN
        RAISE EXCEPTION 'an entry moves 1 cent to 10 billion euros' USING ERRCODE = 'ED003';
    END IF;
    IF v_two THEN
        SELECT * INTO v_act FROM act WHERE id = p_act;
    END IF;
    v_hash := ledger_payload(p_act, p_kind, coalesce(v_act.decided_by_id, p_by), v_entries, v_facts);

    -- One row is the door of a financing line: behind it everything is serial (postings, instants, keys, balances).
    v_line := substring(v_entries #>> '{0,source}' FROM '^[a-z.]+:([1-9][0-9]{0,17})')::bigint;
    PERFORM 1 FROM funding_line WHERE id = v_line FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such line: %', v_line USING ERRCODE = 'ED003';
    END IF;

    SELECT * INTO v_done FROM funding_posting WHERE key = p_key;
    IF FOUND THEN
        IF v_done.payload_hash <> v_hash THEN
            RAISE EXCEPTION 'key already used for another request: %', p_key USING ERRCODE = 'ED002';
        END IF;
        RETURN v_done.id;
    END IF;

    -- What two people decide is what their act says, said in this transaction.
    IF v_two THEN
        v_act := ledger_act(p_act, p_kind, v_entries, v_facts);
        IF p_by <> v_act.decided_by_id THEN
            RAISE EXCEPTION 'both people are the act''s' USING ERRCODE = 'ED004';
        END IF;
        v_by := v_act.decided_by_id;
    END IF;

    -- A request that waited behind the lock takes the instant of the event before it (an act on the line is one); an older one is
    -- refused.
    SELECT coalesce(p_at, held) INTO v_at FROM event_hold(ARRAY['line:' || v_line]) held;
    SELECT at INTO v_last FROM event_head WHERE stream = 'line:' || v_line;
    IF v_at < v_last - interval '1 minute' THEN
        RAISE EXCEPTION 'the line already holds a later posting' USING ERRCODE = 'ED005';
    END IF;
    v_at := greatest(v_at, v_last);
    v_year := extract(year FROM v_at AT TIME ZONE 'Europe/Paris');
    IF v_original.year <> v_year THEN
        RAISE EXCEPTION 'a reversal belongs to the year of its original' USING ERRCODE = 'ED005';
    END IF;

    -- Accounts are opened in the order of the entries: the line is locked, so no other request can be doing it.
    PERFORM ledger_account(c.code, v_year)
       FROM jsonb_to_recordset(v_entries) AS e (source text, target text), unnest(ARRAY[e.source, e.target]) AS c (code);

    SELECT bool_and(m.kind IS NOT NULL) AS known,
           bool_and(s.line_id = v_line AND t.line_id = v_line AND coalesce(s.grant_id = t.grant_id, true)
                    AND (p_kind = 'transfer' OR coalesce(s.share_id = t.share_id, true)) AND coalesce(s.instalment_id = t.instalment_id, true)
                    AND coalesce(s.year = t.year, true)) AS together,
           bool_and(CASE m.year WHEN 'same' THEN coalesce(s.year, t.year, v_year) = v_year
                                WHEN 'same or later' THEN coalesce(s.year, t.year) >= v_year
                                WHEN 'earlier' THEN coalesce(s.year, t.year) < v_year ELSE true END) AS in_time,
           count(DISTINCT coalesce(s.grant_id, t.grant_id)) AS grants, max(coalesce(s.grant_id, t.grant_id)) AS grant_id,
           count(DISTINCT coalesce(s.share_id, t.share_id)) AS shares, max(coalesce(s.share_id, t.share_id)) AS share_id,
           count(DISTINCT coalesce(s.instalment_id, t.instalment_id)) AS instalments,
           max(coalesce(s.instalment_id, t.instalment_id)) AS instalment_id
      INTO v_is
      FROM jsonb_to_recordset(v_entries) AS e (source text, target text)
      JOIN funding_account s ON s.code = e.source JOIN funding_account t ON t.code = e.target
      LEFT JOIN funding_movement m ON m.kind = p_kind AND m.source = s.family AND m.target = t.family;

    IF v_original.id IS NULL AND NOT (v_is.known AND v_is.together AND v_is.grants <= 1 AND v_is.instalments <= 1
            AND (v_is.shares <= 1 OR p_kind IN ('engage', 'release', 'lapse', 'transfer')) AND (
            SELECT count(*) = (SELECT count(*) FROM funding_movement WHERE kind = p_kind) AND min(used.cents) = max(used.cents)
              FROM (SELECT sum(e.cents) AS cents FROM jsonb_to_recordset(v_entries) AS e (source text, target text, cents bigint)
                     GROUP BY split_part(e.source, ':', 1), split_part(e.target, ':', 1)) used)) THEN
        RAISE EXCEPTION 'no such movement for %', p_kind USING ERRCODE = 'ED003';
    ELSIF NOT v_is.in_time THEN
        RAISE EXCEPTION 'the year of the account is closed to %', p_kind USING ERRCODE = 'ED005';
    END IF;

    -- What follows from an act names it: the engagement, the one that reserved; what is withdrawn, the one approved now that says
    -- so, or the one that is recalled, unless the balance of the share is paid and nothing more will be.
    IF NOT (CASE p_kind
           WHEN 'engage' THEN EXISTS (SELECT FROM funding_posting r WHERE r.act_id = p_act AND r.kind = 'reserve'
                                         AND r.line_id = v_line AND r.grant_id = v_is.grant_id)
           WHEN 'void' THEN ledger_withdraws(p_act, v_is.grant_id) OR ledger_recalls(p_act, v_is.grant_id, v_by)
           WHEN 'release' THEN ledger_withdraws(p_act, v_is.grant_id) OR (p_act IS NULL AND ledger_settled(v_is.share_id, v_is.shares))
           WHEN 'lapse' THEN ledger_withdraws(p_act, v_is.grant_id) OR (p_act IS NULL AND ledger_settled(v_is.share_id, v_is.shares))
           ELSE v_two OR p_act IS NULL END) THEN
        RAISE EXCEPTION 'no act says this %', p_kind USING ERRCODE = 'ED008';
    END IF;

    -- The event first, so that the chain of the line covers every cent; then the rows, whose constraints have the last word.
    v_id := nextval(pg_get_serial_sequence('funding_posting', 'id'));
    BEGIN
        v_event := event_append('line:' || v_line, 'ledger.posted', 'funding.posting', v_id, v_by, v_at, jsonb_build_object(
            'posting', v_id, 'key', p_key, 'kind', p_kind, 'act', p_act, 'facts', v_facts, 'payload', v_hash, 'entries', v_entries));
        INSERT INTO funding_posting (id, key, payload_hash, kind, line_id, grant_id, share_id, instalment_id, act_id,
                                     by_id, second_id, reverses_id, at, facts, event_id)
        VALUES (v_id, p_key, v_hash, p_kind, v_line, v_is.grant_id, CASE WHEN v_is.shares = 1 AND p_kind <> 'transfer' THEN v_is.share_id END,
                v_is.instalment_id, p_act, v_by, v_act.proposed_by_id, v_original.id, v_at, v_facts, v_event);
        INSERT INTO funding_entry (posting_id, source_id, target_id, cents, source_after, target_after)
        SELECT v_id, s.id, t.id, e.cents, 0, 0        -- the balances after are written by ledger_apply_entry
          FROM ROWS FROM (jsonb_to_recordset(v_entries) AS (source text, target text, cents bigint))
               WITH ORDINALITY AS e (source, target, cents, n)
          JOIN funding_account s ON s.code = e.source JOIN funding_account t ON t.code = e.target ORDER BY e.n;
    EXCEPTION WHEN check_violation OR unique_violation OR exclusion_violation THEN
        GET STACKED DIAGNOSTICS v_wall = CONSTRAINT_NAME;
        CASE v_wall
        WHEN 'funding_balance_wall' THEN
            SELECT CASE WHEN a.outside THEN 1 ELSE -1 END * (b.cents + sum(m.cents)), a.code INTO v_missing, v_short
              FROM (SELECT e.source AS code, -e.cents AS cents FROM jsonb_to_recordset(v_entries) AS e (source text, cents bigint)
                    UNION ALL
                    SELECT e.target, e.cents FROM jsonb_to_recordset(v_entries) AS e (target text, cents bigint)) m
              JOIN funding_account a ON a.code = m.code JOIN funding_balance b ON b.account_id = a.id
             GROUP BY a.code, a.outside, b.cents ORDER BY 1 DESC LIMIT 1;
            RAISE EXCEPTION 'not enough on %', v_short USING ERRCODE = 'ED001', DETAIL = v_missing::text, HINT = v_short;
        WHEN 'funding_posting_two_people', 'funding_posting_three_people' THEN
            RAISE EXCEPTION 'one person may not take two of these parts' USING ERRCODE = 'ED004', HINT = v_wall;
        WHEN 'funding_posting_key', 'funding_posting_act_once' THEN
            RAISE EXCEPTION 'key already used on another line: %', p_key USING ERRCODE = 'ED002', HINT = v_wall;
        WHEN 'funding_posting_reversed_once' THEN
            RAISE EXCEPTION 'already reversed' USING ERRCODE = 'ED006';
        ELSE RAISE;
        END CASE;
    END;
    RETURN v_id;
END $$;
COMMENT ON FUNCTION ledger_post IS 'door: web, worker';

-- 7. What the auditor reads -----------------------------------------------------------------------

CREATE VIEW audit.ledger_entries AS
    SELECT e.id, p.id AS posting_id, p.at, p.year, p.kind, p.line_id, s.code AS source, t.code AS target, e.cents,
           e.source_after, e.target_after, p.act_id, p.by_id, p.second_id, p.reverses_id, p.key, p.facts, p.event_id
      FROM funding_entry e JOIN funding_posting p ON p.id = e.posting_id
      JOIN funding_account s ON s.id = e.source_id JOIN funding_account t ON t.id = e.target_id;

CREATE VIEW audit.balances AS
    SELECT a.id, a.code, a.family, f.meaning, a.line_id, a.year, a.grant_id, a.share_id, a.instalment_id, b.cents, b.entry_count
      FROM funding_account a JOIN funding_family f USING (family) JOIN funding_balance b ON b.account_id = a.id;
