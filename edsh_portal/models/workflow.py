"""What may become what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkflowStep(models.Model):
    """What may become what; filled from the code's maps after each migration, read by the trigger of each noun."""

    noun = models.CharField(max_length=40)
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40)

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("étape permise"), _("étapes permises")
        db_table = "workflow_step"
        constraints = [models.UniqueConstraint(fields=["noun", "source", "target"], name="workflow_step_once")]
