"""What a seal is judged by for long: the answers (OCSP) and lists (CRL) that the operator holds in a folder, in force as it is put."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from edsh_portal.intake import held, stamped
from edsh_portal.passing import Away

from .token import SealError


def kept_with(sealed: bytes, certificate: Any, authorities: list[Any]) -> bytes:
    """The sealed and stamped file with the one revision that keeps what both certificates are judged by (PAdES B-LT).

    The first of these that suffice: an answer for each certificate, else the lists of those who issued them. Away when none does: those
    held are out of date, which whoever refreshes them mends. SealError when one says that a certificate is revoked.
    """
    import asyncio
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator.errors import RevokedError

    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    token, value = stamped.of(signature.signer_info), signature.signer_info["signature"].native
    stamp = asyncio.run(stamped.proven(token, stamped.of_signature(value), authorities))
    why: Exception | None = None
    for kept in _candidates([one.dump() for one in authorities], certificate, stamp):
        try:
            asyncio.run(stamped.for_long(certificate, stamp, kept, authorities))
        except RevokedError as error:
            raise SealError(f"a certificate of the seal is revoked: {error}") from error
        except Exception as error:  # out of date, of another authority, not readable: as good as not held
            why = error
            continue
        return held.revision(sealed, kept)
    raise Away(f"no answer nor list of revocation in force in {settings.SEAL_REVOCATION_DIR}: {why}")


def _candidates(above: list[bytes], certificate: Any, stamp: stamped.Stamp) -> Iterator[held.Held]:
    answers, lists = _answers(certificate, stamp), _lists(certificate, stamp)
    if answers:
        yield held.Held(above, answers, [])
    if lists:
        yield held.Held(above, [], lists)
    if answers and lists:
        yield held.Held(above, answers, lists)


def _answers(certificate: Any, stamp: stamped.Stamp) -> list[bytes]:
    """The last given for each of the two certificates."""
    from asn1crypto.ocsp import OCSPResponse

    numbers = {certificate.serial_number, stamp.certificate.serial_number}
    found: dict[int, tuple[Any, bytes]] = {}
    for der in _files("*.ocsp"):
        for one in OCSPResponse.load(der).response_data["responses"]:
            number, since = one["cert_id"]["serial_number"].native, one["this_update"].native
            if number in numbers and (number not in found or found[number][0] < since):
                found[number] = (since, der)
    return sorted({der for _since, der in found.values()})


def _lists(certificate: Any, stamp: stamped.Stamp) -> list[bytes]:
    """The last of each who issued one of the certificates."""
    from asn1crypto.crl import CertificateList

    issuers = {one.issuer.dump() for one in (certificate, stamp.certificate, *stamp.above)}
    found: dict[bytes, tuple[Any, bytes]] = {}
    for der in _files("*.crl"):
        told = CertificateList.load(der)["tbs_cert_list"]
        issuer, since = told["issuer"].dump(), told["this_update"].native
        if issuer in issuers and (issuer not in found or found[issuer][0] < since):
            found[issuer] = (since, der)
    return sorted({der for _since, der in found.values()})


def _files(pattern: str) -> Iterator[bytes]:
    """DER of each file of the folder; a list may come in PEM."""
    from asn1crypto import pem

    for path in sorted(Path(settings.SEAL_REVOCATION_DIR).glob(pattern)):
        content = path.read_bytes()
        yield pem.unarmor(content)[2] if pem.detect(content) else content
