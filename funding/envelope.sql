-- A ceiling began when it began, and ends once: what was in force at an instant stays so.
CREATE TRIGGER wall_ceiling BEFORE UPDATE ON funding_ceiling FOR EACH ROW
  WHEN (lower(OLD.during) IS DISTINCT FROM lower(NEW.during) OR NOT upper_inf(OLD.during)) EXECUTE FUNCTION wall_kept();
