-- A fiscal year of a line ends by an act of two, once, after the years before it, when none of its orders is left unpaid.
-- Nothing is written in it afterwards, and nothing that has lapsed or been carried comes back, whoever asks, the owner included.
-- Refusals: EP010 no approved act says so - ED005 the year is not over, not the next to close, or closed - ED008 no closing says so.

CREATE FUNCTION wall_closing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_now integer := extract(year FROM NEW.closed_at AT TIME ZONE 'Europe/Paris');
BEGIN
  PERFORM act_need('year.close', jsonb_build_object('year', NEW.year, 'report', NEW.report, 'lines', jsonb_build_array(
    jsonb_build_object('line', NEW.line_id, 'kept_bp', NEW.kept_bp, 'ae_lapsed', NEW.ae_lapsed_cents,
      'ae_carried', NEW.ae_carried_cents, 'cp_lapsed', NEW.cp_lapsed_cents, 'cp_carried', NEW.cp_carried_cents))));
  PERFORM 1 FROM funding_line WHERE id = NEW.line_id FOR NO KEY UPDATE;      -- the door of the line (ledger.sql)
  IF NEW.year >= v_now THEN
    RAISE EXCEPTION 'year % is not over', NEW.year USING ERRCODE = 'ED005';
  ELSIF EXISTS (SELECT FROM funding_closing WHERE line_id = NEW.line_id AND year > NEW.year)
     OR EXISTS (SELECT FROM funding_posting p WHERE p.line_id = NEW.line_id AND p.year < NEW.year AND NOT EXISTS (
          SELECT FROM funding_closing c WHERE c.line_id = NEW.line_id AND c.year = NEW.year - 1)) THEN
    RAISE EXCEPTION 'years are closed in order: % is not the next', NEW.year USING ERRCODE = 'ED005';
  ELSIF EXISTS (SELECT FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
                 WHERE a.line_id = NEW.line_id AND a.family = 'cp.ordered' AND a.year = NEW.year AND b.cents > 0) THEN
    RAISE EXCEPTION 'an order of % is not paid', NEW.year USING ERRCODE = 'ED005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_closing BEFORE INSERT ON funding_closing FOR EACH ROW EXECUTE FUNCTION wall_closing();

CREATE FUNCTION ledger_closed_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM funding_closing WHERE line_id = NEW.line_id
                AND year = extract(year FROM NEW.at AT TIME ZONE 'Europe/Paris')::integer) THEN
    RAISE EXCEPTION 'the year of % is closed', NEW.at USING ERRCODE = 'ED005';
  ELSIF NEW.kind IN ('expire_ae', 'expire_cp', 'carry_cp') AND NOT EXISTS (
      SELECT FROM funding_closing WHERE line_id = NEW.line_id AND act_id = NEW.act_id) THEN
    RAISE EXCEPTION 'no closing says this %', NEW.kind USING ERRCODE = 'ED008';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_closed BEFORE INSERT ON funding_posting FOR EACH ROW EXECUTE FUNCTION ledger_closed_year();

CREATE FUNCTION ledger_closed_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_source funding_account;
  v_target funding_account;
BEGIN
  SELECT * INTO v_source FROM funding_account WHERE id = NEW.source_id;
  SELECT * INTO v_target FROM funding_account WHERE id = NEW.target_id;
  IF v_source.family IN ('cp.lapsed', 'cp.carried') OR (v_source.family = 'ae.lapsed' AND NOT EXISTS (
       SELECT FROM funding_posting p JOIN funding_posting o ON o.id = p.reverses_id
        WHERE p.id = NEW.posting_id AND o.kind = 'lapse')) THEN
    RAISE EXCEPTION 'what % holds is not used again', v_source.code USING ERRCODE = 'ED005';
  ELSIF (v_source.family = 'cp.brought' OR v_target.family IN ('cp.lapsed', 'cp.carried')) AND NOT EXISTS (
      SELECT FROM funding_closing c JOIN funding_posting p ON p.act_id = c.act_id AND p.line_id = c.line_id
       WHERE p.id = NEW.posting_id
         AND c.year = CASE v_source.family WHEN 'cp.brought' THEN v_source.year - 1 ELSE v_target.year END) THEN
    RAISE EXCEPTION '% to %: another year than the one that is closed', v_source.code, v_target.code USING ERRCODE = 'ED005';
  ELSIF EXISTS (SELECT FROM funding_closing c JOIN funding_posting p ON p.id = NEW.posting_id
                 WHERE c.line_id = p.line_id AND c.act_id IS DISTINCT FROM p.act_id
                   AND (c.year = v_source.year AND v_source.family LIKE 'cp.%' OR c.year = v_target.year AND v_target.family LIKE 'cp.%')) THEN
    RAISE EXCEPTION 'the year of % is closed', v_source.code USING ERRCODE = 'ED005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_closed BEFORE INSERT ON funding_entry FOR EACH ROW EXECUTE FUNCTION ledger_closed_account();

-- A closed year holds nothing that could still be ordered or paid: asked once all that its closing posts is there.
CREATE FUNCTION wall_closing_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM funding_account a JOIN funding_balance b ON b.account_id = a.id WHERE a.line_id = NEW.line_id
                AND a.year = NEW.year AND a.family IN ('cp.available', 'cp.ordered') AND b.cents <> 0) THEN
    RAISE EXCEPTION 'closing %: something is left of %', NEW.id, NEW.year USING ERRCODE = 'ED005';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wall_closing_whole AFTER INSERT ON funding_closing DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wall_closing_whole();
