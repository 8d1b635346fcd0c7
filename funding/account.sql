-- A bank account is validated by an act of two, and an ordered payment keeps the account of its order. That it is
-- born unvalidated and that what it says never changes is its model's declaration.

CREATE FUNCTION wall_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.validated_at IS NULL AND NEW.validated_at IS NOT NULL THEN
    PERFORM act_need('iban.validate', jsonb_build_object('account', NEW.id, 'iban', NEW.iban, 'holder', NEW.holder));
  ELSIF OLD.validated_at IS NOT NULL THEN      -- replaced by the one that an act of two puts in its place
    PERFORM act_need('iban.validate', jsonb_build_object('convention', NEW.convention_id));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_account BEFORE UPDATE ON funding_bankaccount FOR EACH ROW EXECUTE FUNCTION wall_account();

CREATE FUNCTION wall_ordered_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.account_id IS NOT NULL AND NEW.account_id IS NOT NULL AND NEW.account_id <> OLD.account_id
     OR OLD.account_id IS NOT NULL AND NEW.account_id IS NULL AND NEW.state <> 'certified' THEN
    RAISE EXCEPTION 'instalment %: an ordered payment keeps its account', OLD.id USING ERRCODE = 'EP013';
  ELSIF OLD.account_id IS NULL AND NEW.account_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM funding_bankaccount WHERE id = NEW.account_id AND convention_id = NEW.convention_id
       AND validated_at IS NOT NULL AND replaced_at IS NULL) THEN
    RAISE EXCEPTION 'instalment %: ordered to the validated account of its convention', OLD.id USING ERRCODE = 'EP013';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_ordered_account BEFORE UPDATE OF account_id ON funding_instalment
  FOR EACH ROW EXECUTE FUNCTION wall_ordered_account();
