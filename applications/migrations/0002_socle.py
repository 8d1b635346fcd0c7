"""The socle commun of 15 September 2023, item by item."""

from django.db import migrations

from applications.content.reference import socle_rows


def load_socle(apps, schema_editor):
    """A later version comes with a later migration."""
    noun = apps.get_model("applications", "SocleItem")
    noun.objects.bulk_create(noun(**row) for row in socle_rows("20230915"))


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]
    operations = [migrations.RunPython(load_socle, migrations.RunPython.noop)]
