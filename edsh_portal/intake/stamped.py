"""The time-stamp of a seal (RFC 3161): whose it is, of when, and in the one form that we write. Known to the worker that seals, and to the cage."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from edsh_portal.intake.held import Held

ATTRIBUTE = "signature_time_stamp_token"


class Broken(Exception):
    """No time-stamp that we would have kept."""


class Stamp(NamedTuple):
    at: datetime
    by: str  # the authority's own name
    certificate: Any  # asn1crypto
    above: tuple[Any, ...]  # those between it and one of ours


def of(signer_info: Any) -> Any:
    """The token that goes with a signature, None without: one attribute, one value, or Broken."""
    unsigned = signer_info["unsigned_attrs"]
    if not unsigned:
        return None
    if len(unsigned) != 1 or unsigned[0]["type"].native != ATTRIBUTE or len(unsigned[0]["values"]) != 1:
        raise Broken("something else than a time-stamp beside the seal")
    return unsigned[0]["values"][0]


def form(token: Any, authorities: Sequence[Any]) -> Any:
    """The token rebuilt from what its authority signed, and from nothing else of it: all that no signature covers is in one form.

    Of its certificates, the authority's own and those that lead to one of `authorities` are kept.
    """
    from asn1crypto import algos, cms

    signed = token["content"]
    if len(signed["signer_infos"]) != 1 or signed["encap_content_info"]["content_type"].native != "tst_info":
        raise Broken("not a time-stamp")
    one = signed["signer_infos"][0]
    given = [entry.chosen for entry in signed["certificates"] if entry.name == "certificate"]
    signer = next((one_of for one_of in given if _is_of(one["sid"], one_of)), None)
    if signer is None:
        raise Broken("the time-stamp does not hold its authority's certificate")
    digest = algos.DigestAlgorithm({"algorithm": one["digest_algorithm"]["algorithm"].native})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number}),
            ),
            "digest_algorithm": digest,
            "signed_attrs": encoded(one["signed_attrs"]),
            "signature_algorithm": _algorithm(one["signature_algorithm"], digest["algorithm"].native),
            "signature": one["signature"].native,
        }
    )
    body = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [digest],
            "encap_content_info": cms.EncapsulatedContentInfo(
                {
                    "content_type": "tst_info",
                    "content": cms.ParsableOctetString(bytes(signed["encap_content_info"]["content"])),
                }
            ),
            "certificates": _path(signer, given, authorities),
            "signer_infos": [info],
        }
    )
    return cms.ContentInfo.load(cms.ContentInfo({"content_type": "signed_data", "content": body}).dump())


def encoded(attributes: Any) -> Any:
    """Signed attributes in DER, whatever they were read from: it is in DER that they are signed."""
    from asn1crypto import cms

    return cms.CMSAttributes([cms.CMSAttribute.load(one.dump(force=True)) for one in attributes])


def _is_of(sid: Any, certificate: Any) -> bool:
    if sid.name == "issuer_and_serial_number":
        named = (sid.chosen["issuer"], sid.chosen["serial_number"].native)
        return named == (certificate.issuer, certificate.serial_number)
    return sid.chosen.native == certificate.key_identifier


def _algorithm(given: Any, digest: str) -> Any:
    from asn1crypto import algos

    kind = given.signature_algo
    if kind == "rsassa_pss":
        return given
    name = {"rsassa_pkcs1v15": f"{digest}_rsa", "ecdsa": f"{digest}_ecdsa"}.get(kind)
    if name is None:
        raise Broken(f"a time-stamp signed with {kind}")
    return algos.SignedDigestAlgorithm({"algorithm": name})


def _path(signer: Any, given: list[Any], authorities: Sequence[Any]) -> list[Any]:
    """From the authority's certificate up to one of `authorities`, which is not kept: whoever checks has it."""
    path, known = [signer], {one.subject.dump(): one for one in authorities}
    while path[-1].issuer.dump() not in known:
        above = next((one for one in given if one.subject == path[-1].issuer and one not in path), None)
        if above is None:
            raise Broken("a time-stamp of an authority that is not ours")
        path.append(above)
    return path


def of_signature(value: bytes) -> Callable[[str], bytes]:
    """The imprint that a time-stamp of this signature bears."""
    return lambda name: hashlib.new(name, value).digest()


async def proven(token: Any, imprint: Callable[[str], bytes], authorities: Sequence[Any]) -> Stamp:
    """Of this very imprint (the digest by the name of its algorithm), by an authority of ours, at the instant it says. Broken otherwise."""
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data

    if form(token, authorities).dump() != token.dump():
        raise Broken("the time-stamp is not in our form")
    signed = token["content"]
    one = signed["signer_infos"][0]
    given = [entry.chosen for entry in signed["certificates"]]
    signer = next(cert for cert in given if _is_of(one["sid"], cert))
    stamp = Stamp(
        signed["encap_content_info"]["content"].parsed["gen_time"].native,
        str(signer.subject.native.get("common_name", "")),
        signer,
        tuple(cert for cert in given if cert is not signer),
    )
    status = await validate_tst_signed_data(signed, context(stamp, authorities), imprint)
    if not (status["intact"] and status["valid"] and status["trust_problem_indic"] is None):
        raise Broken("the time-stamp does not hold")
    return stamp


def context(stamp: Stamp, authorities: Sequence[Any], **kept: Any) -> Any:
    """What the time-stamp is judged by, at the instant it says."""
    from pyhanko_certvalidator import ValidationContext

    above = list(stamp.above)
    return ValidationContext(
        trust_roots=list(authorities), other_certs=above, allow_fetching=False, moment=stamp.at, **kept
    )


async def for_long(certificate: Any, stamp: Stamp, kept: Held, authorities: Sequence[Any]) -> None:
    """Neither the seal's certificate nor the time-stamp's was revoked at the instant of the time-stamp, by what is kept. Broken otherwise."""
    from asn1crypto import crl, ocsp
    from pyhanko_certvalidator import CertificateValidator

    known = {one.dump() for one in authorities}
    if not known.issuperset(kept.certificates):
        raise Broken("a certificate that is not ours is kept beside the seal")
    answers = [_exact(ocsp.OCSPResponse, der) for der in kept.answers]
    lists = [_exact(crl.CertificateList, der) for der in kept.lists]
    if any(one["signature_algorithm"].dump() != one["tbs_cert_list"]["signature"].dump() for one in lists):
        raise Broken("a revocation list under two algorithms")
    for one in (certificate, stamp.certificate):
        judged_by = context(stamp, authorities, ocsps=answers, crls=lists, revocation_mode="require")
        await CertificateValidator(one, validation_context=judged_by).async_validate_path()


def _exact(kind: Any, der: bytes) -> Any:
    """Read, when it is written in the one way that DER gives."""
    if kind.load(der).dump(force=True) != der:
        raise Broken("what is kept beside the seal is not written in DER")
    return kind.load(der)
