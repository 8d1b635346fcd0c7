"""Four people write one dossier at once over a line that drops: every acknowledged word is kept, nothing is written over unseen."""

import random
import threading

from calls.questions import QUESTIONS
from demo.cast import DOMAIN
from tests.processes import portal_of_its_own
from tests.writers import Line, Writer, checked, long_keys, reference_of

EDITS = 30
KEYS = [f"answers.{question.slug}" for question in QUESTIONS[:2]]


def test_four_writers_one_dossier():
    with portal_of_its_own("open", names=("web",), webs=2) as portal:
        reference = reference_of(portal)
        keys = [*KEYS, *long_keys(portal, reference)]
        writers = [
            Writer(
                Line(portal.port, f"{who}@{DOMAIN}"), reference, keys, f"{who}{n}x", random.Random(n), shared=True
            ).begin()
            for n, who in enumerate(("alice", "sophie", "alice", "sophie"))
        ]
        failures: list[BaseException] = []

        def write(writer: Writer) -> None:
            try:
                for _edit in range(EDITS):
                    writer.edit()
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        with portal.database.connect("auditor") as line:
            [(application,)] = line.execute(
                "SELECT id FROM applications_application WHERE reference = %s", [reference]
            ).fetchall()
            assert checked(line, application, writers) == []
        assert sum(writer.edits for writer in writers) == 4 * EDITS
        met, shown = sum(writer.met for writer in writers), sum(len(writer.cards) for writer in writers)
        assert 0 < shown <= met
