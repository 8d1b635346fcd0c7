"""A page that was opened before others wrote saves what its author changed, and nothing else (edsh_portal/changes.py)."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import get_resolver

from applications.forms.dossier import Written
from edsh_portal import forms
from edsh_portal.changes import over
from edsh_portal.refusal import Refused
from tests.tabs import sent

NOW = {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize(
    ("typed", "read", "written"),
    [
        ({"a": 5}, None, {"a": 5}),  # over what is there
        ({"a": 1, "b": 2}, None, {}),
        ({"a": 0, "b": 9}, {"a": 0, "b": 2}, {"b": 9}),  # a stale value that its author did not touch
        ({"a": 1}, {"a": 0}, {}),  # both have written the same
        ({"d": 4}, {"d": None}, {"d": 4}),  # what was not there
        ({"a": None}, {"a": 1}, {"a": None}),
    ],
)
def test_13_6_only_what_was_changed_is_written(typed, read, written):
    assert over(NOW, typed, read) == written


def test_13_6_what_both_have_changed_is_told_with_what_is_there():
    with pytest.raises(Refused) as met:
        over(NOW, {"a": 7, "b": 8, "c": 9}, {"a": 0, "b": 2, "c": 4})
    assert (met.value.code, met.value.facts) == ("W04", {"met": {"a": 1, "c": 3}})


class Example(forms.Over, forms.Form):
    name = forms.forms.CharField()
    count = forms.forms.IntegerField(required=False)
    open = forms.forms.BooleanField(required=False)
    kind = forms.forms.ChoiceField(choices=[("x", "Un mot"), ("y", "Un autre")])


def test_13_6_a_form_says_what_its_page_had_shown():
    shown = Example(initial={"name": "A", "count": 3, "open": True, "kind": "x"})
    assert str(shown["count"]).count("<input") == 2 and 'name="initial-count"' in str(shown["count"])
    stale = Example(sent(shown, count="4"), initial={"name": "B", "count": 5, "open": False, "kind": "y"})
    assert stale.is_valid()
    assert stale.read() == {"name": "A", "count": 3, "open": True, "kind": "x"}
    assert stale.typed() == {"name": "A", "count": 4, "open": True, "kind": "x"}


def test_13_6_two_values_come_back_and_the_next_save_chooses():
    initial = {"name": "A", "count": 3, "open": True, "kind": "x"}
    stale = Example(sent(Example(initial=initial), kind="y", count=""), initial=initial)
    assert stale.is_valid()
    stale.refuse(Refused("…", code="W04", met={"kind": "x", "count": 0}))
    assert {name: [str(error) for error in errors] for name, errors in stale.errors.items()} == {
        "kind": [str(forms.MET)],
        "count": [str(forms.MET)],
    }
    assert (str(stale["kind"].field.met), stale["count"].field.met) == ("Un mot", "0")
    assert (stale["kind"].value(), stale["count"].value()) == ("y", "")  # what was typed stays in the field
    again = Example(stale.data, initial=initial)
    assert again.is_valid() and (again.read()["count"], again.typed()["count"]) == (0, None)
    kept = stale.data.copy()
    kept.appendlist("keep", "kind")
    chosen = Example(kept, initial=initial)
    assert chosen.is_valid() and set(chosen.typed()) == {"name", "count", "open"}


def test_13_6_a_page_that_says_nothing_writes_over_what_is_there():
    bare = Example({"name": "A", "kind": "x", "initial-count": "trois"}, initial={"name": "B"})
    assert bare.is_valid() and (bare.read(), set(bare.typed())) == ({}, {"name", "open", "kind"})


# ── every form of several fields says what it writes over ────────────────────────────────────────────────────────────
# Those that are neither Written (fields of a dossier, each with its history) nor Over, and why nothing is erased by them.
CREATES, ONCE, FILTERS = "makes a row", "one act, whole", "asks, writes nothing"
OTHERS = {
    "applications.CreateForm": CREATES, "applications.AssociatedForm": CREATES, "applications.PieceForm": CREATES, "calls.CallForm": CREATES,
    "calls.WaveForm": CREATES, "casework.MessageForm": CREATES, "casework.ThreadForm": CREATES, "casework.ComplementForm": CREATES,
    "casework.ProrogationForm": CREATES, "applications.DelegateForm": CREATES, "casework.AdmissibilityForm": CREATES,
    "applications.ClashForm": "answers for the version it was shown", "applications.MandateForm": "refused unless the amounts are those read",
    "calls.PostponeForm": ONCE, "calls.DelayForm": ONCE, "applications.EligibilityForm": FILTERS, "decisions.FingerprintForm": FILTERS,
    "applications.ReturnForm": ONCE, "applications.HandForm": ONCE, "applications.MandateWithdrawalForm": ONCE, "decisions.ReleaseForm": ONCE, "decisions.PlannedForm": ONCE, "decisions.ApproveForm": ONCE, "decisions.PostForm": CREATES, "decisions.OpenProcedureForm": CREATES, "decisions.OpenExclusionForm": CREATES, "decisions.OpenRecoveryForm": CREATES, "decisions.ObserveForm": ONCE, "decisions.AnswerForm": ONCE, "decisions.LodgeForm": CREATES, "decisions.RegisterForm": CREATES, "decisions.AnswerRemedyForm": CREATES, "decisions.EndRemedyForm": ONCE, "decisions.RemediesForm": FILTERS, "applications.DepositForm": ONCE,
    "decisions.RefusalForm": "carries the proposal before it", "decisions.AwardForm": "carries the proposal before it", "decisions.DelegationForm": CREATES,
    "decisions.KeepForm": CREATES, "decisions.DrawForm": "its author alone writes it",
    "directory.SignInForm": FILTERS, "directory.NewPassword": ONCE, "directory.ChangePasswordForm": ONCE,
    "directory.IssueTokenForm": CREATES, "directory.PeopleFilter": FILTERS, "directory.EstablishmentFilter": FILTERS, "directory.GrantRoleForm": CREATES,
    "directory.AffiliateForm": CREATES, "directory.InviteForm": CREATES, "directory.InviteColleagueForm": CREATES, "directory.CreateEstablishmentForm": CREATES,
    "applications.AbandonForm": ONCE, "directory.PersonForm": CREATES, "directory.AskAccountForm": CREATES,
    "directory.CorrectEstablishmentForm": "writes what was changed of what the page had shown, and tells a clash",
    "funding.PaymentsForm": FILTERS, "funding.ForecastForm": FILTERS, "funding.ForecastRowsForm": FILTERS, "funding.AccountsForm": FILTERS, "funding.JournalForm": FILTERS, "funding.PrepareForm": CREATES, "funding.SignForm": ONCE, "funding.CopyForm": CREATES, "funding.ReworkForm": ONCE, "funding.BatchForm": ONCE, "funding.AgreementForm": CREATES, "funding.IbanForm": CREATES, "funding.PlanForm": CREATES, "funding.RecoverForm": CREATES,
    "funding.ClosingForm": ONCE, "funding.AskAmendmentForm": CREATES, "funding.DraftForm": ONCE, "funding.ExtensionForm": ONCE, "funding.ImportForm": CREATES, "funding.SettleForm": ONCE,
    "funding.OpenClaimForm": CREATES, "funding.ClaimLineForm": CREATES, "funding.CertificateForm": ONCE, "funding.ExpensesForm": ONCE,
    "funding.CheckForm": "what an officer keeps of an expense replaces what an officer kept before",
    "funding.CeilingForm": CREATES, "reviews.DeclarationForm": ONCE, "reviews.AssignForm": CREATES, "reviews.OpinionForm": CREATES, "reviews.PlacesForm": ONCE, "reviews.MotionForm": CREATES,
    "reviews.ProfileForm": "one person writes theirs", "reviews.TieForm": CREATES, "reviews.ExpertsFilter": FILTERS, "reviews.MatrixFilter": FILTERS,
    "reviews.FrameForm": "what an officer sets replaces the whole frame", "reviews.AbsencesForm": "what an officer sets replaces the whole list",
    "reviews.RevisionForm": "one person writes theirs",
    "reviews.SendForm": ONCE, "reviews.NeedForm": "what an officer sets replaces the whole list",
    "reviews.RecusalForm": ONCE, "reviews.RulingForm": CREATES, "reviews.RapporteurForm": ONCE,
    "reviews.ConsensusForm": CREATES, "reviews.PositionForm": ONCE,
    "reviews.CalibrationMarksForm": ONCE, "reviews.ConfirmForm": "answers for the mark it was shown",
}  # fmt: skip


def _below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def test_13_6_every_form_of_several_fields_says_what_it_writes_over():
    rooms = {config.name for config in apps.get_app_configs()} & {
        "applications",
        "calls",
        "casework",
        "decisions",
        "directory",
        "funding",
        "reviews",
    }
    assert get_resolver().url_patterns  # every view is read, and the forms with it
    found = {one for one in _below(forms.Refusals) if one.__module__.partition(".")[0] in rooms}
    several = {one for one in found if len(getattr(one, "base_fields", ())) > 1 or "__init__" in vars(one)}
    told = {
        f"{one.__module__.partition('.')[0]}.{one.__name__}"
        for one in several
        if not issubclass(one, Written | forms.Over)
    }
    assert told == set(OTHERS)


def test_13_6_a_page_cannot_make_a_form_fail_by_what_it_says_it_read():
    for told in ("x" * 5000, "\0", "-1", "nan"):
        form = Example({"name": "A", "kind": "x", "initial-count": told, "initial-kind": told}, initial={})
        try:
            assert form.is_valid() and isinstance(form.read(), dict)
        except ValidationError:
            pytest.fail("a hidden value is read or left aside")
