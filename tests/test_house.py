"""docs/HOUSE.md and docs/GLOSSARY.md name what exists: every path, every module and every name of the code between their backticks."""

import re
from functools import cache

import guards
import pytest
from servers import ROOT

PAGE = ROOT / "docs" / "HOUSE.md"
GLOSSARY = ROOT / "docs" / "GLOSSARY.md"
# Names of others, which the house uses or refuses: nothing here defines them.
OF_OTHERS = frozenset(
    re.findall(
        r"\S+",
        """utils helpers services common signals managers get_ do_ Manager Service float Decimal BigIntegerField render redirect
    request.user task.delay accept_global_perms includeIndicatorStyles allowEval retry max_retries socket_timeout sha256
    clock_timestamp noun.past verb at source""",
    )
)
ENDING = r"(?:py|sql|html|txt|md|toml|js|css)"


def told(text: str) -> list[str]:
    """What stands between backticks and names something: no sentence, no template tag, no option, no piece of SQL."""
    found = []
    for said in re.findall(r"`([^`\n]+)`", re.sub(r"(?s)```.*?```", "", text)):
        name = re.sub(r"[(=\[].*", "", said.removeprefix("@")).strip()
        if re.fullmatch(r"[\w/.-]+", name) and re.search(r"\w", name) and not re.match(rf"-|\.{ENDING}$", name):
            found.append(name)
    return found


@cache
def files() -> frozenset[str]:
    return frozenset(guards.committed(ROOT))


@cache
def names_of(file: str) -> frozenset[str]:
    """What a file of Python or SQL gives a name to."""
    text = (ROOT / file).read_text()
    names = set(re.findall(r"(?m)^\s*(?:async )?(?:def|class)\s+(\w+)", text))
    names |= set(re.findall(r"(?m)^\s*(\w+)(?::[^=\n]+)? = ", text)) | set(re.findall(r"(\w+)=", text))
    return frozenset(names | set(re.findall(r"(?i)(?:function|table|view|trigger)\s+(\w+)", text)))


@cache
def within(module: str) -> frozenset[str]:
    """What a module of this name defines, a package what its modules do, and these."""
    mine = [f for f in files() if f"/{f}".rpartition(".")[0].endswith(f"/{module}") or f"/{module}/" in f"/{f}"]
    names = {name for f in mine if f.endswith((".py", ".sql")) for name in names_of(f)}
    return frozenset(names | {f.rpartition("/")[2].partition(".")[0] for f in mine})


@cache
def defined() -> frozenset[str]:
    """Every name that the code or its SQL gives to something, modules, folders and templates with them."""
    names = {name for f in files() if f.endswith((".py", ".sql")) for name in names_of(f)}
    return frozenset(names | {part.partition(".")[0] for f in files() for part in f.split("/")} | table_names())


def table_names() -> set[str]:
    return {
        name for f in files() if f.endswith(".py") for name in re.findall(r'db_table = "(\w+)"', (ROOT / f).read_text())
    }


def is_there(name: str) -> bool:
    """An address; a path from the root; a file or a package of a room; a module and what it defines; a name of the code."""
    if name in OF_OTHERS:
        return True
    if name.startswith("/"):
        return f'path("{name[1:]}"' in (ROOT / "edsh_portal" / "urls.py").read_text()
    if "/" in name.rstrip("/"):
        return (ROOT / name).exists()
    if name.endswith("/"):
        return any(f"/{name}" in f"/{file}" for file in files())
    if re.search(rf"\.{ENDING}$", name):
        package = name.removesuffix(".py") + "/__init__.py"
        return any(f"/{file}".endswith((f"/{name}", f"/{package}")) for file in files())
    module, _dot, thing = name.partition(".")
    return thing in within(module) if thing else bool({name, name.strip("_")} & defined())


def test_every_name_of_the_house_exists():
    said = told(PAGE.read_text())
    assert len(said) > 150  # the page is read
    assert [name for name in dict.fromkeys(said) if not is_there(name)] == []


def test_each_word_of_the_glossary_exists_and_is_told_once():
    rows = [line.split("|")[1] for line in GLOSSARY.read_text().splitlines() if line.startswith("| ")]
    said = [name for row in rows for name in told(row)]
    assert len(said) > 80  # the page is read
    assert ([name for name in said if not is_there(name)], sorted({n for n in said if said.count(n) > 1})) == ([], [])


@pytest.mark.parametrize(
    "planted",
    [
        "`deploy/gone.py`",
        "`tests/load/`",
        "`factories.py`",
        "`forms.Beneath`",
        "`tests_of_no_module`",
        "`can_fly(user)`",
    ],
)
def test_a_name_that_is_not_there_is_found(planted):
    assert [is_there(name) for name in told(f"- It is {planted}, says the page.")] == [False]
