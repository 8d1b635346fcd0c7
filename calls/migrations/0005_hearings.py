"""Whether hearings are held, and whether marks may be revised after them. Settings that exist hold none."""

from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("calls", "0004_calibration"),
    ]

    operations = [
        migrations.AddField(
            model_name="callsettings",
            name="hearings",
            field=models.BooleanField(
                default=False, verbose_name="le jury entend les porteurs des dossiers (auditions)"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="revise_after_hearing",
            field=models.BooleanField(
                default=False,
                verbose_name="après une audition, un expert peut revoir ses notes verrouillées, avec un motif",
            ),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("hearings", True), ("revise_after_hearing", False), _connector="OR"),
                name="settings_hearings",
            ),
        ),
    ]
