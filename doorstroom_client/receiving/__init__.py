"""The receiving half: takes in the results that suppliers push, and has them on disk before it answers."""

from doorstroom_client.receiving.judge import InboundRequest as InboundRequest
from doorstroom_client.receiving.judge import InboundResponse as InboundResponse
from doorstroom_client.receiving.limits import Limits as Limits
from doorstroom_client.receiving.peer import oin_from_environ as oin_from_environ
from doorstroom_client.receiving.peer import oin_from_scope as oin_from_scope
from doorstroom_client.receiving.proxy import Proxy as Proxy
from doorstroom_client.receiving.reasons import Reason as Reason

__all__ = [
    "InboundRequest",
    "InboundResponse",
    "Limits",
    "Proxy",
    "Reason",
    "oin_from_environ",
    "oin_from_scope",
]
