"""What has been seen of a kernel, and what follows from it. Pure.

The rule: nothing is called dead or not ours without proof. Silence proves nothing: a kernel in the
middle of a long computation may answer nothing at all.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kconsole.connect.knock import KnockAnswer
from kconsole.protocol.message import Channel
from kconsole.protocol.replies import KernelInfo

__all__ = ["STATES", "YOUNG_S", "Evidence", "State", "Verdict", "judge"]

State = Literal["idle", "busy", "late", "starting", "not-ours", "no-link", "bad", "dead"]
"""``idle``: answers on shell. ``busy``: lives, and does not. ``late``: something stands there and says
nothing, as a process that is stopped. ``starting``: nothing listens yet, its file being new. ``dead``:
nothing listens. ``not-ours``: another program or kernel is at its address. ``no-link``: it cannot be
reached from here, whether it lives or not. ``bad``: the file is no use."""

STATES: tuple[State, ...] = (
    "idle", "busy", "late", "starting", "not-ours", "no-link", "bad", "dead",
)  # fmt: skip
"""All of them, the most alive first."""

YOUNG_S = 10.0
"""How old a file may be whose kernel's ports are not there yet: it is written before them."""


@dataclass
class Evidence:
    """What has been seen of one kernel up to now."""

    #: What came of knocking, for each channel that has an address.
    knocks: dict[Channel, KnockAnswer] = field(default_factory=dict)
    #: Which channels have replied, rightly signed.
    replied: set[Channel] = field(default_factory=set)
    echoed: bool = False
    #: Seconds from a ping to its echo, once the connection stood; None = not known.
    round_trip_s: float | None = None
    #: A message with a right signature has come, on whatever channel.
    verified: bool = False
    #: One that another key has signed has come.
    forged: bool = False
    #: Why the security handshake failed, "" if it did not.
    denied: str = ""
    info: KernelInfo | None = None
    #: Seconds since the file was written.
    file_age_s: float = 0.0
    #: Whether the address is one of this machine.
    local: bool = True
    #: Whether it is the local end of a tunnel, behind which the kernel may live on.
    tunnel: bool = False
    #: Whether the file and its kernel are on another machine, and these addresses lead there.
    remote: bool = False
    #: The kind of file system that the file is on, if other machines have it too: "nfs4".
    shared: str = ""
    #: Whether the process that listens has been stopped.
    stopped: bool = False
    #: The connection file that the process that listens was started with, if it is another one.
    other_file: str = ""


class Verdict(NamedTuple):
    """A state, and what there is to say about it (``""``: nothing)."""

    state: State
    reason: str = ""


def judge(evidence: Evidence) -> Verdict:
    """Say how a kernel is, once nothing more will be seen of it."""
    if evidence.denied:
        return Verdict("not-ours", evidence.denied)
    if "shell" in evidence.replied:
        return Verdict("idle")
    if evidence.forged and not evidence.verified:
        return Verdict("not-ours", "what is there signs with another key")
    if evidence.verified:
        return Verdict("busy")
    if evidence.other_file:
        return Verdict("not-ours", f"its address is that of {evidence.other_file} now")
    answers = set(evidence.knocks.values())
    if "greets" in answers:
        return _judge_greeting(evidence, answers)
    return _judge_no_greeting(evidence, answers)


def _judge_greeting(evidence: Evidence, answers: set[KnockAnswer]) -> Verdict:
    if evidence.echoed:
        return Verdict("busy", "only its heartbeat answers")
    if "refused" in answers or "foreign" in answers:
        return Verdict("not-ours", "something else has one of its addresses")
    return Verdict("late", _stopped(evidence) or "it is there, and answers nothing")


def _judge_no_greeting(evidence: Evidence, answers: set[KnockAnswer]) -> Verdict:
    if "unreachable" in answers or ("silent" in answers and not evidence.local):
        return Verdict("no-link", "its address cannot be reached")
    young = evidence.file_age_s < YOUNG_S
    if "foreign" in answers:
        return Verdict("not-ours", "another program is at its address")
    if "silent" in answers:
        if "refused" in answers and not young:
            return Verdict("not-ours", "something else has one of its addresses")
        return Verdict("late", _stopped(evidence) or "it takes connections, and says nothing")
    if evidence.tunnel:
        return Verdict("no-link", "its tunnel has gone")
    if not evidence.local:
        return Verdict("no-link", "its address refuses")
    if young:
        return Verdict("starting")
    if evidence.shared:
        reason = f"nothing listens here; other machines have its file too ({evidence.shared})"
        return Verdict("no-link", reason)
    return Verdict("dead")


def _stopped(evidence: Evidence) -> str:
    return "its process is stopped" if evidence.stopped else ""
