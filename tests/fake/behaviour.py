"""What one scripted kernel does differently from the others."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

__all__ = ["Behaviour"]


@dataclass(slots=True)
class Behaviour:
    """Every deviation that a test can ask for; the defaults are close to ipykernel 7.

    All values are JSON, so that a kernelspec's argv can carry them; times are in seconds.
    """

    # --- what it says about itself
    implementation: str = "fake"
    implementation_version: str = "1.0"
    protocol_version: str = "5.4"
    banner: str = "Fake kernel 1.0"
    language_info: dict[str, Any] = field(
        default_factory=lambda: {
            "name": "python",
            "version": "3.11.0",
            "mimetype": "text/x-python",
            "file_extension": ".py",
            "pygments_lexer": "python",
            "codemirror_mode": {"name": "python", "version": 3},
        }
    )
    help_links: list[dict[str, str]] = field(default_factory=list)
    supported_features: list[str] = field(default_factory=list)
    #: JEP 91: create, list and delete subshells, and say so in supported_features.
    subshells: bool = False
    #: What usage_request is answered with, on control; nothing: not at all, as most kernels do.
    usage: dict[str, Any] = field(default_factory=dict)

    # --- how it is reached
    transport: Literal["tcp", "ipc"] = "tcp"
    ip: str = "127.0.0.1"  # for ipc: a path prefix, required
    key: str = "a-key-for-tests-only"
    signature_scheme: str = "hmac-sha256"
    curve: bool = False
    #: JEP 66: choose the ports and register, if the connection file says where, as xeus does.
    registers: bool = False
    #: False: no control channel at all, as kernels before protocol 5.0.
    control: bool = True
    #: False: a client that connects anew under its old routing id is ignored as long as the old connection
    #: stands, for all the kernel knows; zmq's default.
    handover: bool = True
    #: SNDHWM of iopub; 0 never drops. Real kernels have zmq's 1000.
    iopub_sndhwm: int = 0

    # --- the form of its messages
    #: Topic frames before the delimiter: 1 as most, 0 as deno and lua, or more.
    topic_frames: int = 1
    #: An empty parent_header is sent as null, as xeus kernels do.
    parent_null: bool = False
    #: JEP 65: "first" = XPUB without XPUB_VERBOSE (ipykernel 7), "always" = verbose (xeus).
    welcome: Literal["none", "first", "always"] = "first"

    # --- liveness
    #: "thread" answers always, "shell" only between cells (R), "off" never, "junk" with more than was sent.
    heartbeat: Literal["thread", "shell", "off", "junk"] = "thread"
    #: The kernel starts in the middle of another client's cell that takes this long.
    busy: float = 0.0
    #: "ignored" replies ok and goes on (xpython, deno), "silent" does not even reply.
    interrupt: Literal["works", "ignored", "silent"] = "works"
    #: What SIGINT does to the process: xpython, deno and kotlin die of it.
    sigint: Literal["interrupt", "die", "ignore"] = "interrupt"
    sigterm: Literal["die", "ignore"] = "die"
    #: "silent" ends without a reply, "twice" broadcasts two, "shutdown" uses xpython's message
    #: type, "stays" replies and goes on living, "ignored" does nothing whatever.
    shutdown: Literal["reply", "silent", "twice", "shutdown", "stays", "ignored"] = "reply"
    #: Seconds between the shutdown reply and the end.
    shutdown_delay: float = 0.0

    # --- its answers
    #: msg_type -> seconds before the reply.
    delays: dict[str, float] = field(default_factory=dict)
    #: msg_type -> content that is sent instead of the kernel's own reply.
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: user_expressions that are beyond the kernel's small Python -> the data that they are worth.
    expressions: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Requests that get busy and idle but no reply, as if their handler had raised.
    no_reply: list[str] = field(default_factory=list)
    #: Requests that nothing at all comes back for. "control:kernel_info_request" is the form
    #: for one channel only (R and kotlin do not answer that on control).
    deaf: list[str] = field(default_factory=list)
    #: Rows of history that the kernel has from earlier sessions.
    history_rows: int = 0
    #: Names offered as completions beside those of the cells.
    names: list[str] = field(default_factory=list)
    #: iopub message types that are never sent (tslab sends no execute_input).
    omit: list[str] = field(default_factory=list)
    #: What carries a cell's value: R sends display_data, octave writes it to stdout.
    results: Literal["execute_result", "display_data", "stream"] = "execute_result"
    #: Input is asked for also where the client has said that it cannot be.
    asks_anyway: bool = False
    #: A silent cell is broadcast and counted like any other (lua, kotlin).
    ignores_silent: bool = False
    #: The status of cells that were queued behind a failed one; "" runs them (deno, lua).
    abort_status: str = "aborted"
    #: How a cell ends unless it says otherwise: see the %fake command "order".
    order: list[Any] = field(default_factory=lambda: ["reply", "idle"])

    # --- as a process
    #: Seconds before the sockets are bound.
    start_delay: float = 0.0
    #: Written to the process's own stdout and stderr at start, this many bytes each.
    noise: int = 0
    #: Written to stderr before the process ends at once with exit_at_start.
    stderr: str = ""
    exit_at_start: int | None = None
    #: A file to which every request is appended as one line of JSON.
    record: str = ""

    def __post_init__(self) -> None:
        if self.subshells and "kernel subshells" not in self.supported_features:
            self.supported_features = [*self.supported_features, "kernel subshells"]

    def change(self, name: str, value: Any) -> None:
        """Give one deviation another value while the kernel runs."""
        if name not in {one.name for one in fields(self)}:
            raise ValueError(f"the fake kernel has no behaviour {name!r}")
        setattr(self, name, value)

    def is_deaf_to(self, channel: str, msg_type: str) -> bool:
        """Whether a request on that channel is thrown away unseen."""
        return msg_type in self.deaf or f"{channel}:{msg_type}" in self.deaf
