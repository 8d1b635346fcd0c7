-- Who sees a dossier: an establishment whose people were asked and said yes. The coordinator alone is born accepted.

CREATE FUNCTION wall_member() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = 'invited' AND NEW.role = 'partner' OR NEW.role = 'coordinator' AND EXISTS (
       SELECT FROM applications_application WHERE id = NEW.application_id AND coordinator_id = NEW.establishment_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'member of application %: neither its coordinator nor invited', NEW.application_id USING ERRCODE = 'EP011';
END $$;
CREATE TRIGGER wall_member BEFORE INSERT ON applications_membership FOR EACH ROW EXECUTE FUNCTION wall_member();

CREATE FUNCTION wall_group_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM applications_membership m JOIN directory_establishment e ON e.id = m.establishment_id
                 WHERE m.id = NEW.membership_id AND m.state = 'accepted' AND m.application_id = NEW.content_object_id
                   AND e.group_id = NEW.group_id) THEN
    RAISE EXCEPTION 'application %: its members alone see it', NEW.content_object_id USING ERRCODE = 'EP011';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_group_link BEFORE INSERT ON applications_applicationgrouppermission
  FOR EACH ROW EXECUTE FUNCTION wall_group_link();
