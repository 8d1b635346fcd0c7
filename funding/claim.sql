-- Claims: what is declared changes while the hospital writes, what is kept of it while an officer checks, nothing once accepted.
-- The sample is the one that its seed gives (funding/eligible.py); the balance never passes the final amount less what was paid.

CREATE FUNCTION wall_claim_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_state text;
BEGIN
  SELECT state INTO v_state FROM funding_claim
   WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.claim_id ELSE NEW.claim_id END FOR SHARE;
  IF v_state IS DISTINCT FROM (CASE WHEN TG_OP <> 'UPDATE' THEN 'draft' WHEN NEW.sampled <> OLD.sampled THEN 'certifying' ELSE 'sent' END)
     OR TG_OP <> 'DELETE' AND NOT EXISTS (SELECT FROM funding_claimfile WHERE id = NEW.file_id AND claim_id = NEW.claim_id) THEN
    RAISE EXCEPTION 'a line of a claim that is %', v_state USING ERRCODE = 'EP030';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim_line BEFORE INSERT OR UPDATE OR DELETE ON funding_claimline
  FOR EACH ROW EXECUTE FUNCTION wall_claim_line();

CREATE FUNCTION wall_claim_file() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_claim WHERE id = NEW.claim_id AND state = 'draft' FOR SHARE) THEN
    RAISE EXCEPTION 'a file joins a claim that is being written' USING ERRCODE = 'EP030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim_file BEFORE INSERT ON funding_claimfile FOR EACH ROW EXECUTE FUNCTION wall_claim_file();

