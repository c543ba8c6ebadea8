"""The SSLContext for our connections, made by hand from our certificate and the roots we trust.

Nothing is taken from the machine: no system store, no bundled roots, no environment variable. `ssl.create_default_context`
is avoided because it accepts CBC ciphers and writes session keys when SSLKEYLOGFILE is set. There is no option that
switches verification off.
"""

from __future__ import annotations

import shlex
import ssl
from pathlib import Path

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties import pem
from doorstroom_client.parties.certificate import TRUST, ClientCertificate, chain_of, held_in
from doorstroom_client.parties.certificate_check import Chain, Use
from doorstroom_client.parties.certificate_forms import Form, UnusableError, as_pem, form_of
from doorstroom_client.parties.loadable import loadable, private_file
from doorstroom_client.parties.setting_file import read_file, warn_when_shared
from doorstroom_client.transport.sessionless import FreshContext

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.2 suites: forward secrecy and authenticated encryption only (NCSC 2025; Digikoppeling TLSCIPH001)."""


def client_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """An SSLContext for calling others: TLS 1.2 or newer, host name and chain checked, our certificate shown.

    Raises:
        ConfigurationError: a file is missing or unusable, the key does not fit the certificate, or the certificate is not
            valid now or not for clients. Found here, before the first call.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.post_handshake_auth = True  # a server may ask for our certificate only when it knows the path
    context.set_alpn_protocols(["http/1.1"])
    _fill(context, certificate, Use.CLIENT)
    return context


def server_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """An SSLContext for receiving results: the other side must show a certificate under the same roots, at every connection.

    Raises:
        ConfigurationError: as with `client_context`; our certificate must be one for servers.
    """
    context = FreshContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    _fill(context, certificate, Use.SERVER)
    return context


def _fill(context: ssl.SSLContext, certificate: ClientCertificate, use: Use) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    _load_trust(context, certificate)
    _load_crls(context, certificate)
    _show(context, certificate, use)


def check_trust(certificate: ClientCertificate) -> None:
    """Look at the roots alone.

    Raises:
        ConfigurationError: a file is missing or unusable.
    """
    _load_trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate)


def check_own(certificate: ClientCertificate) -> None:
    """Look at our certificate for calling others and its key alone.

    Raises:
        ConfigurationError: as with `client_context`, but for the roots and revocation lists.
    """
    _show(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificate, Use.CLIENT)


def _show(context: ssl.SSLContext, certificate: ClientCertificate, use: Use) -> None:
    """Have a context show our certificate."""
    chain = chain_of(certificate, use)
    for problem in chain.usable():
        raise ConfigurationError(problem.text, setting=problem.setting, hint=problem.hint)
    key = certificate.key_file
    read_file(key, certificate.names[1])
    warn_when_shared(key, "the private key")
    reason: str | None = None
    try:
        # Without a callback OpenSSL would ask for a passphrase on the terminal.
        _load(context, certificate, chain)
    except ssl.SSLError as error:
        reason = error.reason or ""
    except (OSError, ValueError):
        reason = ""
    if reason is not None:
        setting, message, hint = _load_problem(reason, certificate)
        raise ConfigurationError(f"{setting}: {message}", setting=setting, hint=hint)


