"""Every bit of sealed documents, flipped one at a time: no file ever says « authentique » (issue on the euros, « Shows » 6).

`bin/prove seals [--most N]`. The door is `decisions.authenticity.of_file`, which the page calls with the file that it was sent: a notified
decision, sealed as any other and laid out on one short page, each bit of it asked of that door, each verdict counted. What a file says of itself comes after
its bytes, and is worth « altered » or « unknown »: it is read of one bit in READ, through the cage itself of one in CAGED; the others say
all that a file can, that our seal is in it. Then the proof of
the seal, which knows no fingerprint: a page sealed at each level (B-B, B-T, B-LT), each bit of each of its regions, or `--most` of them; of a time-stamp and
of what is kept beside the seal, where every bit asks for several signatures, as many as DRAWN.
"""

import argparse
import hashlib
import io
import multiprocessing
import random
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest import mock

PROCESSES = 2
VERDICTS = ("authentic", "revoked", "altered", "unknown", "valid", "broken")
PIECE = 64  # bytes of a task
DRAWN = {"seal": 2000, "kept": 200}  # bits of a region whose proof takes from fifty to five hundred milliseconds each
READ = 101  # one bit in so many is read as the cage does
CAGED = 5003  # one bit in so many goes through the cage


class Subject(NamedTuple):
    name: str
    content: bytes
    trusted: str  # PEM of the certificates of the seal
    authorities: str


_subject: list[Subject] = []  # of this process, and of those that it forks


def flipped(place: int, bit: int) -> bytes:
    content = bytearray(_subject[-1].content)
    content[place] ^= 1 << bit
    return bytes(content)


def asked_of_the_page(places: list[tuple[int, int]]) -> Counter[str]:
    from decisions import authenticity
    from edsh_portal import pdf
    from edsh_portal.intake import claims

    def claimed(content: bytes) -> pdf.Claims:
        return pdf.Claims(**claims.made(content, _subject[-1].trusted))

    def sealed(_content: bytes) -> pdf.Claims:
        return pdf.Claims("", "", "", True)

    found: Counter[str] = Counter()
    for place, bit in places:
        number = 8 * place + bit
        how = "cage" if number % CAGED == 0 else "read" if number % READ == 0 else "sealed"
        opened = {"cage": pdf.claims, "read": claimed, "sealed": sealed}[how]
        found.update([authenticity.of_file(flipped(place, bit), opened).verdict.value, how])
    return found


def asked_of_the_proof(places: list[tuple[int, int]]) -> Counter[str]:
    from edsh_portal.intake import proof

    told = _subject[-1]
    valid = [proof.checked(flipped(*one), told.trusted, told.authorities)["valid"] for one in places]
    return Counter("valid" if one else "broken" for one in valid)


def every(ask: Any, subject: Subject, part: range, most: int | None) -> Counter[str]:
    """Each bit of a region, or `most` of them drawn at random, in PROCESSES processes; progress every ten seconds."""
    from django.db import connections

    bits = [(place, bit) for place in part for bit in range(8)]
    if most is not None and most < len(bits):
        bits = random.Random(20230403).sample(bits, most)  # noqa: S311
    pieces = [bits[at : at + 8 * PIECE] for at in range(0, len(bits), 8 * PIECE)]
    found: Counter[str] = Counter()
    _subject.append(subject)
    began = said = time.monotonic()
    connections.close_all()  # each process opens its own
    with multiprocessing.get_context("fork").Pool(PROCESSES, warnings.simplefilter, ("ignore",)) as pool:
        for one in pool.imap_unordered(ask, pieces):
            found += one
            if time.monotonic() - said > 10:
                said = time.monotonic()
                print(
                    f"  {subject.name}: {sum(found[name] for name in VERDICTS)} of {len(bits)} bits, {said - began:.0f} s",
                    flush=True,
                )
    _subject.pop()
    return found


def a_decision(here: Any) -> Subject:
    """Notified, in a world that is committed, so that the other processes see it; sealed, kept and released as any other, and laid out on one
    short page: metadata, tags, two fonts, the act attached, the seal."""
    from django.conf import settings

    from decisions import letter
    from edsh_portal import documents, pdf
    from tests.decisions import world as made

    def short(told: dict[str, Any]) -> bytes:
        context = letter.context(told) | {
            "sender": ["DGOS"],
            "addressee": [],
            "reference": [],
            "check_url": "",
            "signatory": {},
        }
        return pdf.render("pdf/base.html", context, title=letter.title(told), attachment=told)

    with mock.patch.object(letter, "lay_out", short):
        decision = made.notified(made.build(here.set_clock), 1)
    content, trusted = documents.read(decision.document), Path(settings.SEAL_CERT_PATH).read_text()
    return Subject(f"{decision.document.name}, {len(content)} bytes", content, trusted, "")


def by_page(here: Any, most: int | None) -> Counter[str]:
    from decisions import authenticity

    subject = a_decision(here)
    assert authenticity.by_file(hashlib.sha256(subject.content).hexdigest()).verdict == "authentic"
    began = time.monotonic()
    found = every(asked_of_the_page, subject, range(len(subject.content)), most)
    caged, read, _sealed = (found.pop(how, 0) for how in ("cage", "read", "sealed"))
    took = f"{read} of them read, {caged} through the cage, {time.monotonic() - began:.0f} s"
    print(f"page, {subject.name}: {found.total()} bits, {told(found)}; {took}", flush=True)
    return found


def told(found: Counter[str]) -> str:
    return ", ".join(f"{name} {found[name]}" for name in sorted(found))


def by_proof(folder: Path, most: int | None) -> Counter[str]:
    import pikepdf
    from django.test import override_settings

    from edsh_portal import pdf
    from edsh_portal.pdf import keys
    from tests.ground.test_seal_levels import regions

    key, certificate = pdf.make_seal_key(folder)
    installed = {
        "SEAL_KEY_PATH": key, "SEAL_CERT_PATH": certificate, "SEAL_AUTHORITIES_PATH": folder / "authorities.pem",
        "SEAL_REVOCATION_DIR": folder / "revocation", "TSA_URL": "local",
    }  # fmt: skip
    out, total = io.BytesIO(), Counter[str]()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    for level in pdf.LEVELS:
        with override_settings(SEAL_LEVEL=level, **installed):
            content = pdf.seal(out.getvalue(), reason="Essai")
            for name, part in regions(content).items():
                if part:
                    began = time.monotonic()
                    subject = Subject(f"{level} {name}", content, certificate.read_text(), keys.authorities())
                    drawn = DRAWN.get(name) if level != pdf.LEVELS[0] else None
                    total += (found := every(asked_of_the_proof, subject, part, most or drawn))
                    took = f"{time.monotonic() - began:.0f} s"
                    print(
                        f"proof, {subject.name}: {found.total()} of {8 * len(part)} bits, {told(found)}, {took}",
                        flush=True,
                    )
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, help="bits of a region, else all")
    most = parser.parse_args().most
    warnings.simplefilter("ignore")
    import django

    django.setup()
    from tests.database import standing_in

    with standing_in() as here:
        pages = by_page(here, most)
    with TemporaryDirectory() as folder:
        proofs = by_proof(Path(folder), most)
    page = f"{pages.total()} bits asked of the page: authentic {pages['authentic']}, {told(pages)}"
    print(f"seals: {page}; {proofs.total()} of the proof: valid {proofs['valid']}")
    return 0 if not (pages["authentic"] or pages["revoked"] or proofs["valid"]) else 1


if __name__ == "__main__":
    sys.exit(main())
