"""How a `FaultServer` speaks TLS: one value per kind of server that a client may meet."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from pathlib import Path
from typing import Literal

from doorstroom_client.basics.frozen import frozen

_FFDHE2048 = """-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""

ClientCertificateRule = Literal["required", "optional", "ignored"]
"""What a server does about the certificate of the client."""


@frozen(kw_only=True)
class TlsVariant:
    """One kind of server.

    Attributes:
        minimum: lowest version offered.
        maximum: highest version offered.
        ciphers: TLS 1.2 suites in OpenSSL notation; None leaves the choice to Python.
        plain: no TLS at all: the port speaks plain HTTP.
        seclevel0: lets OpenSSL use what it normally refuses: TLS 1.0 and 1.1, short keys, SHA-1.
        needs_rsa: the suites only work with an RSA certificate; `served` then issues one.
    """

    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ciphers: str | None = None
    plain: bool = False
    seclevel0: bool = False
    needs_rsa: bool = False


_V1_2 = ssl.TLSVersion.TLSv1_2

MODERN = TlsVariant()
"""TLS 1.2 and 1.3, as a sound server offers."""
TLS_1_0 = TlsVariant(minimum=ssl.TLSVersion.TLSv1, maximum=ssl.TLSVersion.TLSv1, seclevel0=True)
"""Nothing newer than TLS 1.0."""
TLS_1_1 = TlsVariant(minimum=ssl.TLSVersion.TLSv1_1, maximum=ssl.TLSVersion.TLSv1_1, seclevel0=True)
"""Nothing newer than TLS 1.1."""
TLS_1_2_ONLY = TlsVariant(maximum=_V1_2, ciphers="ECDHE+AESGCM:ECDHE+CHACHA20")
"""TLS 1.2 with sound suites: this one must work."""
TLS_1_3_ONLY = TlsVariant(minimum=ssl.TLSVersion.TLSv1_3)
"""Nothing older than TLS 1.3: this one must work too."""
STATIC_RSA = TlsVariant(maximum=_V1_2, ciphers="AES128-GCM-SHA256:AES256-GCM-SHA384", needs_rsa=True)
"""TLS 1.2 without forward secrecy."""
DHE = TlsVariant(maximum=_V1_2, ciphers="DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384", needs_rsa=True)
"""TLS 1.2 with finite-field Diffie-Hellman (the group ffdhe2048)."""
CBC = TlsVariant(maximum=_V1_2, ciphers="ECDHE+AES:!AESGCM:!AESCCM")
"""TLS 1.2 with forward secrecy but without authenticated encryption."""
CCM_8 = TlsVariant(maximum=_V1_2, ciphers="ECDHE-ECDSA-AES128-CCM8", seclevel0=True)
"""TLS 1.2 with an authentication tag of 8 bytes."""
WEAK_CERTIFICATE = TlsVariant(seclevel0=True)
"""Modern, but able to load a certificate with a short key or a SHA-1 signature."""
PLAIN = TlsVariant(plain=True)
"""Plain HTTP on the port."""


def server_context(
    variant: TlsVariant, *, cert: Path, key: Path, trust: Path, client_certificate: ClientCertificateRule
) -> ssl.SSLContext | None:
    """The server side of a variant; None for plain HTTP.

    Raises:
        ssl.SSLError: a certificate does not fit the variant, for instance a short key without ``seclevel0``.
    """
    if variant.plain:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        # Old versions are what these servers are for; Python warns about them.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = variant.minimum
        context.maximum_version = variant.maximum
    if variant.ciphers or variant.seclevel0:
        level = ":@SECLEVEL=0" if variant.seclevel0 else ""
        context.set_ciphers((variant.ciphers or "DEFAULT") + level)
    if "DHE-" in (variant.ciphers or ""):
        _load_dh_parameters(context)
    context.load_cert_chain(cert, key)
    if client_certificate != "ignored":
        context.load_verify_locations(trust)
        context.verify_mode = ssl.CERT_REQUIRED if client_certificate == "required" else ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    # Without resumption every connection shows its certificate again.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    return context


def _load_dh_parameters(context: ssl.SSLContext) -> None:
    """Without them a server offers no DHE suite, and a test would see the wrong refusal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ffdhe2048.pem")
        path.write_text(_FFDHE2048, encoding="ascii")
        context.load_dh_params(str(path))
