"""Replies: what the kernel answers on shell and control, as small typed values.

Parsing is lenient and never raises, because nearly every field has been seen missing in some
kernel. ("Messages on the shell (ROUTER/DEALER) channel" in the messaging specification.)

Completions: positions are code points from the start of the code. IPython adds, under an
experimental name, a type and a signature for each match; other kernels have copied that, with
lists that are longer, shorter or in another order than the matches.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from kconsole.protocol.adapt import from_v4
from kconsole.protocol.events import ErrorOutput, parse_error
from kconsole.protocol.fields import as_count, as_mapping, as_rows, as_text, as_texts
from kconsole.protocol.message import Message

__all__ = [
    "GRACE_S",
    "CompleteReply",
    "Completeness",
    "ExecuteReply",
    "HistoryReply",
    "HistoryRow",
    "InspectReply",
    "IsCompleteReply",
    "KernelInfo",
    "LanguageInfo",
    "ReplyStatus",
    "parse_complete",
    "parse_execute_reply",
    "parse_history",
    "parse_inspect",
    "parse_is_complete",
    "parse_kernel_info",
    "reply_status",
]

ReplyStatus = Literal["ok", "error", "aborted"]
Completeness = Literal["complete", "incomplete", "invalid", "unknown"]

GRACE_S = 0.25
"""How long a reply may still come after the kernel went idle again.

Kernels that fail inside a handler, or do not know a request, go busy and idle and say nothing
(ipykernel 5 to 7, and most others).
"""

_COMPLETENESS: dict[str, Completeness] = {word: word for word in get_args(Completeness)}
_SUBSHELLS = "kernel subshells"
_COMPLETION_TYPES = "_jupyter_types_experimental"
_NO_DETAILS: Mapping[str, Any] = MappingProxyType({})
_UNKNOWN_TYPE = "<unknown>"  # jedi could not tell


class ExecuteReply(NamedTuple):
    """The end of a cell; ``error`` is there exactly if the status is error."""

    status: ReplyStatus
    execution_count: int | None = None
    payload: tuple[Mapping[str, Any], ...] = ()
    user_expressions: Mapping[str, Any] = MappingProxyType({})
    error: ErrorOutput | None = None


class LanguageInfo(NamedTuple):
    """What the kernel says of its language; '' where it says nothing."""

    name: str = ""
    version: str = ""
    mimetype: str = ""
    file_extension: str = ""
    pygments_lexer: str = ""
    codemirror_mode: str = ""


class KernelInfo(NamedTuple):
    """What the kernel says of itself; '' where it says nothing.

    ``protocol_version`` is for show only: ipykernel 7 says 5.3 and does 5.5.
    """

    protocol_version: str = ""
    implementation: str = ""
    implementation_version: str = ""
    banner: str = ""
    language_info: LanguageInfo = LanguageInfo()
    supported_features: frozenset[str] = frozenset()
    #: (text, url)
    help_links: tuple[tuple[str, str], ...] = ()

    @property
    def has_subshells(self) -> bool:
        """Whether subshells (JEP 91) can be used.

        Kernels that wrap ipykernel's classes (bash_kernel, metakernel) inherit the claim but do
        not answer create_subshell_request, so it is believed of ipykernel alone.
        """
        return self.implementation == "ipython" and _SUBSHELLS in self.supported_features

    @property
    def ends_at_sigint(self) -> bool:
        """Whether the kernel handles SIGINT by its end, as the xeus family's do (their main.cpp)."""
        return self.implementation.startswith("xeus-")


class IsCompleteReply(NamedTuple):
    """Whether code can run as it is; ``indent`` is for the next line if it is incomplete."""

    status: Completeness
    indent: str = ""


class CompleteReply(NamedTuple):
    """The completions in the kernel's order, each once; as columns, for there may be tens of thousands.

    Each of the ``texts`` is to replace code[start:end] of its span. Types and signatures are '' where not
    known, and none at all where the kernel says nothing of them.
    """

    texts: Sequence[str] = ()
    spans: Sequence[tuple[int, int]] = ()
    types: Sequence[str] = ()
    signatures: Sequence[str] = ()


