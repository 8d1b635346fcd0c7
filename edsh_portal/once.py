"""A form is done once, however often it is sent.

Its page carries a key (`{% once %}`, beside the csrf token). The first event that the verb writes keeps the key in the verb's own
transaction, with who sent it and what it said: done and kept together, or neither; a refusal spends nothing. Sent again, it waits
for the first, then: the same content is answered with the first result; another is not done, the form says so, and has a new key.
So it is of every form: whoever adds one has nothing to say. A view that only writes what its page shows over what was there, as
often as it is sent, says `@repeatable`. What comes without a key (a page older than this, a program) is done as it comes.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.db import Error, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from . import admission
from .models import Once
from .refusal import Refused

log = structlog.get_logger(__name__)

FIELD = "once"
KEPT = timedelta(days=30)  # longer than any page stays open, or is found again by a browser that reopens its tabs
WAIT = "10s"  # for the first of several presses
LOCKED_OUT = "55P03"  # what PostgreSQL answers to who has waited as long as it would
LED_ON = (302, 303)

View = Callable[..., HttpResponse]


@dataclass
class Press:
    """One arrival of a form: who sends it, the key of its page, where to, what it says; whether its key was spent, on another content
    or by now on this one; and why it is not to be done."""

    who: str
    key: uuid.UUID
    path: str
    content: str
    request_id: str
    spent: bool = False
    refusal: str = ""

    @property
    def named(self) -> dict[str, Any]:
        return {"who": self.who, "key": self.key, "path": self.path}

    def first(self) -> Once | None:
        """What was done of it by another request."""
        return Once.objects.filter(**self.named).exclude(request_id=self.request_id).first()


_at_work: ContextVar[Press | None] = ContextVar("once", default=None)


# ── around views ─────────────────────────────────────────────────────────────────────────────────────────────────────
def repeatable(view: View) -> View:
    """Decorator: a POST to this view may be done as often as it is sent."""

    @wraps(view)
    def same(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    vars(same)["repeatable"] = True
    return same


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def work(request: HttpRequest) -> HttpResponse:
        press = _press(request) if request.method == "POST" else None
        if press is None:
            return get_response(request)
        with _alone(press) as alone:
            first = press.first() if alone else None
            if first is not None and first.content == press.content:
                return _again(request, first)
            press.spent = first is not None
            press.refusal = _changed() if press.spent else "" if alone else _under_way()
            with _at(press):
                answer = get_response(request)
            led = answer["Location"] if answer.status_code in LED_ON else request.path
            Once.objects.filter(**press.named, request_id=press.request_id).update(location=led)
            return answer

    return work


def _changed() -> str:
    return _(
        "Ce formulaire a déjà été envoyé et enregistré avec un autre contenu. Pour enregistrer aussi votre nouveau texte, envoyez-le"
        " de nouveau."
    )


def _under_way() -> str:
    return _(
        "Votre premier envoi n’est pas encore terminé. Attendez un instant, puis renvoyez : ce ne sera fait qu’une fois."
    )


def _again(request: HttpRequest, first: Once) -> HttpResponse:
    """Where the first led; nothing is done again, and nothing that is shown once is shown twice. What was kept and refused (a deposit
    received, against a rule) led nowhere: its page is opened anew."""
    log.info("once.again", first=first.request_id)
    if not first.location:  # stopped between its commit and its answer: done, or kept and refused
        messages.info(request, _("Cet envoi est enregistré, mais la réponse s’est perdue : vérifiez son résultat."))
    elif first.location != request.path:
        messages.info(request, _("Cet envoi est enregistré ; il n’a été fait qu’une fois."))
    return redirect(first.location or settings.LOGIN_REDIRECT_URL)


# ── for verbs and forms ──────────────────────────────────────────────────────────────────────────────────────────────
def keep() -> None:
    """As an event is written, in its transaction: the form at work is done."""
    press = _at_work.get()
    if press is None:
        return
    if press.refusal:  # no form was there to say so
        raise Refused(press.refusal, code="W05")
    done = Once(**press.named, content=press.content, request_id=press.request_id)
    Once.objects.bulk_create([done], ignore_conflicts=True)
    press.spent = True
    if press.first() is not None:
        raise Refused(_under_way(), code="W05")


def refusal() -> str:
    """Why the form at work is not to be done, in a sentence; nothing when it is."""
    press = _at_work.get()
    return press.refusal if press else ""


def field() -> SafeString:
    """The hidden field. A form that comes back keeps its key, unless it was spent."""
    press = _at_work.get()
    key = press.key if press and not press.spent else uuid.uuid4()
    return render_to_string("components/once.html", {"name": FIELD, "key": key})


def forget() -> None:
    """Of the clocks: the keys of pages that nobody has open any more."""
    Once.objects.filter(at__lt=Now() - KEPT).delete()


# ── what arrives ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _press(request: HttpRequest) -> Press | None:
    """A view that may be repeated reads its body itself: what arrives is not touched before it."""
    try:
        if getattr(resolve(request.path).func, "repeatable", False):
            return None
        key = uuid.UUID(request.POST.get(FIELD, ""))
    except (ValueError, Resolver404):
        return None
    return Press(_who(request), key, request.path, _content(request), request.id)  # type: ignore[attr-defined]  # put there by the first middleware


def _who(request: HttpRequest) -> str:
    """The person; of a page that asks for nobody, the browser that it was made for, by the cookie of its forms."""
    if request.user.is_authenticated:
        return f"person:{request.user.pk}"
    return "visit:" + salted_hmac("portal.once", request.META.get("CSRF_COOKIE", ""), algorithm="sha256").hexdigest()


def _content(request: HttpRequest) -> str:
    """A digest of what was typed and of the files: what it was cannot be found again from it."""
    typed = [(name, values) for name, values in request.POST.lists() if name not in (FIELD, "csrfmiddlewaretoken")]
    digest = salted_hmac("portal.once", json.dumps(sorted(typed)), algorithm="sha256")
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


# ── one at a time ────────────────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def _at(press: Press) -> Iterator[None]:
    token = _at_work.set(press)
    try:
        yield
    finally:
        _at_work.reset(token)


@contextmanager
def _alone(press: Press) -> Iterator[bool]:
    """Nobody else is at this press meanwhile; False when the first still is after the wait. Whoever waits holds neither a
    transaction's row nor a place at the door."""
    name = " ".join(map(str, press.named.values()))
    alone = _asked_of_the_lock("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name)
    if not alone:
        with admission.stepped_out():
            alone = _waited(name)
    try:
        yield alone
    finally:
        if alone:
            _let_go(name)


def _asked_of_the_lock(statement: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [name])
        return bool(cursor.fetchone()[0])


def _waited(name: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != LOCKED_OUT:
            raise
        return False
    return True


def _let_go(name: str) -> None:
    """A connection that cannot say so any more is closed, and what it holds is free."""
    try:
        _asked_of_the_lock("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)
    except Error:
        if not connection.in_atomic_block:
            connection.close()
