"""What follows from what was seen of a kernel: nothing is called dead or not ours without proof."""

from dataclasses import replace

import pytest

from kconsole.connect.verdict import STATES, YOUNG_S, Evidence, Verdict, judge
from kconsole.protocol.message import CHANNELS

OLD = YOUNG_S + 1
GREETS = dict.fromkeys(CHANNELS, "greets")
REFUSED = dict.fromkeys(CHANNELS, "refused")
SILENT = dict.fromkeys(CHANNELS, "silent")


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        ({"knocks": GREETS, "replied": {"shell"}, "verified": True}, "idle"),
        ({"knocks": GREETS, "replied": {"shell", "control"}, "verified": True}, "idle"),
        ({"knocks": GREETS, "replied": {"control"}, "verified": True}, "busy"),
        # A welcome on iopub: the key is right, and neither shell nor control answers.
        ({"knocks": GREETS, "verified": True}, "busy"),
        ({"knocks": GREETS, "echoed": True}, "busy"),
        # A busy kernel that somebody forges messages of is still busy.
        ({"knocks": GREETS, "verified": True, "forged": True}, "busy"),
        ({"knocks": GREETS, "forged": True, "echoed": True}, "not-ours"),
        ({"knocks": GREETS, "other_file": "kernel-2.json", "echoed": True}, "not-ours"),
        ({"knocks": GREETS, "denied": "no key"}, "not-ours"),
        ({"knocks": GREETS}, "late"),
        ({"knocks": GREETS | {"shell": "refused"}}, "not-ours"),
        ({"knocks": SILENT}, "late"),
        ({"knocks": SILENT | {"shell": "refused"}}, "not-ours"),
        ({"knocks": SILENT | {"shell": "refused"}, "file_age_s": 1}, "late"),
        ({"knocks": SILENT, "local": False}, "no-link"),
        ({"knocks": REFUSED | {"hb": "foreign"}}, "not-ours"),
        ({"knocks": REFUSED | {"hb": "unreachable"}}, "no-link"),
        ({"knocks": REFUSED}, "dead"),
        ({"knocks": REFUSED, "file_age_s": 1}, "starting"),
        ({"knocks": REFUSED, "tunnel": True}, "no-link"),
        ({"knocks": REFUSED, "local": False}, "no-link"),
        ({"knocks": REFUSED, "shared": "nfs4"}, "no-link"),
        ({"knocks": REFUSED, "shared": "nfs4", "file_age_s": 1}, "starting"),
    ],
)
def test_a_state_follows_from_what_was_seen(seen, state):
    assert judge(replace(Evidence(file_age_s=OLD), **seen)).state == state


def test_a_stopped_process_is_told_of():
    verdict = judge(Evidence(knocks=dict(SILENT), stopped=True, file_age_s=OLD))
    assert verdict == Verdict("late", "its process is stopped")


def test_each_state_has_its_place():
    assert len(set(STATES)) == len(STATES)
    assert STATES[0] == "idle"
    assert STATES[-1] == "dead"
