"""What every test may ask for, one part a noun; and what the two processes of a whole run take first."""

pytest_plugins = ["tests.database", "tests.processes"]

LONGEST_FIRST = (
    "tests/test_access.py",
    "tests/browser/test_pages.py",
    "tests/browser/test_story.py",
    "tests/browser/test_keyboard.py",
    "tests/test_budgets.py",
    "tests/faults",
    "tests/browser",
    "tests/demo",
    "tests/test_access_crawl.py",
)  # a file is never split between processes: one that takes minutes must not be left for the end


def pytest_collection_modifyitems(config, items):
    """The long files come first, in the order above; nothing else moves."""

    def rank(item) -> int:
        path = str(item.path.relative_to(config.rootpath))
        return next((n for n, longest in enumerate(LONGEST_FIRST) if path.startswith(longest)), len(LONGEST_FIRST))

    items.sort(key=rank)
