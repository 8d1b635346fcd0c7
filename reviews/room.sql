-- The jury's room: voices are given while the vote is open, by who sits there, is present and has not withdrawn; a closed session keeps all.

CREATE FUNCTION wall_room() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_session bigint := CASE TG_TABLE_NAME
    WHEN 'reviews_attendance' THEN (SELECT session_id FROM reviews_seat WHERE id = (to_jsonb(NEW) ->> 'seat_id')::bigint)
    WHEN 'reviews_withdrawal' THEN (SELECT session_id FROM reviews_item WHERE id = (to_jsonb(NEW) ->> 'item_id')::bigint)
    ELSE (to_jsonb(NEW) ->> 'session_id')::bigint END;
BEGIN
  IF (SELECT state FROM reviews_session WHERE id = v_session FOR SHARE) = 'closed' THEN
    RAISE EXCEPTION '%: the session is closed', TG_TABLE_NAME USING ERRCODE = 'EP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_room BEFORE INSERT ON reviews_seat FOR EACH ROW EXECUTE FUNCTION wall_room();
CREATE TRIGGER wall_room BEFORE INSERT OR UPDATE ON reviews_attendance FOR EACH ROW EXECUTE FUNCTION wall_room();
CREATE TRIGGER wall_room BEFORE INSERT OR UPDATE ON reviews_item FOR EACH ROW EXECUTE FUNCTION wall_room();
CREATE TRIGGER wall_room BEFORE INSERT ON reviews_withdrawal FOR EACH ROW EXECUTE FUNCTION wall_room();
CREATE TRIGGER wall_room BEFORE INSERT OR UPDATE ON reviews_motion FOR EACH ROW EXECUTE FUNCTION wall_room();

CREATE FUNCTION wall_ballot() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_motion reviews_motion%ROWTYPE;
  v_seat reviews_seat%ROWTYPE;
  v_application bigint;
BEGIN
  SELECT * INTO v_motion FROM reviews_motion WHERE id = NEW.motion_id FOR SHARE;
  SELECT * INTO v_seat FROM reviews_seat WHERE id = NEW.seat_id;
  SELECT application_id INTO v_application FROM reviews_item WHERE id = v_motion.item_id;
  IF v_motion.state <> 'open' THEN
    RAISE EXCEPTION 'ballot: the vote on motion % is closed', NEW.motion_id USING ERRCODE = 'EP003';
  END IF;
  IF v_seat.session_id <> v_motion.session_id
     OR NOT EXISTS (SELECT 1 FROM reviews_attendance WHERE seat_id = NEW.seat_id AND left_at IS NULL) THEN
    RAISE EXCEPTION 'ballot: seat % is not in the room', NEW.seat_id USING ERRCODE = 'EP058';
  END IF;
  IF v_application = ANY (review_withheld(v_seat.person_id)) THEN
    RAISE EXCEPTION 'R50 ballot refused: seat % has withdrawn', NEW.seat_id USING ERRCODE = 'EP050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_ballot BEFORE INSERT ON reviews_ballot FOR EACH ROW EXECUTE FUNCTION wall_ballot();