class InspectReply(NamedTuple):
    """What is known about the thing at the cursor, as a MIME bundle."""

    found: bool
    data: Mapping[str, Any]
    metadata: Mapping[str, Any]


class HistoryRow(NamedTuple):
    """One earlier input; session and line are 0 where the kernel numbers nothing."""

    session: int
    line: int
    source: str
    output: str | None = None


class HistoryReply(NamedTuple):
    """Earlier inputs, oldest first."""

    rows: tuple[HistoryRow, ...]


def reply_status(msg: Message) -> ReplyStatus:
    """Give a reply's status in the specification's words.

    A reply without one is ok (lua's history), ``abort`` is aborted (bash_kernel, IRkernel,
    tslab), and a word that nobody knows is not taken for success.
    """
    status = as_mapping(msg["content"]).get("status")
    if not isinstance(status, str) or status == "ok":
        return "ok"
    return "aborted" if status.startswith("abort") else "error"


def parse_execute_reply(msg: Message) -> ExecuteReply:
    """Read an execute_reply. tslab's may be no more than a status."""
    msg = from_v4(msg)
    content, status = as_mapping(msg["content"]), reply_status(msg)
    return ExecuteReply(
        status,
        as_count(content.get("execution_count")),
        tuple(item for item in as_rows(content.get("payload")) if isinstance(item, dict)),
        as_mapping(content.get("user_expressions")),
        parse_error(msg) if status == "error" else None,
    )


def parse_kernel_info(msg: Message) -> KernelInfo:
    """Read a kernel_info_reply."""
    content = as_mapping(from_v4(msg)["content"])
    features = set(as_texts(content.get("supported_features")))
    if content.get("debugger") is True:  # ipykernel 6 and xeus, before supported_features
        features.add("debugger")
    language = as_mapping(content.get("language_info"))
    return KernelInfo(
        as_text(content.get("protocol_version")),
        as_text(content.get("implementation")),
        as_text(content.get("implementation_version")),
        as_text(content.get("banner")),
        _language_info(language),
        frozenset(features),
        # xeus kernels put the links into language_info
        _help_links(content.get("help_links")) or _help_links(language.get("help_links")),
    )


def _language_info(fields: Mapping[str, Any]) -> LanguageInfo:
    mode = fields.get("codemirror_mode")
    return LanguageInfo(
        as_text(fields.get("name")),
        as_text(fields.get("version")),
        as_text(fields.get("mimetype")),
        as_text(fields.get("file_extension")),
        as_text(fields.get("pygments_lexer")),
        as_text(as_mapping(mode).get("name") or mode),
    )


def _help_links(value: object) -> tuple[tuple[str, str], ...]:
    links = [
        (as_text(link.get("text")), as_text(link.get("url")))
        for link in map(as_mapping, as_rows(value))
    ]
    return tuple((text or url, url) for text, url in links if url)


def parse_is_complete(msg: Message) -> IsCompleteReply:
    """Read an is_complete_reply; lua and kotlin leave out the indent, sos sends 0."""
    content = as_mapping(msg["content"])
    status, indent = as_text(content.get("status")), content.get("indent")
    return IsCompleteReply(
        _COMPLETENESS.get(status, "unknown"), indent if isinstance(indent, str) else ""
    )