-- What a convention subsidises, by budget line: as it was deposited, or as the last amendment in force says.
CREATE FUNCTION claim_budget(p_convention bigint) RETURNS TABLE (category text, cents bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH here AS (
    SELECT s.establishment_id, s.grant_id, a.version_id FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id
      JOIN funding_grant g ON g.id = s.grant_id LEFT JOIN applications_application a ON a.id = g.application_id WHERE c.id = p_convention),
  amended AS (
    SELECT coalesce(m.after->'expenses'->(h.establishment_id::text), '{}') AS says FROM here h
      JOIN funding_amendment m ON m.grant_id = h.grant_id AND m.state = 'in_force' ORDER BY m.number DESC LIMIT 1)
  SELECT e.key, e.value::bigint FROM amended, jsonb_each_text(says) e
  UNION ALL
  SELECT line->>'category', sum((line->>'cents')::bigint)::bigint
    FROM here h JOIN applications_version v ON v.id = h.version_id, jsonb_array_elements(v.content->'members') member,
         jsonb_array_elements(member->'lines') line
   WHERE NOT EXISTS (SELECT FROM amended) AND (member->>'establishment')::bigint = h.establishment_id
   GROUP BY 1 HAVING sum((line->>'cents')::bigint) <> 0
$$;

-- What its call says of expenses: the transfer between budget lines (R39), the share that is looked at (R85).
CREATE FUNCTION claim_rules(p_convention bigint) RETURNS calls_callsettings LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT r.* FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id JOIN funding_grant g ON g.id = s.grant_id
    JOIN applications_application a ON a.id = g.application_id JOIN calls_wave w ON w.id = a.wave_id
    JOIN calls_callsettings r ON r.id = w.settings_id WHERE c.id = p_convention
$$;

-- What the lines accepted, and those of this claim, come to: what counts of each budget line (its amount and the transfer), what
-- that gives (⌊rate × kept⌋ a line, at most the share), and the aid (décret 2018-514 art. 10): that, at most what other public aid
-- leaves. The rate is the one decided: the share that a stop has lowered is a maximum, over the expense that it was decided on.
CREATE FUNCTION claim_final(p_claim bigint) RETURNS TABLE (kept bigint, aid bigint, rated bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH here AS (
    SELECT k.convention_id, s.id AS share_id, s.grant_id, s.establishment_id, a.version_id
      FROM funding_claim k JOIN funding_convention c ON c.id = k.convention_id JOIN funding_grantshare s ON s.id = c.share_id
      JOIN funding_grant g ON g.id = s.grant_id LEFT JOIN applications_application a ON a.id = g.application_id WHERE k.id = p_claim),
  budget AS (SELECT b.* FROM here, claim_budget(convention_id) b),
  base AS (SELECT nullif(sum(cents), 0) AS cents FROM budget),
  spent AS (
    SELECT l.category, sum(l.eligible_cents) AS cents FROM here h JOIN funding_claim k ON k.convention_id = h.convention_id
      JOIN funding_claimline l ON l.claim_id = k.id WHERE k.state = 'accepted' OR k.id = p_claim GROUP BY 1),
  counted AS (
    SELECT least(s.cents, div(coalesce(b.cents, 0)::numeric * (10000 + r.transfer_bp), 10000)) AS cents
      FROM here h, claim_rules(h.convention_id) r, spent s LEFT JOIN budget b USING (category)),
  shares AS (   -- of this beneficiary, each with what it was before a stop
    SELECT o.id, o.cents, coalesce((m.before->'shares'->>o.id::text)::numeric, o.cents) AS decided
      FROM here h JOIN funding_grantshare o ON o.grant_id = h.grant_id AND o.establishment_id = h.establishment_id
      LEFT JOIN funding_amendment m ON m.grant_id = h.grant_id AND m.state = 'in_force' AND m.kind = 'stop'),
  asked AS (
    SELECT sum(n.cents) AS kept, least(s.cents, sum(div(s.decided * n.cents, b.cents))) AS rated,
           coalesce((SELECT (member->'plan'->>'public_cents')::numeric FROM applications_version v, jsonb_array_elements(v.content->'members') member
                      WHERE v.id = h.version_id AND (member->>'establishment')::bigint = h.establishment_id LIMIT 1), 0) AS elsewhere,
           (SELECT coalesce(sum(o.cents), 0) FROM shares o WHERE o.id <> s.id) AS others,
           (SELECT coalesce(sum(o.decided), 0) FROM shares o WHERE o.id <> s.id) AS others_decided, b.cents AS base
      FROM here h JOIN shares s ON s.id = h.share_id, base b, counted n
     GROUP BY s.id, s.cents, s.decided, h.version_id, h.establishment_id, b.cents)
  SELECT kept::bigint, CASE WHEN base IS NULL THEN 0 ELSE
         greatest(0, least(rated, kept - elsewhere - least(others, div(others_decided * kept, base)))) END::bigint,
         CASE WHEN base IS NULL THEN 0 ELSE rated END::bigint FROM asked
$$;

-- Sent: it has lines, and those drawn are those of the seed. Accepted: every line is checked, the evidence of those
-- drawn was looked at, and what a final one says is what its lines come to, to the cent.
CREATE FUNCTION wall_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_kept bigint;
  v_aid  bigint;
BEGIN
  IF NEW.state = 'sent' AND OLD.state = 'certifying' THEN
    IF NOT EXISTS (SELECT FROM funding_claimline WHERE claim_id = NEW.id)
       OR EXISTS (SELECT FROM (
            SELECT sampled, count(*) OVER () AS lines,
                   row_number() OVER (ORDER BY encode(sha256(convert_to(NEW.seed || ':' || id, 'UTF8')), 'hex')) AS rank
              FROM funding_claimline WHERE claim_id = NEW.id) l, claim_rules(NEW.convention_id) r
           WHERE sampled <> (rank <= greatest(3, (lines * r.sample_bp + 9999) / 10000))) THEN
      RAISE EXCEPTION 'claim %: lines, and the sample of its seed', NEW.id USING ERRCODE = 'EP030';
    END IF;
  ELSIF NEW.state = 'accepted' AND OLD.state = 'sent' THEN
    IF EXISTS (SELECT FROM funding_claimline WHERE claim_id = NEW.id
                  AND (checked_at IS NULL OR sampled AND NOT evidence_seen)) THEN
      RAISE EXCEPTION 'claim %: every line is checked, every drawn one looked at', NEW.id USING ERRCODE = 'EP030';
    END IF;
    SELECT kept, aid INTO v_kept, v_aid FROM claim_final(NEW.id);
    IF NEW.final AND (NEW.kept_cents, NEW.final_cents) IS DISTINCT FROM (v_kept, v_aid) THEN
      RAISE EXCEPTION 'claim %: its lines come to %, which gives %', NEW.id, v_kept, v_aid USING ERRCODE = 'EP030';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim BEFORE UPDATE OF state ON funding_claim FOR EACH ROW EXECUTE FUNCTION wall_claim();

-- A statement is opened while the convention runs, on the expense that it subsidises; none follows the final one.
CREATE FUNCTION wall_claim_opened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_convention WHERE id = NEW.convention_id AND state = 'signed' FOR SHARE)
     OR EXISTS (SELECT FROM funding_claim WHERE convention_id = NEW.convention_id AND final)
     OR NEW.base_cents IS DISTINCT FROM (SELECT sum(cents) FROM claim_budget(NEW.convention_id)) THEN
    RAISE EXCEPTION 'convention %: no statement any more, or not yet, or not of its expense', NEW.convention_id USING ERRCODE = 'EP030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim_opened BEFORE INSERT ON funding_claim FOR EACH ROW EXECUTE FUNCTION wall_claim_opened();

-- An instalment rests on a statement accepted of its own convention. Interim payments certified, all of them, stay under what the
-- expenses accepted give at the rate of the award; the balance rests on the final statement, and pays what is left of it.
CREATE FUNCTION wall_instalment_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_final bigint;
  v_live  bigint;
  v_paid  bigint;
BEGIN
  IF NEW.claim_id IS NOT NULL AND NOT EXISTS (SELECT FROM funding_claim
       WHERE id = NEW.claim_id AND convention_id = NEW.convention_id AND state = 'accepted') THEN
    RAISE EXCEPTION 'instalment %: it rests on an accepted claim of its convention', NEW.id USING ERRCODE = 'EP031';
  END IF;
  IF NEW.kind = 'interim' AND NEW.state = 'certified' AND OLD.state = 'planned' AND NEW.cents + (
       SELECT coalesce(sum(cents), 0) FROM funding_instalment
        WHERE convention_id = NEW.convention_id AND id <> NEW.id AND kind = 'interim' AND state IN ('certified', 'ordered', 'paid'))
       > coalesce((SELECT rated FROM claim_final(NEW.claim_id)), 0) THEN
    RAISE EXCEPTION 'instalment %: interim payments pass what the expenses accepted give', NEW.id USING ERRCODE = 'EP031';
  END IF;
  IF NEW.kind <> 'balance' OR NEW.state NOT IN ('planned', 'certified') THEN
    RETURN NEW;
  END IF;
  SELECT coalesce(sum(b.cents), 0) INTO v_paid FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
    JOIN funding_convention c ON c.share_id = a.share_id WHERE c.id = NEW.convention_id AND a.family = 'ae.paid';
  SELECT final_cents INTO v_final FROM funding_claim WHERE id = NEW.claim_id AND final;
  SELECT coalesce(sum(cents), 0) INTO v_live FROM funding_instalment
   WHERE convention_id = NEW.convention_id AND id <> NEW.id AND state IN ('planned', 'certified', 'ordered');
  IF v_final IS NULL OR NEW.cents + v_live + v_paid > v_final THEN
    RAISE EXCEPTION 'instalment %: the balance passes the final amount less what was paid', NEW.id USING ERRCODE = 'EP031';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_instalment_claim BEFORE INSERT OR UPDATE OF state, claim_id ON funding_instalment
  FOR EACH ROW WHEN (NEW.state IN ('planned', 'certified')) EXECUTE FUNCTION wall_instalment_claim();
