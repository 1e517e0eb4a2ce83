"""A certificate authority for this run only: its key never reaches a disk."""

import ssl
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "Twilio SIMULATOR, this run only"
LIFETIME = timedelta(days=30)
SLACK = timedelta(hours=1)
"""Clocks of other machines and containers run a little behind."""
MOST_HOSTS = 200


class Authority:
    """Issues server certificates; `folder` gets what clients need to trust them."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        self._certificate = self._issued()
        self._contexts: dict[str, ssl.SSLContext] = {}
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.pem"
        """For clients that add a certificate to those they trust (Node)."""
        self.bundle = folder / "bundle.pem"
        """For clients that take a whole bundle (Python): this authority, and those of the machine."""
        own = self._certificate.public_bytes(serialization.Encoding.PEM)
        self.certificate.write_bytes(own)
        self.bundle.write_bytes(own + _of_this_machine())

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = self._now()
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - SLACK)
            .not_valid_after(now + LIFETIME)
        )

    def _issued(self) -> x509.Certificate:
        own = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        # Whatever else it may be asked to vouch for, clients believe it about Twilio's names only.
        only = x509.NameConstraints([x509.DNSName("twilio.com")], None)
        return (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(own, critical=False)
            .add_extension(only, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def context(self, host: str) -> ssl.SSLContext:
        """How to speak TLS as `host`."""
        found = self._contexts.get(host)
        if found is None:
            if len(self._contexts) >= MOST_HOSTS:
                self._contexts.clear()
            found = self._contexts[host] = self._context(host)
        return found

    def _context(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._leaf(host, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        # Python's ssl reads keys from files only.
        with tempfile.NamedTemporaryFile() as file:
            file.write(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            file.write(certificate.public_bytes(serialization.Encoding.PEM))
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def _leaf(self, host: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            self._builder(name, key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _of_this_machine() -> bytes:
    file = ssl.get_default_verify_paths().cafile
    return Path(file).read_bytes() if file is not None and Path(file).is_file() else b""