def parse_complete(msg: Message, code: str, cursor_pos: int) -> CompleteReply:
    """Read a complete_reply.

    :param code: the code that was sent.
    :param cursor_pos: the cursor that was sent, in code points.
    """
    content = as_mapping(from_v4(msg)["content"])
    span = _span(content.get("cursor_start"), content.get("cursor_end"), cursor_pos, len(code))
    texts = [text for text in as_rows(content.get("matches")) if isinstance(text, str) and text]
    if span is None or not texts:
        return CompleteReply()
    metadata = as_mapping(content.get("metadata"))
    details = list(map(as_mapping, as_rows(metadata.get(_COMPLETION_TYPES))))
    found = _match_details(texts, details)  # kotlin offers the same match twice
    if not details:
        return CompleteReply(list(found), [span] * len(found))
    return CompleteReply(
        list(found),
        [_detail_span(text, detail, len(code)) or span for text, detail in found.items()],
        [_detail_type(detail) for detail in found.values()],
        [as_text(detail.get("signature")) for detail in found.values()],
    )


def _span(start: object, end: object, cursor_pos: int, length: int) -> tuple[int, int] | None:
    """Give what the matches replace; None if it makes no sense.

    A missing end is the cursor, a missing start is the end, and negative ones count back from the
    cursor (which is how protocol 4 is expressed in 5).
    """
    last = as_count(end)
    last = cursor_pos if last is None else last if last >= 0 else cursor_pos + last
    first = as_count(start)
    first = last if first is None else first if first >= 0 else cursor_pos + first
    return _clamp(first, last, length)


def _clamp(start: int, end: int, length: int) -> tuple[int, int] | None:
    if start > end:
        return None
    return max(0, min(start, length)), max(0, min(end, length))


def _match_details(
    texts: list[str], details: list[Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Give each match, once, its details: those with the same text, else those at the same index.

    Details at the same index that belong to another match by their text are not taken.
    """
    found: dict[str, Mapping[str, Any]] = dict.fromkeys(texts, _NO_DETAILS)
    named = [(as_text(detail.get("text")), detail) for detail in details]
    for text, (name, detail) in reversed([*zip(texts, named, strict=False)]):
        if name not in found:
            found[text] = detail
    for name, detail in reversed(named):  # of several, the first
        if name in found:
            found[name] = detail
    return found


def _detail_span(text: str, detail: Mapping[str, Any], length: int) -> tuple[int, int] | None:
    """Give a match's own positions, if they are for this text and make sense."""
    start, end = as_count(detail.get("start")), as_count(detail.get("end"))
    if start is None or end is None or start < 0 or detail.get("text") != text:
        return None
    return _clamp(start, end, length)


def _detail_type(detail: Mapping[str, Any]) -> str:
    kind = as_text(detail.get("type"))
    return "" if kind == _UNKNOWN_TYPE else kind


def parse_inspect(msg: Message) -> InspectReply:
    """Read an inspect_reply; one that failed, or found nothing to show, has found nothing."""
    msg = from_v4(msg)
    content = as_mapping(msg["content"])
    data = as_mapping(content.get("data"))
    found = reply_status(msg) == "ok" and bool(content.get("found", True)) and bool(data)
    return InspectReply(found, data if found else {}, as_mapping(content.get("metadata")))


def parse_history(msg: Message) -> HistoryReply:
    """Read a history_reply; rows that are no rows are left out."""
    rows = map(_history_row, as_rows(as_mapping(msg["content"]).get("history")))
    return HistoryReply(tuple(row for row in rows if row is not None))


def session_tail(msg: Message, count: int) -> list[HistoryRow]:
    """Return the last rows of a reply to :func:`kconsole.protocol.requests.session_tail_request`."""
    rows = parse_history(msg).rows
    numbered = {row.line: row for row in rows if row.line > 0}  # ipykernel wraps around
    return [numbered[line] for line in sorted(numbered)][-count:]


def _history_row(value: object) -> HistoryRow | None:
    """Read ``[session, line, source]`` or ``[session, line, [source, output]]``."""
    row = as_rows(value)
    if len(row) < 3:
        return None
    source, output = row[2], None
    if isinstance(source, list | tuple):
        source, output = (*source, None, None)[:2]
    if not isinstance(source, str):
        return None
    return HistoryRow(
        as_count(row[0]) or 0,
        as_count(row[1]) or 0,
        source,
        output if isinstance(output, str) else None,
    )
