"""Every bit of a sealed document, flipped one at a time: the page never says « authentique » of any (issue on the euros, « Shows » 6).

`bin/prove seals`: the smallest sealed document of the demonstration's call, each bit asked of `decisions.authenticity.by_file`, which is what
the page asks first of a file; then a sealed page at each level (B-B, B-T, B-LT), so many bits of each of its regions asked of the proof
itself, which knows no fingerprint. Prints the counts and the seconds.
"""

import argparse
import hashlib
import io
import random
import sys
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TRIED = 400  # bits of a region asked of the proof, which takes some ten milliseconds each, a hundred with a time-stamp


def flips(content: bytes, places: Any) -> Any:
    for place, bit in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        yield bytes(flipped)


def by_page() -> int:
    """How many bits of the smallest document that the portal answers for; AssertionError at the first that passes."""
    from decisions import authenticity
    from edsh_portal import documents
    from edsh_portal.models import Document

    sealed = Document.objects.exclude(level="").order_by("size", "created_at")
    known = (one for one in sealed if authenticity.by_file(one.sha256).verdict == "authentic")
    document = next(known)
    began, content, tried = time.monotonic(), documents.read(document), 0
    for flipped in flips(content, ((place, bit) for place in range(len(content)) for bit in range(8))):
        tried += 1
        assert authenticity.by_file(hashlib.sha256(flipped).hexdigest()) == authenticity.UNKNOWN, tried
    assert tried == 8 * document.size
    print(f"{document.name}: {tried} bits, 0 authentic, {time.monotonic() - began:.0f} s", flush=True)
    return tried


def by_proof(folder: Path) -> int:
    import pikepdf
    from django.test import override_settings

    from edsh_portal import pdf
    from edsh_portal.intake import proof
    from edsh_portal.pdf import keys
    from tests.ground.test_seal_levels import regions

    key, certificate = pdf.make_seal_key(folder)
    installed = {
        "SEAL_KEY_PATH": key, "SEAL_CERT_PATH": certificate, "SEAL_AUTHORITIES_PATH": folder / "authorities.pem",
        "SEAL_REVOCATION_DIR": folder / "revocation", "TSA_URL": "local",
    }  # fmt: skip
    out, chance, tried = io.BytesIO(), random.Random(20230403), 0  # noqa: S311
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    for level in pdf.LEVELS:
        with override_settings(SEAL_LEVEL=level, **installed):
            content, trusted, above = (
                pdf.seal(out.getvalue(), reason="Essai"),
                certificate.read_text(),
                keys.authorities(),
            )
            for name, part in regions(content).items():
                began, places = time.monotonic(), [(place, bit) for place in part for bit in range(8)]
                chosen = chance.sample(places, min(TRIED, len(places)))
                passed = [
                    n
                    for n, one in zip(chosen, flips(content, chosen), strict=True)
                    if proof.checked(one, trusted, above)["valid"]
                ]
                assert passed == [], (level, name, passed)
                tried += len(chosen)
                if chosen:
                    print(
                        f"{level} {name}: {len(chosen)} of {len(places)} bits, 0 valid, {time.monotonic() - began:.0f} s"
                    )
    return tried


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.simplefilter("ignore")
    import django

    django.setup()
    from tests.pages import standing_at

    with standing_at("running"):
        pages = by_page()
    with TemporaryDirectory() as folder:
        proofs = by_proof(Path(folder))
    print(f"{pages} bits asked of the page, 0 authentic; {proofs} of the proof, 0 valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
