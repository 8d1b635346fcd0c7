"""The API's contract, judged by tools that are not ours: two validators of the document, a client generated from it that reads every
collection, and requests made up from it as each role, whose answers must all be declared.

`bin/prove contract [EXAMPLES [WHO…]]`. The tools stand in .local/contract, from requirements-contract.txt and tests/prove/spectral.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import servers

from tests.processes import Portal, running, staged

TOOLS = servers.ROOT / ".local" / "contract"
SPECTRAL = servers.ROOT / "tests" / "prove" / "spectral"
READER = servers.ROOT / "tests" / "prove" / "_generated_client.py"
ROLES = (
    "aude",
    "adam",
    "alice",
    "bruno",
    "sophie",
    "zoe",
    "driss",
    "victor",
    "claire",
    "jean",
    "emma",
    "olivier",
    "farid",
    "dora",
    "nadia",
)
# A cursor is made by the portal alone: no description of it lets a stranger write one, so that « accepted because well formed » is not
# asked of schemathesis. The tests ask it, with real cursors (tests/test_contract.py).
NOT_ASKED = "positive_data_acceptance"


def main() -> int:
    began, examples = time.monotonic(), int(sys.argv[1]) if sys.argv[1:] else 15
    tools()
    template, files = staged("running")
    with running(template, files=files, names=("web",), PORTAL_LOG="INFO") as portal:
        portal.work_here()
        keys = {who: key_of(who) for who in sys.argv[2:] or ROLES}
        document = portal.directory / "contract.json"
        document.write_text(json.dumps(contract()))
        wrong = [*validated(document), *generated(portal, document, key_of("aude"))]
        wrong += [said for who, key in keys.items() if (said := fuzzed(portal, who, key, examples))]
        wrong += failed(portal)
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    print("\n".join(wrong) or "the document is clean, every collection is read, every answer is declared")
    return 1 if wrong else 0


def tools() -> None:
    """Installed once for a lock: the Python ones by their hashes, Spectral by the integrity of its lock."""
    lock = servers.ROOT / "requirements-contract.txt"
    stamp, wanted = TOOLS / "stamp", lock.read_text() + (SPECTRAL / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not shutil.which("npm"):
        raise SystemExit("Spectral veut npm : installez nodejs et npm, puis relancez.")
    shutil.rmtree(TOOLS, ignore_errors=True)
    uv = str(Path(sys.executable).parent / "uv")
    call(uv, "venv", "-q", "--python", sys.executable, str(TOOLS / "python"))
    call(uv, "pip", "install", "-q", "--require-hashes", "--python", str(tool("python")), "-r", str(lock))
    shutil.copytree(SPECTRAL, TOOLS / "spectral")
    call("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", cwd=TOOLS / "spectral")
    stamp.write_text(wanted)


def tool(name: str) -> Path:
    return TOOLS / "python" / "bin" / name


def call(*command: str, cwd: Path = servers.ROOT, **more: str) -> str:
    done = asked(*command, cwd=cwd, **more)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} : {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def asked(*command: str, cwd: Path = servers.ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(TOOLS / "python" / "bin"), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "PYTHONPATH": "", **more}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def key_of(who: str) -> str:
    from demo.cast import DOMAIN
    from directory.actions import issue_token
    from directory.models import ApiToken, User

    person = User.objects.get(email=f"{who}@{DOMAIN}")
    return issue_token(person, label="contrat", scopes=list(ApiToken.SCOPES), days=1, by=person)[1]


def contract() -> dict[str, Any]:
    from edsh_portal.api.contract import document

    return document("fr")


def validated(document: Path) -> list[str]:
    """By openapi-spec-validator, then by Spectral's own rules for OpenAPI, warnings counted."""
    valid = asked(str(tool("openapi-spec-validator")), str(document))
    found = spectral(document)
    counted = Counter(one["severity"] for one in found)
    print(
        f"contract: openapi-spec-validator: {'valid' if not valid.returncode else 'invalid'};"
        f" Spectral: {counted[0]} errors, {counted[1]} warnings, {counted[2] + counted[3]} hints",
        flush=True,
    )
    said = [f"{one['code']}: {'.'.join(map(str, one['path']))}: {one['message']}" for one in found]
    return said + ([valid.stdout[-2000:]] if valid.returncode else [])


