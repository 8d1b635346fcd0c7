"""What people write together: every text of every field by version, the texts kept aside, who is here, who holds a section."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .consortium import Membership
from .dossier import Application


class AnswerQuerySet(models.QuerySet):
    def latest_of_each(self) -> "AnswerQuerySet":
        """The text in place of each field: its highest version that is not kept aside."""
        return self.filter(aside=False).order_by("key", "-version").distinct("key")


class Answer(models.Model):
    """One text of one field (applications/content/fields/): rows are added, never changed. The highest version that is not
    `aside` is in place; a text that met another one is kept aside, under the next number of the same field."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="answers")
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    aside = models.BooleanField(default=False)
    read_version = models.PositiveIntegerField(default=0)  # what its author had under the eyes
    save_id = models.UUIDField(null=True)  # given by the browser, so that a save sent twice is kept once
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()
    grants = ("SELECT", "INSERT")
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("version d’un champ"), _("versions des champs")
        constraints = [
            models.UniqueConstraint(fields=["application", "key", "version"], name="answer_version"),
            models.UniqueConstraint(fields=["application", "save_id"], name="answer_save_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="answer_version_least"),
            models.CheckConstraint(condition=Q(read_version__lt=models.F("version")), name="answer_read_before"),
        ]
        # what a page already shows: the last text written in the dossier, whatever its field
        indexes = [models.Index(fields=["application", "-id"], name="answer_last")]


class Clash(models.Model):
    """Two texts of one field that met: `kept` is aside, `over` was in place. Open until somebody says which one stays."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="clashes")
    key = models.CharField(max_length=80)
    kept = models.ForeignKey(Answer, models.PROTECT, related_name="+")
    over = models.ForeignKey(Answer, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")  # the author of `kept`
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    grants = ("SELECT", "INSERT", "UPDATE (kept_id, over_id, settled_at, settled_by_id)")
    frozen_when = {"settled_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("deux textes pour un champ"), _("textes en double")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "key", "by"], condition=Q(settled_at__isnull=True), name="clash_open_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="clash_settled",
            ),
        ]


class Presence(models.Model):
    """Where a person was last seen in a dossier: the section, and when. It says who is here, and proves nothing."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    place = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "UPDATE (place, seen_at)")

    class Meta:
        verbose_name, verbose_name_plural = _("présence"), _("présences")
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="presence_once")]


class SectionOwner(models.Model):
    """How far a section is, and who was asked to write it: a colleague by name, or a partner of the consortium.

    `section` is `identity`, `answers.<question>`, `projects`, `perimeters`, `packages`, `mesh` or `governance`: what the
    coordinator may hand over.
    """

    class Progress(models.TextChoices):
        TODO = "todo", _("À faire")
        DOING = "doing", _("En cours")
        CHECK = "check", _("À relire")
        DONE = "done", _("Complet")

    application = models.ForeignKey(Application, models.CASCADE, related_name="section_owners")
    section = models.CharField(max_length=60)
    progress = models.CharField(_("état"), max_length=5, choices=Progress.choices, default=Progress.TODO)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, related_name="section_owners")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id, section)")

    class Meta:
        verbose_name, verbose_name_plural = _("rubrique confiée"), _("rubriques confiées")
        constraints = [
            models.UniqueConstraint(fields=["application", "section"], name="section_owner_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(membership__isnull=True), name="section_owner_one"
            ),
        ]
