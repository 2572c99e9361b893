"""An authenticator in software, for tests: an EC key that answers the ceremonies of Web Authentication as a phone would."""

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(said: str) -> bytes:
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


def head(kind: int, number: int) -> bytes:
    """The head of a CBOR item (RFC 8949): kind and length."""
    if number < 24:
        return bytes([kind << 5 | number])
    return bytes([kind << 5 | 24, number]) if number < 256 else bytes([kind << 5 | 25]) + struct.pack(">H", number)


def cbor(value: Any) -> bytes:
    """As much of CBOR as an attestation takes: whole numbers, bytes, text and maps."""
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    assert isinstance(value, dict), value
    return head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


class SoftAuthenticator:
    """One passkey for one site."""

    def __init__(self, origin: str, flags: int = PRESENT | VERIFIED, number: int = 1) -> None:
        self.origin = origin
        self.flags = flags
        self.count = 0
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = sha256(b"credential %d" % number).digest()

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer the ceremony of registration."""
        numbers = self.key.public_key().public_numbers()
        public = cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + public
        data = self._data(options["rp"]["id"], self.flags | ATTESTED) + attested
        response = {
            "clientDataJSON": text(self._client("webauthn.create", options["challenge"])),
            "attestationObject": text(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._said(response)

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer the ceremony of signing in."""
        self.count += 1
        data, client = self._data(options["rpId"], self.flags), self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said({"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)})

    def _data(self, host: str, flags: int) -> bytes:
        return sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _said(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": text(self.credential), "rawId": text(self.credential), "type": "public-key", "response": response}
