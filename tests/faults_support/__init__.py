"""All that tests need to play a bad peer: the faults of the simulator, and those that it has no use for itself.

Import it as ``faults``; what the simulator has is here under the same name, and servers are those of `BadServer`.
"""

from __future__ import annotations

from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.fault_server import Fault
from doorstroom_client.simulator.faults import (
    answer,
    app,
    close_without_answer,
    drip_body,
    html_page,
    no_content_with_body,
    redirect,
    reset_after_request,
    retry_after,
    silent,
    truncated_body,
)
from doorstroom_client.simulator.tls_variants import CBC, MODERN, STATIC_RSA, TLS_1_1, TlsVariant

from .before_answer import (
    applied,
    close_during_handshake,
    early_status,
    never_reads,
    refuse_connection,
    reset_after_accept,
    reset_after_handshake,
    reset_during_handshake,
    reset_mid_body,
    silent_connect,
    slow_handshake,
)
from .certificates import DEFECTS, Flaw, crl_bundle, issue_defect, make_crl
from .framing import (
    bad_status_line,
    close_delimited,
    content_length_too_long,
    content_length_too_short,
    continue_spam,
    drip_headers,
    gzip_bomb,
    header_flood,
    length_and_chunked,
    truncated_chunk,
    two_content_lengths,
)
from .rsa_keys import rsa_key
from .server import BadServer, Stage, StagedFault, served, stage_of
from .tls import CCM_8, DHE, PLAIN, TLS_1_0, TLS_1_2_ONLY, TLS_1_3_ONLY, WEAK_CERTIFICATE

__all__ = [
    "CBC",
    "CCM_8",
    "DEFECTS",
    "DHE",
    "MODERN",
    "PLAIN",
    "STATIC_RSA",
    "TLS_1_0",
    "TLS_1_1",
    "TLS_1_2_ONLY",
    "TLS_1_3_ONLY",
    "WEAK_CERTIFICATE",
    "BadServer",
    "Fault",
    "Flaw",
    "Stage",
    "StagedFault",
    "TlsVariant",
    "Wire",
    "answer",
    "app",
    "applied",
    "bad_status_line",
    "close_delimited",
    "close_during_handshake",
    "close_without_answer",
    "content_length_too_long",
    "content_length_too_short",
    "continue_spam",
    "crl_bundle",
    "drip_body",
    "drip_headers",
    "early_status",
    "gzip_bomb",
    "header_flood",
    "html_page",
    "issue_defect",
    "length_and_chunked",
    "make_crl",
    "never_reads",
    "no_content_with_body",
    "redirect",
    "refuse_connection",
    "reset_after_accept",
    "reset_after_handshake",
    "reset_after_request",
    "reset_during_handshake",
    "reset_mid_body",
    "retry_after",
    "rsa_key",
    "served",
    "silent",
    "silent_connect",
    "slow_handshake",
    "stage_of",
    "truncated_body",
    "truncated_chunk",
    "two_content_lengths",
]
