"""The ledger (funding/ledger.sql is the text to read) and the unmanaged models that read its rows."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

UNDO = """
DROP VIEW audit.balances, audit.ledger_entries;
DROP FUNCTION ledger_post, ledger_account, ledger_payload CASCADE;
DROP TABLE funding_entry, funding_posting, funding_balance, funding_account, funding_movement, funding_family CASCADE;
DROP FUNCTION ledger_apply_entry, ledger_open_account, ledger_guard_balance, ledger_refuse CASCADE;
"""
ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def reads(name: str, *fields: tuple[str, models.Field]) -> migrations.CreateModel:
    options = {"db_table": f"funding_{name.lower()}", "managed": False}
    return migrations.CreateModel(name=name, fields=list(fields), options=options)


class Migration(migrations.Migration):
    dependencies = [("edsh_portal", "0002_ground"), ("funding", "0001_initial")]
    operations = [
        migrations.RunSQL((Path(__file__).resolve().parent.parent / "ledger.sql").read_text(), UNDO),
        reads(
            "Family",
            ("family", models.TextField(primary_key=True, serialize=False)),
            ("meaning", models.TextField()),
            ("outside", models.BooleanField()),
        ),
        reads(
            "Movement",
            (
                "pk",
                models.CompositePrimaryKey(
                    "kind", "source", "target", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("kind", models.TextField()),
            ("source", models.TextField()),
            ("target", models.TextField()),
            ("year", models.TextField()),
        ),
        reads(
            "Account",
            ID,
            ("code", models.TextField(unique=True)),
            ("family", models.TextField()),
            ("outside", models.BooleanField()),
            ("year", models.IntegerField(null=True)),
        ),
        reads(
            "Entry",
            ID,
            ("cents", models.BigIntegerField()),
            ("source_after", models.BigIntegerField()),
            ("target_after", models.BigIntegerField()),
        ),
        reads(
            "Posting",
            ID,
            ("key", models.TextField(unique=True)),
            ("payload_hash", models.TextField()),
            ("kind", models.TextField()),
            ("at", models.DateTimeField()),
            ("year", models.IntegerField()),
            ("facts", models.JSONField()),
        ),
        reads(
            "Balance",
            (
                "account",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to="funding.account"
                ),
            ),
            ("outside", models.BooleanField()),
            ("cents", models.BigIntegerField()),
            ("entry_count", models.BigIntegerField()),
        ),
    ]
