"""`bin/test --near`: the tests that the changes of the working tree reach, the nearest first, and a few of each room for the rest.

A file reaches those that name it: by an import, by the name of a template, of a module or of a file in a string, by a rule of the house
(a test that has a client asks the routes of its room, a room is made with its SQL and its migrations). Standard library only.
"""

import ast
import re
import subprocess
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from posixpath import normpath

WHOLE = "not crossing"  # the marks of a whole run; the others: bin/prove crossing
MOST = 100.0  # seconds of tests, shared between processes: what is further than one step stays within
CLOSE = 1  # steps: what names the changed file itself runs, however long it is
FAR = 3  # steps: everything knows everything in the end
UNKNOWN = 2.0  # seconds of a file of which none were kept
STAGE = 60.0  # of the first that stands on the demonstration, which is built for it
STANDS = re.compile(r"standing_at|staged\(|portal_of_its_own|trial\.stage|growing\.")
NAMED = re.compile(r"[\w./-]+\.(?:html|js|css|sql|txt|csv|json|svg|png|xlsx|toml|conf|sh|md)\b")
DRAWN = re.compile(r"[\w./-]*\{[^{}\n]*\}[\w./-]*\.(?:html|js|sql|txt)\b")  # f"pdf/decision_{kind}.html"
LOADED = re.compile(r"\{%\s*load ([\w ]+?)\s*%\}")
ASKS = re.compile(r"\b[Cc]lient\b|standing_at|staged\(|portal_of_its_own")  # through the routes
QUIET = ("docs/", "locale/", "static/fonts/")  # reach the tests that name them, and nothing else is to be feared
SMOKE = (
    "tests/ground/test_workflow.py", "tests/ground/test_once.py", "tests/ground/test_rights.py", "tests/look/test_manner.py",
    "tests/directory/test_views.py", "tests/applications/test_deposit.py", "tests/reviews/test_pages.py",
    "tests/funding/test_views.py", "tests/decisions/test_pages.py", "tests/dashboards/test_home.py",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """A file of tests, and why it runs."""

    test: str
    why: str


class Graph:
    """Which file of the project names which."""

    def __init__(self, root: Path, files: Iterable[str]) -> None:
        self.root, self.files = root, {name for name in files if (root / name).is_file()}

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """{file: those that it names}."""
        return {name: {*self._named(name)} - {name} for name in self.files}

    @cached_property
    def named_by(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for name, others in self.names.items():
            for other in others:
                found[other].add(name)
        return found

    def _named(self, name: str) -> Iterator[str]:
        if name.endswith((".py", ".html", ".js", ".css")):
            text = (self.root / name).read_text(errors="replace")
            yield from self._files(name, NAMED.findall(text))
            for drawn in DRAWN.findall(text):
                yield from self._files(name, self._like(drawn))
            if name.endswith(".html"):
                libraries = [f"/{word}.py" for line in LOADED.findall(text) for word in line.split()]
                yield from (file for file in self.files if file.endswith(tuple(libraries)) and "/templatetags/" in file)
            if name.endswith(".py"):
                yield from self._modules(name, ast.parse(text))
                yield from self._held(name, text)

    def _files(self, name: str, said: Iterable[str]) -> Iterator[str]:
        here = str(Path(name).parent)
        for words in said:
            for place in (words, f"templates/{words}", f"static/{words}", normpath(f"{here}/{words}")):
                if place in self.files:
                    yield place

    def _like(self, drawn: str) -> Iterator[str]:
        """Every template or file whose name this one may be."""
        pattern = re.compile("[^/]*".join(map(re.escape, re.split(r"\{[^{}]*\}", drawn))))
        for file in self.files:
            bare = file.removeprefix("templates/").removeprefix("static/")
            if pattern.fullmatch(bare):
                yield bare

    def _modules(self, name: str, tree: ast.AST) -> Iterator[str]:
        package = Path(name).parts[:-1]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (file for one in node.names for file in self._module(one.name.split(".")))
            elif isinstance(node, ast.ImportFrom):
                above = [*package[: len(package) - node.level + 1]] if node.level else []
                base = above + (node.module or "").split(".") if node.module else above
                yield from self._module(base)
                yield from (file for one in node.names for file in self._module([*base, one.name]))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(".") < 6:
                words = node.value.split(".")
                if len(words) > 1 and all(
                    word.isidentifier() for word in words
                ):  # « applications.urls », and a name in it
                    yield from self._module(words)
                    yield from self._module(words[:-1])

    def _module(self, words: list[str]) -> Iterator[str]:
        path = "/".join(words)
        for file in (f"{path}.py", f"{path}/__init__.py", f"bin/{path}.py"):
            if file in self.files:
                yield file

    def _held(self, name: str, text: str) -> Iterator[str]:
        """What a file stands on without naming it."""
        parts = Path(name).parts
        if parts[0] == "tests":
            yield from (f"{'/'.join(parts[:n])}/conftest.py" for n in range(1, len(parts)))
            if parts[1] == "upgrade":
                yield from (file for file in self.files if "/migrations/" in file)
            if ASKS.search(text):
                room = f"{parts[1]}/urls.py"
                yield room if room in self.files else "edsh_portal/urls.py"
        elif parts[-1] in ("models.py", "__init__.py") and parts[-2:] != ("__init__.py",):
            room = parts[0]
            if parts in ((room, "models.py"), (room, "models", "__init__.py")):
                yield from (f for f in self.files if re.fullmatch(rf"{room}/(migrations/.+\.py|[^/]+\.sql)", f))

    @cached_property
    def standing(self) -> set[str]:
        """The files of tests that need a stage of the demonstration."""
        tests = filter(is_test, self.files)
        return {test for test in tests if STANDS.search((self.root / test).read_text(errors="replace"))}

    def reached(self, changed: list[str]) -> dict[str, list[str]]:
        """{file of tests: the chain that leads to it from a changed file}, by the fewest steps."""
        chains = {name: [name] for name in changed}
        for test in filter(is_test, self.files):  # test_grid.py is of grid.js, of grid.html and of grid.py
            if of := next((name for name in changed if Path(test).stem == f"test_{Path(name).stem}"), ""):
                chains.setdefault(test, [of, test])
        waiting = deque(chains)
        while waiting:
            here = waiting.popleft()
            for other in sorted(self.named_by.get(here, ())):
                if other not in chains or steps([*chains[here], other]) < steps(chains[other]):
                    chains[other] = [*chains[here], other]
                    (waiting.appendleft if leads_on(other) else waiting.append)(other)
        return {name: chain for name, chain in chains.items() if is_test(name) and name in self.files}


@cache
def leads_on(name: str) -> bool:
    """What only gathers or draws others is no step of its own; the routes of the whole portal are one."""
    return name.endswith(("/__init__.py", "/urls.py", ".html")) and name != "edsh_portal/urls.py"


def steps(chain: list[str]) -> int:
    return sum(not leads_on(name) for name in chain[1:])


@cache
def is_test(name: str) -> bool:
    return bool(re.fullmatch(r"tests/(?!prove/).*test_\w+\.py", name))


def in_room(test: str, name: str) -> bool:
    """Whether these tests are of the room of this file; those of the look, for a template of no room."""
    top, room = Path(name).parts[0], Path(name.removeprefix("templates/")).parts[0]
    look = top in ("templates", "static") and test.startswith("tests/look/")
    return test.startswith(f"tests/{room}/") or look


def choose(graph: Graph, changed: list[str], seconds: dict[str, float]) -> tuple[list[Chosen], list[str]]:
    """What runs, and why; then what is reached further than the time allows."""
    reached = graph.reached(changed)
    lost = [
        name for name in changed if not name.startswith(QUIET) and not graph.named_by.get(name) and not is_test(name)
    ]
    found, left, spent, staged = [], [], 0.0, False

    def order(test: str) -> tuple[int, bool, float, str]:
        chain = reached[test]
        return steps(chain), not in_room(test, chain[0]), seconds.get(test, UNKNOWN), test

    for test in sorted(reached, key=order):
        chain, stands, far = reached[test], test in graph.standing, steps(reached[test])
        takes = seconds.get(test, UNKNOWN) + (STAGE if stands and not staged else 0)
        if far > FAR or (far > CLOSE and spent + takes > MOST):
            left.append(test)
            continue
        spent, staged = spent + takes, staged or stands
        found.append(Chosen(test, " ← ".join(reversed(chain)) if len(chain) > 1 else "changed"))
    for name in lost:  # nothing names it: whoever knows its room is asked
        rest = [test for test in sorted(graph.files) if is_test(test) and in_room(test, name) and test not in reached]
        found += [Chosen(test, f"{name} is named by no file: its whole room") for test in rest]
        reached |= dict.fromkeys(rest, [name])
    known = {one.test for one in found}
    found += [Chosen(test, "smoke") for test in SMOKE if test in graph.files and test not in known]
    return found, [test for test in left if test not in {one.test for one in found}]


def git(root: Path, *words: str) -> list[str]:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"--near demande à git ce qui a changé, et git {words[0]} échoue : {error}") from None
    return [name for name in done.stdout.split("\0") if name]


def changes(root: Path, since: str) -> list[str]:
    """Files that differ from a commit, those that git does not follow yet included."""
    new = git(root, "ls-files", "-z", "--others", "--exclude-standard")
    return sorted({*git(root, "diff", "-z", "--name-only", since), *new})


def kept(root: Path) -> dict[str, float]:
    """{file of tests: seconds}, of the run that was written down (tests/shares.py)."""
    found: dict[str, float] = defaultdict(float)
    file = root / "tests" / "seconds.txt"
    for line in file.read_text().splitlines() if file.exists() else ():
        seconds, name = line.split(" ", 1)
        found[name.partition("[")[0]] += float(seconds)
    return dict(found)


def near(root: Path, since: str = "HEAD") -> tuple[list[str], list[str]]:
    """The files of tests to run; what is said of them."""
    changed = changes(root, since)
    graph = Graph(root, [*git(root, "ls-files", "-z"), *changed])
    found, left = choose(graph, changed, kept(root))
    said = [f"{len(changed)} fichiers changés depuis {since} ; {len(found)} fichiers de tests"]
    said += [f"  {one.test} : {one.why}" for one in found]
    if left:
        said.append(f"atteints de plus loin, laissés à bin/test : {', '.join(left)}")
    return [one.test for one in found], said