def load_own(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    """Have a context show our certificate, whatever it is good for; for a context of your own.

    Raises:
        ConfigurationError: a file cannot be read.
        ssl.SSLError: the key does not fit the certificate, or cannot be read.
    """
    _load(context, certificate, chain_of(certificate, Use.CLIENT))


def _load(context: ssl.SSLContext, certificate: ClientCertificate, chain: Chain) -> None:
    with loadable(certificate, chain) as files:
        context.load_cert_chain(files.cert, files.key, password=lambda: files.password)


def _load_problem(reason: str, certificate: ClientCertificate) -> tuple[str, str, str]:
    """The setting, what is wrong with it, and the next step, after OpenSSL refused certificate and key.

    The text of the key stays in this frame, which raises nothing of it.
    """
    cert, key, password = certificate.names
    path = certificate.key_file
    text = read_file(path, key)
    if reason in _MISMATCHES:
        return key, "the private key does not belong to the certificate", "Give the key that its request was made with"
    if reason in _WEAK:
        return (
            cert,
            f"{Path(certificate.cert).name} is refused by TLS: {_WEAK[reason]}",
            "Have a new one made, with RSA 3072",
        )
    old = pem.left_behind(text)
    if old:
        return (
            key,
            f"{path.name} is encrypted with {old}, which OpenSSL 3 no longer reads; the passphrase may well be right",
            pem.CONVERT_KEY.format(name=shlex.quote(str(path))),
        )
    if b"ENCRYPTED" in text and not certificate.password:
        hint = f"Or name a file with it in DOORSTROOM_{password.replace('.', '_').upper()}_FILE"
        return key, f"the private key is encrypted; give its passphrase ({password})", hint
    if b"ENCRYPTED" in text:
        hint = f"Try it: openssl pkey -noout -in {shlex.quote(str(path))}"
        return key, f"the passphrase is wrong ({password})", hint
    if form_of(text) is not Form.PEM:  # it was read, so its form is not what is wrong
        return key, f"{path.name} cannot be used with the certificate: TLS refuses the two together", "Order one with RSA 3072"
    problem, hint = pem.not_a_key(text, shlex.quote(str(path)))
    return key, f"{path.name} {problem}", hint


_MISMATCHES = frozenset({"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"})
"""Another key of the same kind, and one of another kind, as OpenSSL names them."""
_WEAK = {
    "EE_KEY_TOO_SMALL": "its key is too small",
    "CA_KEY_TOO_SMALL": "the key of an intermediate in it is too small",
    "CA_MD_TOO_WEAK": "it is signed with a hash that is too weak",
}


def _load_trust(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    if not certificate.trust_files:
        raise ConfigurationError(
            "certificate.trust is missing",
            setting="certificate.trust",
            hint="Give the PEM file with the PKIoverheid private root; the roots of the machine are never used",
        )
    for path in certificate.trust_files:
        read_file(path, TRUST)
        try:
            context.load_verify_locations(cafile=path)
        except (ssl.SSLError, OSError):
            _load_roots(context, path)
    _refuse_mixed_trust(context)


def _load_roots(context: ssl.SSLContext, path: Path) -> None:
    """Load the certificates of a trust file that is no PEM."""
    held = held_in(path, TRUST)
    if held.passphrase if isinstance(held, UnusableError) else held.form is Form.PKCS12:
        problem = f"{TRUST}: {path.name} is a PKCS#12 file (.p12), and roots are never taken from one"
        hint = "Take them from the site of PKIoverheid (cert.pkioverheid.nl), in PEM or DER"
        raise ConfigurationError(problem, setting=TRUST, hint=hint)
    if isinstance(held, UnusableError):
        raise held.about(path, TRUST, TRUST)
    try:
        context.load_verify_locations(cadata=b"".join(item.der for item in held.certificates))
    except (ssl.SSLError, OSError):
        raise ConfigurationError(
            f"{TRUST}: {path.name} holds a certificate that is damaged", setting=TRUST, hint="Copy the whole file once more"
        ) from None


def _refuse_mixed_trust(context: ssl.SSLContext) -> None:
    """Test roots and real roots never stand together: a test certificate must not open a real connection."""
    subjects = [str(root.get("subject", "")).upper() for root in context.get_ca_certs()]
    trial = ["TRIAL" in subject for subject in subjects]
    if any(trial) and not all(trial):
        raise ConfigurationError(
            "certificate.trust: a TRIAL root and a production root stand together",
            setting="certificate.trust",
            hint="Use one file for the test environment and another for production",
        )


def _load_crls(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    for path in certificate.crl_files:
        data = read_file(path, "certificate.crls")
        text = as_pem(data, path.name)
        problem = ""
        before = context.cert_store_stats()
        try:
            if text is data:
                context.load_verify_locations(cafile=path)
            else:  # lists are often published in DER
                with private_file(text, "certificate.crls") as file:
                    context.load_verify_locations(cafile=file.name)
        except (ssl.SSLError, OSError):
            problem = "holds no revocation lists"
        after = context.cert_store_stats()
        if after["x509"] != before["x509"]:
            problem = "holds a certificate, which would become a root; leave only revocation lists in it"
        elif after["crl"] == before["crl"]:
            problem = "holds no revocation lists"
        if problem:
            raise ConfigurationError(f"certificate.crls: {path.name} {problem}", setting="certificate.crls")
    if certificate.crl_files:
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
