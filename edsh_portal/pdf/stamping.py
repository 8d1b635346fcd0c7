"""The time-stamp authority of the settings (RFC 3161), asked over HTTP; that of the demonstration answers in this process. Loaded by whoever
seals with a time-stamp alone: the library takes a second."""

import hashlib
import http.client
import urllib.request
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, keys, pem, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from pyhanko.sign import general
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from edsh_portal.intake import stamped
from edsh_portal.passing import Away

from .fictitious import STAMPS_FILE
from .token import SealError

LOCAL = "local"
LARGEST = 256 << 10  # bytes of an answer
QUERY = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class Ours:
    """Whatever is asked, the token that comes back is of an authority of ours and is written in our form, or there is none."""

    def __init__(self, *asked: Any, authorities: Sequence[Any]) -> None:
        super().__init__(*asked)
        self.authorities = authorities

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        try:
            given = await super().async_timestamp(message_digest, md_algorithm)  # type: ignore[misc]  # of the stamper beside
            token = stamped.form(cms.ContentInfo.load(given.dump()), self.authorities)
            await stamped.proven(token, lambda _name: message_digest, self.authorities)
        except Away:
            raise
        except Exception as error:  # an answer that is not what we asked for, however it is not
            raise SealError(f"the time-stamp authority answers something else: {error}") from error
        return cms.ContentInfo.load(token.dump())  # unread, it is not written again at each level above


class Remote(Ours, TimeStamper):
    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = dict(QUERY)
        if settings.TSA_USER:
            known = b64encode(f"{settings.TSA_USER}:{settings.TSA_PASSWORD}".encode()).decode()
            headers["Authorization"] = f"Basic {known}"
        request = urllib.request.Request(settings.TSA_URL, data=req.dump(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=settings.TSA_SECONDS) as answer:
                body = answer.read(LARGEST)
        except (OSError, http.client.HTTPException) as error:
            raise Away(f"the time-stamp authority does not answer: {error}") from error
        return tsp.TimeStampResp.load(body, strict=True)


class Local(Ours, DummyTimeStamper):
    """The demonstration's. The library's own knows RSA alone."""

    def __init__(self, authorities: Sequence[Any]) -> None:
        content = Path(settings.SEAL_KEY_PATH).with_name(STAMPS_FILE).read_bytes()
        key, certificate = pem.unarmor(content, multiple=True)
        self.signing: Any = load_pem_private_key(content, None)
        super().__init__(
            x509.Certificate.load(certificate[2]), keys.PrivateKeyInfo.load(key[2]), authorities=authorities
        )

    def request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        self.fixed_dt = datetime.now(UTC).replace(microsecond=0)
        return super().request_tsa_response(req)

    def _sign_tst_info(self, tst_info_data: bytes, md_algorithm: str, dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        attribute = general.simple_cms_attribute
        attributes = cms.CMSAttributes(
            [
                attribute("content_type", "tst_info"),
                attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                attribute("signing_certificate_v2", general.as_signing_certificate_v2(self.tsa_cert)),
                attribute("message_digest", hashlib.sha256(tst_info_data).digest()),
            ]
        )
        return self.signing.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())), attributes

    def _build_signed_data(self, *told: Any) -> dict[str, Any]:
        built = super()._build_signed_data(*told)
        built["signer_infos"][0]["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
        return built


def authority(authorities: Sequence[Any]) -> Any:
    """What the library asks for a time-stamp."""
    return Local(authorities) if settings.TSA_URL == LOCAL else Remote(authorities=authorities)