def spectral(document: Path) -> list[dict[str, Any]]:
    rules = document.with_name("rules.yaml")
    rules.write_text('extends: ["spectral:oas"]\n')
    program = TOOLS / "spectral" / "node_modules" / ".bin" / "spectral"
    done = asked(str(program), "lint", str(document), "-r", str(rules), "-f", "json", "-q", "-F", "hint")
    return json.loads(done.stdout[: done.stdout.rindex("]") + 1])


def generated(portal: Portal, document: Path, key: str) -> list[str]:
    """A client made by openapi-python-client reads every collection, page after page: the same rows as the portal's own answers."""
    client = portal.directory / "generated_client"
    made = asked(
        *(str(tool("openapi-python-client")), "generate", "--meta", "none"),
        *("--path", str(document), "--output-path", str(client), "--overwrite"),
    )
    lost = [made.stdout + made.stderr] if made.returncode or "WARNING" in (made.stdout + made.stderr).upper() else []
    read = asked(str(tool("python")), str(READER), portal.base_url, key, PYTHONPATH=str(client.parent))
    if read.returncode:
        return [*lost, read.stderr[-3000:]]
    told = json.loads(read.stdout)
    print(
        f"generated client: {len(told)} collections read: {', '.join(f'{n} {c}' for n, c in told.items())}", flush=True
    )
    wanted = counted(portal, key)
    return lost + [f"{n}: {told.get(n)} by the client, {c} served" for n, c in wanted.items() if told.get(n) != c]


def counted(portal: Portal, key: str) -> dict[str, int]:
    """Rows of each collection of the contract, as the portal serves them: {operation: rows}."""
    import urllib.request

    found = {}
    for path, of in contract()["paths"].items():
        if any(parameter["name"] == "cursor" for parameter in of["get"].get("parameters", ())):
            address, rows = f"{portal.base_url}{path}", 0
            while address:
                request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
                with urllib.request.urlopen(request) as answer:
                    body = json.load(answer)
                address, rows = body["next"], rows + len(body["results"])
            found[of["get"]["operationId"]] = rows
    return found


def fuzzed(portal: Portal, who: str, key: str, examples: int) -> str:
    """Requests made up from the contract, well and badly formed, as this person; what is wrong in their answers."""
    report = portal.directory / f"{who}.ndjson"
    done = asked(
        *(str(tool("schemathesis")), "run", f"{portal.base_url}/api/v1/schema", "--url", portal.base_url),
        *("-H", f"Authorization: Bearer {key}", "--checks", "all", "--exclude-checks", NOT_ASKED),
        *("--max-examples", str(examples), "--workers", "1", "--seed", "13", "--warnings", "off"),
        *("--continue-on-failure", "--suppress-health-check", "all", "--request-timeout", "30"),
        *("--report-ndjson-path", str(report)),
        cwd=portal.directory,
    )
    lines = done.stdout.strip().splitlines()
    cases = next((line.strip() for line in lines if "generated" in line), "")
    print(f"schemathesis, {who}: {cases}; {'nothing undeclared' if not done.returncode else 'refused'}", flush=True)
    return "" if not done.returncode else f"{who}: {done.stdout[-6000:]}{done.stderr[-1000:]}"


def failed(portal: Portal) -> list[str]:
    """What the portal's own log says of all that was asked."""
    statuses: Counter[int] = Counter()
    for line in portal.log("web").splitlines():
        if told := re.search(r'"event": "request".*"status": (\d+)|"status": (\d+).*"event": "request"', line):
            statuses[int(told[1] or told[2])] += 1
    print(
        f"answers: {sum(statuses.values())}: {', '.join(f'{s}: {n}' for s, n in sorted(statuses.items()))}", flush=True
    )
    return [f"{count} answers {status}" for status, count in statuses.items() if status >= 500]


if __name__ == "__main__":
    sys.exit(main())
