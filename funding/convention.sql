-- A convention is signed by both parties, on the document that was sent; no payment is ordered before every member of the award
-- has signed and the consortium's agreement is validated (R80). What each row says once it is dated is its model's declaration.
-- Refusals: EP017 a signature that does not hold, a step without it - EP018 a service certified or a payment ordered before its
-- conditions.

CREATE FUNCTION wall_convention() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state = 'closed' THEN      -- more than its final amount is paid: a recovery that was reversed
    IF NOT EXISTS (SELECT FROM funding_claim k JOIN funding_account a ON a.share_id = NEW.share_id AND a.family = 'ae.paid'
                     JOIN funding_balance b ON b.account_id = a.id WHERE k.convention_id = NEW.id AND k.final AND b.cents > k.final_cents) THEN
      RAISE EXCEPTION 'convention %: settled', NEW.id USING ERRCODE = 'EP017';
    END IF;
  ELSIF (NEW.state = 'agreed' OR NEW.state = 'signed') AND NOT EXISTS (
       SELECT FROM funding_conventionsignature s JOIN document d ON d.sha256 = s.sha256
        WHERE s.convention_id = NEW.id AND d.id = NEW.document_id AND s.party = CASE NEW.state WHEN 'agreed' THEN 'beneficiary' ELSE 'state' END) THEN
    RAISE EXCEPTION 'convention %: nobody has signed its document', NEW.id USING ERRCODE = 'EP017';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_convention BEFORE UPDATE OF state ON funding_convention
  FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION wall_convention();

-- An award that is settled is open again when a convention of it is.
CREATE FUNCTION wall_reopened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id
                  WHERE s.grant_id = NEW.id AND c.state = 'signed') THEN
    RAISE EXCEPTION 'grant %: settled', NEW.id USING ERRCODE = 'EP017';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_reopened BEFORE UPDATE OF state ON funding_grant
  FOR EACH ROW WHEN (OLD.state = 'closed' AND NEW.state = 'engaged') EXECUTE FUNCTION wall_reopened();

-- On the document that was sent, in turn: the beneficiary first, here or by a file that was examined; then the State, by an act of two.
CREATE FUNCTION wall_convention_signature() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.party = 'state' THEN
    PERFORM act_need('convention.sign', jsonb_build_object('convention', NEW.convention_id, 'sha256', NEW.sha256));
  END IF;
  IF NOT EXISTS (SELECT FROM funding_convention c JOIN document d ON d.id = c.document_id
                  WHERE c.id = NEW.convention_id AND d.sha256 = NEW.sha256
                    AND c.state = CASE NEW.party WHEN 'beneficiary' THEN 'sent' ELSE 'agreed' END)
     OR (NEW.copy_id IS NOT NULL AND NOT EXISTS (
         SELECT FROM funding_signedcopy f WHERE f.id = NEW.copy_id AND f.convention_id = NEW.convention_id AND f.signers <> ''
            AND f.sent_by_id = NEW.by_id AND f.quality = NEW.quality))
     OR (NEW.act_id IS NOT NULL AND NOT EXISTS (
         SELECT FROM act WHERE id = NEW.act_id AND decided_by_id = NEW.by_id AND decided_at = NEW.at)) THEN
    RAISE EXCEPTION 'convention %: not what is signed now', NEW.convention_id USING ERRCODE = 'EP017';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_convention_signature BEFORE INSERT ON funding_conventionsignature
  FOR EACH ROW EXECUTE FUNCTION wall_convention_signature();

-- Whether everything that comes before the first payment of an award is there (R80).
CREATE FUNCTION grant_may_be_paid(p_grant bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM funding_grant WHERE id = p_grant AND state = 'engaged')
     AND NOT EXISTS (SELECT FROM funding_grantshare s LEFT JOIN funding_convention c ON c.share_id = s.id
                      WHERE s.grant_id = p_grant AND coalesce(c.state, '') NOT IN ('signed', 'closed'))
     AND (EXISTS (SELECT FROM funding_agreement WHERE grant_id = p_grant AND state = 'validated')
          OR award_size(p_grant) < 2)
$$;

CREATE FUNCTION wall_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT grant_may_be_paid((SELECT s.grant_id FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id
                             WHERE c.id = NEW.convention_id)) THEN
    RAISE EXCEPTION 'instalment %: a convention or the agreement of the consortium is missing', NEW.id USING ERRCODE = 'EP018';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_order BEFORE UPDATE OF state ON funding_instalment
  FOR EACH ROW WHEN (NEW.state = 'ordered') EXECUTE FUNCTION wall_order();

-- Validated by a second person of the instruction, once its file is kept.
CREATE FUNCTION wall_agreement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM document d LEFT JOIN scan_result r ON r.document_id = d.id
                  WHERE d.id = NEW.document_id AND coalesce(r.verdict, d.scan) IN ('clean', 'not_scanned')) THEN
    RAISE EXCEPTION 'agreement %: its file is not kept', NEW.id USING ERRCODE = 'EP017';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_agreement BEFORE UPDATE OF state ON funding_agreement
  FOR EACH ROW WHEN (NEW.state = 'validated') EXECUTE FUNCTION wall_agreement();

-- A service is certified once every condition of its instalment is met, and nothing is added to what was certified. An interim payment
-- waits for its milestone, its report and its expenses, a balance for the final ones (R81): whoever planned it, and however.
CREATE FUNCTION wall_certified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM funding_condition WHERE instalment_id = NEW.id AND met_at IS NULL)
     OR EXISTS (SELECT unnest(CASE NEW.kind WHEN 'interim' THEN ARRAY['milestone', 'report', 'expenses']
                                            WHEN 'balance' THEN ARRAY['final_report', 'final_expenses'] END)
                EXCEPT SELECT kind FROM funding_condition WHERE instalment_id = NEW.id) THEN
    RAISE EXCEPTION 'instalment %: a condition is not met', NEW.id USING ERRCODE = 'EP018';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_certified BEFORE UPDATE OF state ON funding_instalment
  FOR EACH ROW WHEN (NEW.state = 'certified') EXECUTE FUNCTION wall_certified();

-- Expenses are met on a statement that was accepted (claim.sql: what an instalment rests on), not on a word.
CREATE FUNCTION wall_condition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_instalment WHERE id = NEW.instalment_id AND state = 'planned' AND (
       claim_id IS NOT NULL OR NEW.met_at IS NULL OR NEW.kind NOT IN ('expenses', 'final_expenses'))) THEN
    RAISE EXCEPTION 'instalment %: its conditions are said before its service is certified, its expenses on a claim', NEW.instalment_id USING ERRCODE = 'EP018';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_condition BEFORE INSERT OR UPDATE ON funding_condition FOR EACH ROW EXECUTE FUNCTION wall_condition();
