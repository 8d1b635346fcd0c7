"""A web process that answers one request after another, told as JSON; and what it holds at the end, in kB: {"rss": …, "peak": …}.

`python -m tests.prove._worker '{"asked": [[COOKIE, PATH], …]}'`. As the web is loaded: gunicorn, the application and nothing of the tests'.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

# Of the developers' locks alone: structlog and kombu would take them where they find them.
sys.modules |= dict.fromkeys(("rich", "pygments", "greenlet"))  # type: ignore[arg-type]  # None: not to be imported


def ask(application: Any, cookie: str, path: str) -> str:
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        "HTTP_COOKIE": cookie, "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip
    answer = application(environ, lambda status, _headers: told.append(status))
    for _part in answer:  # as it is sent
        pass
    answer.close()
    return told[0]


def held(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


def main() -> int:
    import gunicorn.arbiter
    import gunicorn.workers.gthread  # noqa: F401

    from edsh_portal.wsgi import application

    for cookie, path in json.loads(sys.argv[1])["asked"]:
        status = ask(application, cookie, path)
        if status != "200 OK":
            print(f"{path}: {status}", file=sys.stderr)
            return 1
    print(json.dumps({"rss": held("VmRSS"), "peak": held("VmHWM")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
