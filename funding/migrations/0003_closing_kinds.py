"""The postings of a closing are said by an act of two, as those of the envelope. The table is ledger.sql's: it is not there yet in a
database that begins."""

from django.db import migrations

LAID = """
ALTER TABLE IF EXISTS funding_posting DROP CONSTRAINT IF EXISTS funding_posting_two_people,
    ADD CONSTRAINT funding_posting_two_people CHECK (
        second_id IS DISTINCT FROM by_id
        AND (kind NOT IN ('open_ae', 'lower_ae', 'open_cp', 'lower_cp', 'reserve', 'recover', 'reverse',
                          'expire_ae', 'expire_cp', 'carry_cp', 'transfer')
             OR (second_id IS NOT NULL AND act_id IS NOT NULL))
        AND (kind NOT IN ('void', 'engage') OR act_id IS NOT NULL))
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0002_award")]

    operations = [migrations.RunSQL(LAID, migrations.RunSQL.noop)]
