-- Who is at work, proved: a login says which keys it bears (edsh_portal/database/base.py), and the database finds out whose they
-- are. It keeps their SHA-256 alone, so that whoever reads these tables bears none of them; an id is never put in a setting.

CREATE FUNCTION portal_digest(p_setting text) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT encode(sha256(convert_to(nullif(current_setting(p_setting, true), ''), 'UTF8')), 'hex')
$$;

-- The person whose session is open, or whose program's token is running; NULL: nobody. Instants of sessions are the machine's.
CREATE FUNCTION portal_actor()
RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_key text := portal_digest('portal.key');
  v_who bigint;
BEGIN
  IF v_key IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT u.id INTO v_who FROM web_session s JOIN directory_user u ON u.id = s.user_id AND u.is_active AND u.session_epoch = s.epoch
    WHERE s.key_sha256 = v_key AND s.expires_at > clock_timestamp();
  IF v_who IS NULL THEN
    SELECT u.id INTO v_who FROM directory_apitoken t JOIN directory_user u ON u.id = t.user_id AND u.is_active
      WHERE t.key_sha256 = v_key AND t.revoked_at IS NULL AND t.expires_at > portal_now();
  END IF;
  RETURN v_who;
END $$;
COMMENT ON FUNCTION portal_actor IS 'door: web, worker, auditor';  -- policies ask it

-- The invitation whose letter was opened, if it still opens something and says what the event of its sending says: a row that
-- somebody else wrote or changed is none.
CREATE FUNCTION letter_opened()
RETURNS directory_invitation LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i FROM directory_invitation i
   WHERE i.token_sha256 = portal_digest('portal.once') AND i.expires_at > portal_now()
     AND EXISTS (SELECT 1 FROM event e WHERE e.subject_type = 'directory.invitation' AND e.subject_id = i.id
                    AND e.kind = 'invitation.created'
                    AND (e.data->>'establishment')::bigint IS NOT DISTINCT FROM i.establishment_id
                    AND e.data->>'kind' = i.kind AND e.data->>'role' = i.role)
     AND i.invited_by_id = (SELECT e.by_id FROM event e WHERE e.subject_type = 'directory.invitation' AND e.subject_id = i.id
                               AND e.kind IN ('invitation.created', 'invitation.renewed') ORDER BY e.id DESC LIMIT 1)
$$;

-- The new password that was asked for, while its letter opens it: the person is the one whom the event names.
CREATE FUNCTION reset_opened()
RETURNS directory_passwordreset LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r FROM directory_passwordreset r JOIN directory_user u ON u.id = r.user_id AND u.is_active
   WHERE r.token_sha256 = portal_digest('portal.once') AND r.used_at IS NULL AND r.expires_at > portal_now()
     AND EXISTS (SELECT 1 FROM event e WHERE e.subject_type = 'directory.passwordreset' AND e.subject_id = r.id
                    AND e.kind = 'password.forgotten' AND (e.data->>'user')::bigint = r.user_id)
$$;

-- The hash of the key that a letter bears, kept while it is being written: nobody puts another in its place afterwards.
-- Which obligation writes the letter of what:
CREATE FUNCTION letter_writer(p_subject text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_subject WHEN 'directory.invitation' THEN 'directory.send_invitation'
                        WHEN 'directory.passwordreset' THEN 'directory.send_reset'
                        WHEN 'directory.accountrequest' THEN 'directory.send_request' END
$$;

CREATE FUNCTION letter_seal(p_subject text, p_id bigint, p_hash text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM event e JOIN delivery d ON d.event_id = e.id AND d.key = '' AND d.state = 'todo'
                  WHERE e.subject_type = p_subject AND e.subject_id = p_id AND d.reaction = letter_writer(p_subject)) THEN
    RETURN false;
  ELSIF p_subject = 'directory.invitation' THEN
    UPDATE directory_invitation SET token_sha256 = p_hash WHERE id = p_id AND accepted_at IS NULL;
  ELSIF p_subject = 'directory.passwordreset' THEN
    UPDATE directory_passwordreset SET token_sha256 = p_hash WHERE id = p_id AND used_at IS NULL;
  ELSE
    UPDATE directory_accountrequest SET token_sha256 = p_hash WHERE id = p_id AND decided_at IS NULL;
  END IF;
  RETURN FOUND;
END $$;
COMMENT ON FUNCTION letter_seal IS 'door: web, worker';

-- A letter that is to be written again is dead at once.
CREATE FUNCTION letter_renewed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.token_sha256 := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER letter_renewed BEFORE UPDATE OF expires_at ON directory_invitation
  FOR EACH ROW EXECUTE FUNCTION letter_renewed();

-- What a letter lets be written. Of an invitation: in the name of who sent it, what it gives; in that of who answers it, the answer.
-- Of a forgotten password: in the person's name, that it was changed.
CREATE FUNCTION letter_proves(p_kind text, p_by bigint)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM letter_opened() i
    WHERE i.accepted_by_id IS NULL AND p_by = i.invited_by_id AND p_kind IN ('user.created', 'affiliation.changed')
       OR p_by = i.accepted_by_id AND p_kind = 'invitation.accepted')
    OR p_kind = 'user.password_changed' AND p_by = (SELECT r.user_id FROM reset_opened() r)
$$;

-- What a visitor writes in nobody's name: that something was asked; by its letter, that the address of an account asked for is theirs.
CREATE FUNCTION visitor_writes(p_kind text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p_kind IN ('password.forgotten', 'account.asked')
      OR p_kind = 'account.proved' AND EXISTS (SELECT 1 FROM directory_accountrequest r
          WHERE r.token_sha256 = portal_digest('portal.once') AND r.expires_at > portal_now())
$$;

-- The hash of the one account that signs in. Each reading leaves a row, whose number is given even to a transaction that is undone:
-- what is left in the numbers was read and hidden. Past 600 readings a minute, or 60 of one account, nothing is told ('').
CREATE FUNCTION password_of(p_user bigint)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_since timestamptz := clock_timestamp() - interval '1 minute';
  v_number bigint;
BEGIN
  INSERT INTO directory_passwordreading (user_id, at) VALUES (p_user, clock_timestamp()) RETURNING id INTO v_number;
  IF v_number - coalesce((SELECT max(id) FROM directory_passwordreading WHERE at < v_since), 0) > 600
     OR (SELECT count(*) FROM directory_passwordreading WHERE user_id = p_user AND at >= v_since) > 60 THEN
    RETURN '';
  END IF;
  RETURN (SELECT hash FROM directory_password WHERE user_id = p_user);
END $$;
COMMENT ON FUNCTION password_of IS 'door: web';

-- One's own password, by whoever is at work or bears the letter of a forgotten one; the first, by that of the invitation that opens the
-- account.
CREATE FUNCTION password_set(p_user bigint, p_hash text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF session_user = current_user OR p_user = portal_actor() OR p_user = (SELECT r.user_id FROM reset_opened() r) THEN
    INSERT INTO directory_password (user_id, hash) VALUES (p_user, p_hash) ON CONFLICT (user_id) DO UPDATE SET hash = p_hash;
  ELSIF EXISTS (SELECT 1 FROM letter_opened() i JOIN directory_user u ON u.email = i.email
                 WHERE u.id = p_user AND u.last_login IS NULL AND i.accepted_by_id IS NULL) THEN
    INSERT INTO directory_password (user_id, hash) VALUES (p_user, p_hash);
  ELSE
    RAISE EXCEPTION 'password_set: not that of who is at work' USING ERRCODE = 'EP006';
  END IF;
END $$;
COMMENT ON FUNCTION password_set IS 'door: web';
