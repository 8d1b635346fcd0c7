-- An amendment: what an award was signed on changes by an act of two, once every beneficiary has signed it, and by nothing else (R82).
-- Refusals: EP010 no approved act says so - EP032 not what is signed now, a step without its signatures - EP033 a share that the ledger
-- does not hold, more than was given - EP034 a payment of a project that has stopped.

CREATE FUNCTION wall_share() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('amendment', jsonb_build_object('grant', NEW.grant_id, 'after',
    jsonb_build_object('shares', jsonb_build_object(NEW.id::text, NEW.cents))));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_share BEFORE UPDATE OF cents ON funding_grantshare FOR EACH ROW EXECUTE FUNCTION wall_share();

-- Once all that the amendment posts is there: the ledger holds the share to the cent (a convention that closes gives its rest back), and
-- the award gave no more than it was. A share that is new is asked this once its award is engaged.
CREATE FUNCTION wall_share_held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_convention WHERE share_id = NEW.id AND state = 'closed')
     AND (SELECT coalesce(sum(b.cents), 0) FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
           WHERE a.share_id = NEW.id AND a.family LIKE 'ae.%') <> (SELECT cents FROM funding_grantshare WHERE id = NEW.id)
     AND (TG_OP = 'UPDATE' OR EXISTS (SELECT FROM funding_grant WHERE id = NEW.grant_id AND state = 'engaged'))
     OR (SELECT sum(cents) FROM funding_grantshare WHERE grant_id = NEW.grant_id) + (
         SELECT coalesce(sum(released_cents), 0) FROM funding_amendment WHERE grant_id = NEW.grant_id AND state = 'in_force')
        <> (SELECT cents FROM funding_grant WHERE id = NEW.grant_id) THEN
    RAISE EXCEPTION 'share %: not what the ledger holds of the award', NEW.id USING ERRCODE = 'EP033';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wall_share_held AFTER INSERT OR UPDATE OF cents ON funding_grantshare DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wall_share_held();

-- A share is born of a decision, which gives something; only an amendment leaves nothing of it. Once the award is notified, it is born of
-- the amendment by which its establishment joins.
CREATE FUNCTION wall_share_born() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.cents < 1 THEN
    RAISE EXCEPTION 'a share gives something' USING ERRCODE = 'EP033';
  ELSIF EXISTS (SELECT FROM funding_grant WHERE id = NEW.grant_id AND engaged_at IS NOT NULL) THEN
    PERFORM act_need('amendment', jsonb_build_object('grant', NEW.grant_id, 'after', jsonb_build_object(
      'shares', jsonb_build_object(NEW.id::text, NEW.cents),
      'joins', jsonb_build_object(NEW.id::text, jsonb_build_object('establishment', NEW.establishment_id, 'line', NEW.line_id)))));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_share_born BEFORE INSERT ON funding_grantshare FOR EACH ROW EXECUTE FUNCTION wall_share_born();

-- The months of a convention that was sent: laid out again before it is signed (its date is then taken back), or amended.
CREATE FUNCTION wall_months() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('amendment', jsonb_build_object('after', jsonb_build_object('months', NEW.months), 'grant', (
    SELECT grant_id FROM funding_grantshare WHERE id = NEW.share_id)));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_months BEFORE UPDATE OF months ON funding_convention
  FOR EACH ROW WHEN (NEW.months <> OLD.months AND (NEW.sent_at IS NOT NULL OR OLD.signed_at IS NOT NULL)) EXECUTE FUNCTION wall_months();

CREATE FUNCTION wall_amendment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = 'agreed' AND EXISTS (
       SELECT FROM amendment_parties(NEW.id) p WHERE NOT EXISTS (
          SELECT FROM funding_amendmentsignature g JOIN document d ON d.id = NEW.document_id AND d.sha256 = g.sha256
           WHERE g.amendment_id = NEW.id AND (g.convention_id = p.convention OR p.convention IS NULL AND g.establishment_id = p.establishment))) THEN
    RAISE EXCEPTION 'amendment %: a beneficiary has not signed it', NEW.id USING ERRCODE = 'EP032';
  ELSIF NEW.state = 'in_force' THEN
    PERFORM act_need('amendment', jsonb_build_object('amendment', NEW.id, 'released', NEW.released_cents,
      'sha256', (SELECT sha256 FROM document WHERE id = NEW.document_id)));
    IF NOT EXISTS (SELECT FROM act WHERE id = NEW.act_id AND kind = 'amendment' AND payload->'amendment' = to_jsonb(NEW.id)
                      AND payload->'after' = NEW.after AND decided_at = NEW.decided_at) THEN
      RAISE EXCEPTION 'amendment %: not its act', NEW.id USING ERRCODE = 'EP032';
    ELSIF EXISTS (SELECT FROM award_members(NEW.grant_id) r FULL JOIN jsonb_each_text(NEW.after->'members') a ON a.key = r.establishment::text
                   WHERE NEW.after ? 'members' AND a.value IS DISTINCT FROM r.role) THEN
      RAISE EXCEPTION 'amendment %: the consortium is not what it says', NEW.id USING ERRCODE = 'EP032';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_amendment BEFORE UPDATE OF state ON funding_amendment FOR EACH ROW EXECUTE FUNCTION wall_amendment();

-- On the document that was sent, by those whom it is for.
CREATE FUNCTION wall_amendment_signature() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_amendment m JOIN document d ON d.id = m.document_id CROSS JOIN amendment_parties(m.id) p
                  WHERE m.id = NEW.amendment_id AND m.state = 'sent' AND d.sha256 = NEW.sha256
                    AND (p.convention = NEW.convention_id OR p.convention IS NULL AND p.establishment = NEW.establishment_id)) THEN
    RAISE EXCEPTION 'amendment %: not what is signed now', NEW.amendment_id USING ERRCODE = 'EP032';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_amendment_signature BEFORE INSERT ON funding_amendmentsignature
  FOR EACH ROW EXECUTE FUNCTION wall_amendment_signature();

-- After the stop of a project, or once its beneficiary has left it, its balance alone is paid (R84).
CREATE FUNCTION wall_stopped() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id WHERE c.id = NEW.convention_id AND (
       award_left(s.grant_id, s.establishment_id)
       OR EXISTS (SELECT FROM funding_amendment m WHERE m.grant_id = s.grant_id AND m.state = 'in_force' AND m.kind = 'stop'))) THEN
    RAISE EXCEPTION 'convention %: the project has stopped', NEW.convention_id USING ERRCODE = 'EP034';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_stopped BEFORE INSERT ON funding_instalment
  FOR EACH ROW WHEN (NEW.kind <> 'balance') EXECUTE FUNCTION wall_stopped();
