-- An award whose project has not begun in time lapses by an act of two; its delay is extended once, by another (décret 2018-514, art. 11).
-- After it nothing is ordered (convention.sql: the award is no more engaged) nor certified (ledger.sql: nothing is left engaged).
-- Refusals: EP010 no approved act says so - EP035 before its day, or begun; a statement after the last day to declare (art. 13).

CREATE FUNCTION wall_extension() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('grant.extend', jsonb_build_object('grant', NEW.grant_id, 'until', NEW.until, 'reason', NEW.reason));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_extension BEFORE INSERT ON funding_extension FOR EACH ROW EXECUTE FUNCTION wall_extension();

CREATE FUNCTION wall_start() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_grant WHERE id = NEW.grant_id AND state = 'engaged' FOR SHARE) THEN
    RAISE EXCEPTION 'grant %: not running', NEW.grant_id USING ERRCODE = 'EP035';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_start BEFORE INSERT ON funding_start FOR EACH ROW EXECUTE FUNCTION wall_start();

CREATE FUNCTION wall_lapse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('grant.lapse', jsonb_build_object('withdraws', NEW.id));
  IF EXISTS (SELECT FROM funding_start WHERE grant_id = NEW.id)
     OR EXISTS (SELECT FROM funding_claim k JOIN funding_convention c ON c.id = k.convention_id
                  JOIN funding_grantshare s ON s.id = c.share_id WHERE s.grant_id = NEW.id)
     OR (portal_now() AT TIME ZONE 'Europe/Paris')::date <= coalesce((SELECT until FROM funding_extension WHERE grant_id = NEW.id),
          ((NEW.engaged_at AT TIME ZONE 'Europe/Paris')::date + interval '24 months')::date) THEN
    RAISE EXCEPTION 'grant %: its project has begun, or may still begin', NEW.id USING ERRCODE = 'EP035';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_lapse BEFORE UPDATE OF state ON funding_grant
  FOR EACH ROW WHEN (NEW.state = 'lapsed') EXECUTE FUNCTION wall_lapse();

CREATE FUNCTION wall_claim_late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id JOIN funding_grant g ON g.id = s.grant_id
               LEFT JOIN applications_application a ON a.id = g.application_id LEFT JOIN applications_version v ON v.id = a.version_id
              WHERE c.id = NEW.convention_id AND (g.state <> 'engaged' OR (portal_now() AT TIME ZONE 'Europe/Paris')::date
                > (nullif(v.content->'identity'->>'starts_on', '')::date + make_interval(months => c.months + 12))::date)) THEN
    RAISE EXCEPTION 'convention %: no statement after the last day to declare', NEW.convention_id USING ERRCODE = 'EP035';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_claim_late BEFORE INSERT ON funding_claim FOR EACH ROW EXECUTE FUNCTION wall_claim_late();
