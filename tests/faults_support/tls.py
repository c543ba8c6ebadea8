"""How a server may speak TLS that the simulator has no use for, nor any client that it plays with."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.tls_variants import TlsVariant

_FFDHE2048 = """-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
_V1_2 = ssl.TLSVersion.TLSv1_2


@frozen(kw_only=True)
class WithDhe(TlsVariant):
    """With the group ffdhe2048; without one a server offers no DHE suite, and a test would see the wrong refusal."""

    def context(self, **files: Any) -> ssl.SSLContext:
        context = TlsVariant.context(self, **files)  # slots make a new class, which `super()` does not know
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "ffdhe2048.pem")
            path.write_text(_FFDHE2048, encoding="ascii")
            context.load_dh_params(str(path))
        return context


TLS_1_0 = TlsVariant(minimum=ssl.TLSVersion.TLSv1, maximum=ssl.TLSVersion.TLSv1, ciphers="DEFAULT", seclevel0=True)
"""Nothing newer than TLS 1.0."""
TLS_1_2_ONLY = TlsVariant(maximum=_V1_2)
"""TLS 1.2 with sound suites: this one must work."""
TLS_1_3_ONLY = TlsVariant(minimum=ssl.TLSVersion.TLSv1_3)
"""Nothing older than TLS 1.3: this one must work too."""
DHE = WithDhe(maximum=_V1_2, ciphers="DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384", needs_rsa=True)
"""TLS 1.2 with finite-field Diffie-Hellman."""
CCM_8 = TlsVariant(maximum=_V1_2, ciphers="ECDHE-ECDSA-AES128-CCM8", seclevel0=True)
"""TLS 1.2 with an authentication tag of 8 bytes."""
WEAK_CERTIFICATE = TlsVariant(seclevel0=True)
"""Modern, but able to load a certificate with a short key or a SHA-1 signature."""
PLAIN = TlsVariant(ciphers="NULL:@SECLEVEL=0")
"""Plain HTTP on the port: `BadServer` leaves TLS out altogether."""
