"""300 hostile strings in every text field of a dossier, read in pages, sheets, lists, receipts and mails, then in a real browser.

Prints how many fields took or refused them, and what was looked at; nothing may execute, and nothing may leave the machine.
"""

import sys
import time
import warnings
from typing import Any

from tests import hostile_texts
from tests.processes import running

WATCH = "addEventListener('securitypolicyviolation', e => (window.breaches ||= []).push(e.blockedURI + ' ' + e.violatedDirective))"


def main() -> int:
    warnings.simplefilter("ignore")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    strings, began = hostile_texts.STRINGS[:count], time.monotonic()
    with running() as portal:
        portal.work_here()
        import logging

        logging.disable(logging.WARNING)
        from tests.applications import world as made

        portal.set_clock(made.NOW)
        world = made.build()
        ready = made.fill(world, made.draft(world))
        made.deepen(world, ready)
        attack = hostile_texts.run(world, ready, strings)
        visited = browse(portal, attack, strings)
    told = attack.told
    print(
        f"hostile_texts: {told.strings} strings, {told.fields} fields filled, {told.refused} refused with a sentence;"
        f" {told.pages} pages, {told.sheets} sheets, {told.letters} receipts, {visited} pages in Chromium;"
        f" {time.monotonic() - began:.0f} s; {'; '.join(told.wrong[:20]) or 'nothing executed, nothing left'}"
    )
    return 1 if told.wrong else 0


def browse(portal: Any, attack: hostile_texts.Attack, strings: tuple[str, ...]) -> int:
    """Every tenth string again, in a real Chromium: no dialog, no breach of the policy, no request elsewhere, nothing run."""
    from django.conf import settings

    from tests.browser.driver import chromium

    visited, wrong = 0, attack.told.wrong
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": attack.alice.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": portal.base_url,
    }
    with chromium() as browser:
        context = browser.new_context()
        context.add_cookies([cookie])
        context.add_init_script(WATCH)
        tab = context.new_page()
        tab.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((portal.base_url, "data:", "blob:"))
                else wrong.append(f"request to {asked.url}")
            ),
        )
        for text in strings[::10]:
            attack.write(text)
            for client, path in attack.readings():
                if client is not attack.alice:
                    continue
                tab.goto(portal.base_url + path)
                visited += 1
                said = tab.evaluate("[window.pwned ?? null, window.breaches ?? []]")
                if said != [None, []]:
                    wrong.append(f"{path}: {said} after {text[:40]!r}")
    return visited


if __name__ == "__main__":
    sys.exit(main())
