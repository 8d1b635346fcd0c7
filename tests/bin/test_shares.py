"""A whole run shared out: what stays together, what goes first; and where the time of a run went, told."""

from types import SimpleNamespace

from tests import shares, slowest


def item(nodeid: str, *fixtures: str) -> SimpleNamespace:
    return SimpleNamespace(nodeid=nodeid, fixturenames=fixtures, get_closest_marker=lambda _name: None)


def test_a_part_is_a_file_or_one_thing_of_a_file_that_is_split():
    assert shares.part("tests/ground/test_money.py::test_a[1-2]") == "tests/ground/test_money.py"
    assert shares.part("tests/test_access.py::test_rows[open-common]") == "tests/test_access.py[open-common]"
    assert shares.part("tests/test_access.py::test_every_route") == "tests/test_access.py"


def test_the_longest_go_first_and_a_world_built_for_a_file_goes_last(monkeypatch):
    monkeypatch.setattr(shares, "kept", lambda: {"tests/b.py": 9.0, "tests/c.py": 40.0})
    items = [
        item("tests/a.py::test_1"), item("tests/b.py::test_built", "built"), item("tests/b.py::test_bare"),
        item("tests/b.py::test_commits", "committed"), item("tests/c.py::test_1"), item(f"{shares.MEANWHILE[0]}::test_1"),
    ]  # fmt: skip
    shares.pytest_collection_modifyitems(items)
    assert [one.nodeid.rpartition("/")[2] for one in items] == [
        "test_noon_rush.py::test_1", "c.py::test_1", "b.py::test_commits", "b.py::test_bare", "b.py::test_built", "a.py::test_1",
    ]  # fmt: skip


def test_what_is_kept_is_read_back(monkeypatch, tmp_path):
    monkeypatch.setattr(shares, "KEPT", tmp_path / "seconds.txt")
    shares.kept.cache_clear()
    shares.keep({"tests/a.py": 3.4, "tests/b.py[open]": 70.2, "tests/short.py": 0.5})
    assert shares.KEPT.read_text() == "70 tests/b.py[open]\n3 tests/a.py\n"
    assert shares.kept() == {"tests/a.py": 3, "tests/b.py[open]": 70}
    shares.kept.cache_clear()


def test_the_time_of_a_run_is_told_by_part_fixture_and_test():
    told, said = slowest.Told(SimpleNamespace(getoption=lambda _name: False)), []
    for nodeid, when, seconds in (
        ("tests/a.py::test_1", "setup", 2.0),
        ("tests/a.py::test_1", "call", 1.0),
        ("tests/b.py::test_2", "call", 0.5),
    ):
        report = SimpleNamespace(nodeid=nodeid, when=when, duration=seconds, processor=seconds / 2, worker_id="gw0")
        report.fixtures = [("module world", 1.5)] if when == "setup" else []
        told.pytest_runtest_logreport(report)
    told.pytest_terminal_summary(SimpleNamespace(write_line=said.append, section=said.append), 0)
    lines = [" ".join(line.split()) for line in said]
    assert "3.0 1.5 1 tests/a.py" in lines and "0.5 0.2 1 tests/b.py" in lines
    assert "1.5 1 module world" in lines and "3.0 1.5 tests/a.py::test_1" in lines
    assert "4 s of tests by 1 processes: 4 s each, longest part 3 s" in lines
