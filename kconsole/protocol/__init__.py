"""The Jupyter protocol without any I/O: messages, signing, typed events and replies, the cell.

Nothing here opens a socket, starts a thread or waits; times are passed in. So every rule of the
protocol that needs thought can be tested with plain values, and the console and the script
mode share it.

==============  ===================================================================
message         the plain dict that travels through kconsole
session         ids, signing, verifying, the memory against replay
wire            frames and JSON
dates, fields   lenient reading of single values
adapt           protocol 4 in the form of protocol 5
requests        contents of requests
replies         contents of replies, parsed
events          contents of what comes on iopub and stdin, parsed
cell            when one execute_request has ended
activity        whom the kernel is busy for
liveness        the heartbeat's arithmetic
completeness    a local guess for when is_complete cannot be asked
==============  ===================================================================
"""

from kconsole.protocol.activity import Activity
from kconsole.protocol.adapt import from_v4
from kconsole.protocol.cell import (
    HALF_AT_MOST_S,
    HALF_OTHER_AT_MOST_S,
    HALF_QUIET_S,
    TAIL_AT_MOST_S,
    TAIL_QUIET_S,
    Cell,
)
from kconsole.protocol.completeness import locally_complete
from kconsole.protocol.dates import format_date, parse_date
from kconsole.protocol.events import (
    ClearOutput,
    CommClose,
    CommMsg,
    CommOpen,
    DisplayData,
    ErrorOutput,
    Event,
    ExecuteInput,
    ExecuteResult,
    InputRequest,
    ShutdownReply,
    Status,
    Stream,
    Unknown,
    UpdateDisplay,
    Welcome,
    parse_error,
    parse_event,
)
from kconsole.protocol.fields import (
    as_count,
    as_mapping,
    as_optional_text,
    as_rows,
    as_text,
    as_texts,
)
from kconsole.protocol.liveness import Heartbeat
from kconsole.protocol.message import CHANNELS, Buffer, Channel, Header, Message
from kconsole.protocol.replies import (
    Completeness,
    CompleteReply,
    Completion,
    ExecuteReply,
    HistoryReply,
    HistoryRow,
    InspectReply,
    IsCompleteReply,
    KernelInfo,
    LanguageInfo,
    ReplyStatus,
    parse_comm_info,
    parse_complete,
    parse_execute_reply,
    parse_history,
    parse_inspect,
    parse_is_complete,
    parse_kernel_info,
    reply_status,
)
from kconsole.protocol.requests import (
    HistAccessType,
    comm_info_request,
    complete_request,
    execute_request,
    history_request,
    input_reply,
    inspect_request,
    is_complete_request,
    shutdown_request,
)
from kconsole.protocol.session import PROTOCOL_VERSION, Session, new_id
from kconsole.protocol.wire import DELIMITER, Parts, check_buffers, decode, encode, split

__all__ = [
    "CHANNELS",
    "DELIMITER",
    "HALF_AT_MOST_S",
    "HALF_OTHER_AT_MOST_S",
    "HALF_QUIET_S",
    "PROTOCOL_VERSION",
    "TAIL_AT_MOST_S",
    "TAIL_QUIET_S",
    "Activity",
    "Buffer",
    "Cell",
    "Channel",
    "ClearOutput",
    "CommClose",
    "CommMsg",
    "CommOpen",
    "CompleteReply",
    "Completeness",
    "Completion",
    "DisplayData",
    "ErrorOutput",
    "Event",
    "ExecuteInput",
    "ExecuteReply",
    "ExecuteResult",
    "Header",
    "Heartbeat",
    "HistAccessType",
    "HistoryReply",
    "HistoryRow",
    "InputRequest",
    "InspectReply",
    "IsCompleteReply",
    "KernelInfo",
    "LanguageInfo",
    "Message",
    "Parts",
    "ReplyStatus",
    "Session",
    "ShutdownReply",
    "Status",
    "Stream",
    "Unknown",
    "UpdateDisplay",
    "Welcome",
    "as_count",
    "as_mapping",
    "as_optional_text",
    "as_rows",
    "as_text",
    "as_texts",
    "check_buffers",
    "comm_info_request",
    "complete_request",
    "decode",
    "encode",
    "execute_request",
    "format_date",
    "from_v4",
    "history_request",
    "input_reply",
    "inspect_request",
    "is_complete_request",
    "locally_complete",
    "new_id",
    "parse_comm_info",
    "parse_complete",
    "parse_date",
    "parse_error",
    "parse_event",
    "parse_execute_reply",
    "parse_history",
    "parse_inspect",
    "parse_is_complete",
    "parse_kernel_info",
    "reply_status",
    "shutdown_request",
    "split",
]
