"""How a server of the simulator speaks TLS: one value per kind of server that a client may meet."""

from __future__ import annotations

import ssl
import warnings
from pathlib import Path
from typing import Literal

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.transport import CIPHERS

ClientCertificateRule = Literal["required", "optional", "ignored"]
"""What a server does about the certificate of the client."""


@frozen(kw_only=True)
class TlsVariant:
    """One kind of server.

    Attributes:
        minimum: lowest version offered.
        maximum: highest version offered.
        ciphers: suites of TLS 1.2 and older in OpenSSL notation; those that the library itself takes when left out.
        seclevel0: lets OpenSSL use what it normally refuses: TLS 1.0 and 1.1, short keys, SHA-1.
        needs_rsa: the suites only work with an RSA certificate; `served` then issues one.
    """

    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ciphers: str = CIPHERS
    seclevel0: bool = False
    needs_rsa: bool = False

    def context(self, *, cert: Path, key: Path, trust: Path, client_certificate: ClientCertificateRule) -> ssl.SSLContext:
        """The server side.

        Args:
            cert: PEM with the server certificate and its intermediates.
            key: PEM with its private key.
            trust: PEM with the roots that client certificates must lead to; roots of another PKI make a server that
                refuses our certificate.
            client_certificate: "optional" verifies a certificate only when one is shown, "ignored" asks for none.

        Raises:
            ssl.SSLError: a certificate does not fit, for instance a short key without ``seclevel0``.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with warnings.catch_warnings():
            # Old versions are what some of these servers are for; Python warns about them.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = self.minimum
            context.maximum_version = self.maximum
        context.set_ciphers(self.ciphers + (":@SECLEVEL=0" if self.seclevel0 else ""))
        context.load_cert_chain(cert, key)
        if client_certificate != "ignored":
            context.load_verify_locations(trust)
            context.verify_mode = ssl.CERT_REQUIRED if client_certificate == "required" else ssl.CERT_OPTIONAL
            context.verify_flags |= ssl.VERIFY_X509_STRICT
        # Without resumption every connection shows its certificate again.
        context.num_tickets = 0
        context.options |= ssl.OP_NO_TICKET
        return context


_V1_1, _V1_2 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2

MODERN = TlsVariant()
"""TLS 1.2 and 1.3, as a sound server offers."""
TLS_1_1 = TlsVariant(minimum=_V1_1, maximum=_V1_1, ciphers="DEFAULT", seclevel0=True)
"""Nothing newer than TLS 1.1."""
STATIC_RSA = TlsVariant(maximum=_V1_2, ciphers="AES128-GCM-SHA256:AES256-GCM-SHA384", needs_rsa=True)
"""TLS 1.2 without forward secrecy."""
CBC = TlsVariant(maximum=_V1_2, ciphers="ECDHE+AES:!AESGCM:!AESCCM")
"""TLS 1.2 with forward secrecy but without authenticated encryption."""
