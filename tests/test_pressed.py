"""Every form of the portal pressed three times at one instant: what one press makes, three make it once, and all are led to it.

Where each form stands, who sends it and what they type: tests/forms.py.
"""

import json
from typing import Any

import pytest

from tests import forms
from tests.access import stands, table, trial
from tests.crossing import only
from tests.ground.test_once import PROGRAMS, REPEATABLE
from tests.pressed import Hands, browser, made, opened, rows

# Steps that the demonstration brings nobody before; they make nothing twice without a key either.
ELSEWHERE = {
    "under the key of a letter (tests/directory/test_letters.py)": """directory:accept_invitation directory:follow_request
        directory:new_password""",
    "a call is published once: W01": "calls:publish_call",
    "one session a wave (UNIQUE)": "reviews:open_session",
}
# What may be done again, or is sent by a program, carries no key.
AGAIN = PROGRAMS | {name for names in REPEATABLE.values() for name in names.split()}
TAKEN = {route: form for route, form in forms.forms().items() if route not in AGAIN and not route.startswith("admin:")}
STAGES = list(dict.fromkeys(form.stage for form in TAKEN.values()))


def test_13_4_every_form_has_its_row():
    """Whoever adds a form brings it here, or says why it may be done again."""
    posted = {row.route for row in table.rows() if row.method == "POST" and not row.route.startswith("admin:")}
    said = {name for names in (*REPEATABLE.values(), *ELSEWHERE.values()) for name in names.split()} | PROGRAMS
    assert posted - said == set(TAKEN)


class Pressing:
    """One stage of the call, on clones of its own: a form whose step an earlier one has closed is tried on a fresh clone."""

    def __init__(self, stage: str) -> None:
        self.stage, self.forms, self.rows, self.failed = stage, 0, 0, 0
        self.wrong: list[str] = []

    def stand(self, name: str, wanted: list[str]) -> None:
        while wanted:
            with trial.stage(self.stage) as cast, Hands() as hands:
                things = stands.STANDS[name](cast)
                left = {route: why for route in wanted if (why := self.press(hands, cast, things, route))}
            if len(left) == len(wanted):
                route = next(iter(left))
                self.wrong.append(f"{self.stage}: {name}: {route}: {left.pop(route)}")
            wanted = list(left)

    def press(self, hands: Hands, cast: stands.Cast, things: forms.Things, route: str) -> str:
        """Why it cannot be pressed there; nothing when it was."""
        form = TAKEN[route]
        try:
            things = things | form.before(cast)
            client, path = browser(forms.person_of(form, cast)), forms.path(route, things)
            held = opened(client, path, *forms.pages(route, things))
        except Exception as error:  # the form is not there any more
            return f"{type(error).__name__}: {error}"

        def data() -> dict[str, Any]:
            return held | forms.typed(route, form, things)

        cookies = client.cookies.copy()
        with trial.undone():
            stood = rows()
            alone = client.post(path, data())
            one = made(stood)
        client.cookies = cookies
        if alone.status_code not in (302, 303) or one.get("once") != 1:
            return f"alone: {alone.status_code}, {one}: {said(alone)}"
        stood, answers = rows(), hands.press(client, path, data)
        self.judge(route, one, made(stood), answers)
        return ""

    def judge(self, route: str, one: dict[str, int], three: dict[str, int], answers: list[Any]) -> None:
        self.forms += 1
        self.rows += sum(three.values())
        self.failed += sum(answer is None or answer.status_code >= 500 for answer in answers)
        led = [(answer.status_code, answer.get("Location")) if answer is not None else None for answer in answers]
        if one != three or len(set(led)) > 1 or led[0] is None or led[0][0] not in (302, 303):
            self.wrong.append(f"{self.stage}: {route}: {led}; alone {one}, three {three}")


def said(answer: Any) -> str:
    html = answer.content.decode() if not answer.streaming else ""
    return " ".join(html.partition("error-summary")[2][:400].split()) or html[:120]


@pytest.mark.parametrize("stage", only(("review", "closed"), STAGES))
def test_13_4_every_form_pressed_three_times_at_once(stage, django_db_setup, django_db_blocker):
    here = Pressing(stage)
    with django_db_blocker.unblock():
        for stand, wanted in forms.by_stand(TAKEN, stage).items():
            here.stand(stand, wanted)
    told = {"forms": here.forms, "presses": 3 * here.forms, "rows made": here.rows, "answers 5xx": here.failed}
    print(f"\nonce: {stage}: {json.dumps(told)}", flush=True)
    assert not here.wrong, "\n".join(["", *here.wrong])
    assert here.failed == 0
