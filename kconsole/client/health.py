"""Whether the kernel lives, as far as anybody can tell: from the links, the heartbeat, the process.

Late is not dead. A kernel counts as gone only on proof: its process has ended, or nothing listens at
its address any more (a refused connection, not silence), and nobody has announced a restart.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from kconsole.client.transport import Link
from kconsole.protocol.liveness import Heartbeat
from kconsole.protocol.message import Channel

__all__ = ["LOOK_S", "Health", "HealthState", "half_dead", "judge"]

LOOK_S = 1.0
"""How often whoever waits has a look at the kernel's health, in seconds: a process that ends behind a
link that holds wakes nobody by itself."""

HealthState = Literal["starting", "ok", "late", "down", "refused", "denied", "gone"]


class Health(NamedTuple):
    """One look at a kernel's state of health.

    Attributes:
        state: ``starting`` nothing known yet; ``ok``; ``late`` the heartbeat has no echo; ``down`` the
            connection is lost and being tried again, with "restarting" as the detail where that was to
            be expected; ``refused`` nothing listens there, and never has since we look; ``denied`` the
            security handshake failed; ``gone`` dead, proven.
        detail: why, in a few words, where there is more to say.
        round_trip: seconds from ping to echo; None before the first.
        last_echo: when the last echo came, by :func:`time.monotonic`; None before the first.
    """

    state: HealthState
    detail: str = ""
    round_trip: float | None = None
    last_echo: float | None = None


def judge(
    links: Mapping[Channel, Link],
    ever_up: bool,
    heartbeat: Heartbeat,
    death: str | None,
    *,
    restarting: bool = False,
) -> Health:
    """Form one judgement out of all that is known.

    :param links: the state of each open channel's connection.
    :param ever_up: whether any of them has ever been up.
    :param heartbeat: the heartbeat's state.
    :param death: how the kernel's process ended, if it is ours and has ended.
    :param restarting: whether somebody has the kernel restarted. Between two kernels nobody listens.
    """
    state, detail = _state(links, ever_up, heartbeat, death, restarting)
    return Health(state, detail, heartbeat.rtt, heartbeat.last_pong)


def half_dead(links: Mapping[Channel, Link]) -> str:
    """Name the channel behind which nobody listens any more, while others work; "" if there is none.

    No proof of death, but nothing will come there until the kernel opens it again, which none does.
    """
    if all(link.state != "up" for link in links.values()):
        return ""
    refused = (name for name, link in links.items() if link.state == "refused")
    return next((f"{name}: connection refused" for name in refused), "")


def _state(
    links: Mapping[Channel, Link],
    ever_up: bool,
    heartbeat: Heartbeat,
    death: str | None,
    restarting: bool,
) -> tuple[HealthState, str]:
    if death is not None:
        return "gone", death
    by_state = {link.state: (channel, link.detail) for channel, link in links.items()}
    if "denied" in by_state:
        return "denied", by_state["denied"][1]
    if restarting and ever_up and ("refused" in by_state or "down" in by_state):
        return "down", "restarting"
    if "refused" in by_state:
        if one := half_dead(links):
            return "down", one
        return ("gone", "connection refused") if ever_up else ("refused", "connection refused")
    if "down" in by_state:
        return "down", "connection lost"
    if heartbeat.state == "late":
        return "late", "no heartbeat"
    return ("ok", "") if "up" in by_state else ("starting", "")
