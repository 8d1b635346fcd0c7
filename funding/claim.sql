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

-- Sent: it has lines, and those drawn are those of the seed. Accepted: every line is checked, the evidence of those
-- drawn was looked at, and the final aid is at most the share, at most rate × what was kept of all claims.
CREATE FUNCTION wall_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_share bigint;
  v_kept  bigint;
BEGIN
  IF NEW.state = 'sent' AND OLD.state = 'certifying' THEN
    IF NOT EXISTS (SELECT FROM funding_claimline WHERE claim_id = NEW.id)
       OR EXISTS (SELECT FROM (
            SELECT sampled, count(*) OVER () AS lines,
                   row_number() OVER (ORDER BY encode(sha256(convert_to(NEW.seed || ':' || id, 'UTF8')), 'hex')) AS rank
              FROM funding_claimline WHERE claim_id = NEW.id) l
           WHERE sampled <> (rank <= greatest(3, (lines + 9) / 10))) THEN
      RAISE EXCEPTION 'claim %: lines, and the sample of its seed', NEW.id USING ERRCODE = 'EP030';
    END IF;
  ELSIF NEW.state = 'accepted' AND OLD.state = 'sent' THEN
    IF EXISTS (SELECT FROM funding_claimline WHERE claim_id = NEW.id
                  AND (checked_at IS NULL OR sampled AND NOT evidence_seen)) THEN
      RAISE EXCEPTION 'claim %: every line is checked, every drawn one looked at', NEW.id USING ERRCODE = 'EP030';
    END IF;
    SELECT s.cents INTO v_share FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id WHERE c.id = NEW.convention_id;
    SELECT sum(l.eligible_cents) INTO v_kept FROM funding_claimline l JOIN funding_claim k ON k.id = l.claim_id
     WHERE k.convention_id = NEW.convention_id AND (k.state = 'accepted' OR k.id = NEW.id);
    IF NEW.kept_cents > v_kept OR NEW.final_cents > v_share
       OR NEW.final_cents::numeric * NEW.base_cents > v_share::numeric * NEW.kept_cents THEN
      RAISE EXCEPTION 'claim %: the final aid passes its rate or its maximum', NEW.id USING ERRCODE = 'EP030';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim BEFORE UPDATE OF state ON funding_claim FOR EACH ROW EXECUTE FUNCTION wall_claim();

-- A statement is opened while the convention runs; none follows the final one.
CREATE FUNCTION wall_claim_opened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_convention WHERE id = NEW.convention_id AND state = 'signed' FOR SHARE)
     OR EXISTS (SELECT FROM funding_claim WHERE convention_id = NEW.convention_id AND final) THEN
    RAISE EXCEPTION 'convention %: no statement any more, or not yet', NEW.convention_id USING ERRCODE = 'EP030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim_opened BEFORE INSERT ON funding_claim FOR EACH ROW EXECUTE FUNCTION wall_claim_opened();

-- An instalment rests on a statement accepted of its own convention; the balance on the final one, and pays what is left of it.
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
CREATE TRIGGER wall_instalment_claim BEFORE INSERT OR UPDATE OF state ON funding_instalment
  FOR EACH ROW WHEN (NEW.state IN ('planned', 'certified')) EXECUTE FUNCTION wall_instalment_claim();
