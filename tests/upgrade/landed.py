"""The last landed database: the demonstration at its last stage with its files, as it is kept, restored and brought up."""

import hashlib
import io
import json
import lzma
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import guards
import portal as launcher
import servers
from django.core.management import call_command
from django.test import override_settings

from tests.database import Database, as_role, files_apart, used
from tests.pages import standing_at
from tests.processes import staged
from tests.upgrade.empty import empty

STAGE = "running"  # the last one: every table that people fill has rows
HERE = Path(__file__).parent
CARD, DUMP, FILES = HERE / "landed.json", HERE / "landed.sql.xz", HERE / "landed.tar.xz"
MOST_BYTES = 3_000_000  # of both together: every copy of the project carries them; a hundred PDFs stand in the files
CERTIFICATE = "seal.cert.pem"


def card() -> dict[str, Any]:
    return json.loads(CARD.read_text())


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# ── restored, then brought up ────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def restored() -> Iterator[Database]:
    """The landed database and its files as they were; Django's connection stands there, signed in as the owner."""
    with empty("landed") as database:
        said = lzma.decompress(DUMP.read_bytes())
        _program("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", database=database, said=said)
        with used(database), files_apart() as top, tarfile.open(FILES) as files:
            for one in files:
                (top / one.name).parent.mkdir(parents=True, exist_ok=True)
                (top / one.name).write_bytes(files.extractfile(one).read())  # type: ignore[union-attr]  # files alone are packed
            with override_settings(SEAL_CERT_PATH=top / CERTIFICATE), as_role("owner"):
                yield database


def bring_up() -> None:
    """What an operator does (docs/OPERATIONS.md): the tables, and by them the walls; then the logins and their rights."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("roles", stdout=io.StringIO())


def faults() -> list[str]:
    """What is wrong with the landed database, once brought up, a line each: none when it stands as if it had been made today."""
    from demo import digest
    from edsh_portal.verify import findings

    if missing := unwritten():
        return [f"makemigrations: {missing}"]
    said = [f"verify: {one.code} {one.what}: expected {one.expected}, found {one.found}" for one in findings()]
    if (told := digest.of_everything()) != card()["digest"]:
        said.append(f"digest of the call: {told}")
    return said


def unwritten() -> str:
    """What the models say and no migration does."""
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, interactive=False, stdout=out)
    except SystemExit:
        return " ".join(out.getvalue().split())
    return ""


# ── written at each landing ──────────────────────────────────────────────────────────────────────────────────────────
def write(*, anew: bool = False) -> None:
    """Leaves the demonstration of this commit as the landed database. `anew`: no database lives anywhere, and migrations that
    had landed may have been written again."""
    if _git("status", "--porcelain", "--", ".", f":!{HERE.relative_to(servers.ROOT)}"):
        raise SystemExit("Ce qui n’est pas enregistré dans git ne peut pas être livré : faites un commit d’abord.")
    if not anew and (said := guards.landed(servers.ROOT)):
        raise SystemExit("\n".join(said))
    dump, files, digest = _made()
    if len(dump) + len(files) > MOST_BYTES:
        raise SystemExit(f"{len(dump) + len(files)} octets, plus de {MOST_BYTES} : chaque copie du projet les porte.")
    DUMP.write_bytes(dump)
    FILES.write_bytes(files)
    told = {"commit": _git("rev-parse", "HEAD"), "digest": digest, "dump": sha256(DUMP), "files": sha256(FILES)}
    CARD.write_text(json.dumps(told | {"migrations": launcher.tables()}, indent=1) + "\n")


def _made() -> tuple[bytes, bytes, str]:
    """The database, its files and the digest of the call; everything written stands under a signed root, and verifies."""
    from demo import digest
    from edsh_portal import chain
    from edsh_portal.verify import findings

    _name, top = staged(STAGE)
    with standing_at(STAGE) as places, as_role("owner"):
        chain.sign_roots()
        if said := findings():
            raise SystemExit("\n".join(f"{one.code} {one.what}" for one in said))
        told = digest.of_everything()
        dump = _program("pg_dump", database=places.database)
    return lzma.compress(dump, preset=9 | lzma.PRESET_EXTREME), _packed(top), told


def _packed(top: Path) -> bytes:
    """Documents, signed roots and the certificate of the seal; nothing says by whom, or when, they were written."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz", preset=9) as packed:
        for file in sorted(path for path in top.rglob("*") if path.is_file()):
            name = str(file.relative_to(top))
            if name == CERTIFICATE or name.startswith(("media/", "roots/")) and "/cages/" not in name:
                one = tarfile.TarInfo(name)
                one.size = file.stat().st_size
                with file.open("rb") as content:
                    packed.addfile(one, content)
    return out.getvalue()


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=servers.ROOT, capture_output=True, text=True, check=True).stdout.strip()


def _program(name: str, *words: str, database: Database, said: bytes = b"") -> bytes:
    """One of PostgreSQL's own, in this database, as the superuser."""
    command = [str(servers.postgres_programs() / name), *words, "-d", database.dsns["superuser"]]
    done = subprocess.run(command, input=said, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.decode()[-2000:]}")
    return done.stdout
