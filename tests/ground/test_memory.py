"""What a request has read once is kept for it alone; what is forgotten is read again."""

from edsh_portal import memory


def test_nothing_is_kept_outside_a_request():
    asked: list[int] = []
    for _n in range(2):
        memory.remembered("standing", 1, read=lambda: asked.append(1))
    assert len(asked) == 2


def test_a_request_reads_once_and_its_end_forgets():
    answers = iter("abcd")
    with memory.opened():
        assert [memory.remembered("standing", pk, read=lambda: next(answers)) for pk in (1, 1, 2, 2)] == [
            "a",
            "a",
            "b",
            "b",
        ]
    with memory.opened():
        assert memory.remembered("standing", 1, read=lambda: next(answers)) == "c"


def test_what_is_forgotten_is_read_again_and_the_rest_is_not():
    answers = iter("abcde")
    with memory.opened():
        for kind in ("standing", "roles"):
            memory.remembered(kind, 1, read=lambda: next(answers))
        memory.forget("standing")
        assert [memory.remembered(kind, 1, read=lambda: next(answers)) for kind in ("standing", "roles")] == ["c", "b"]
