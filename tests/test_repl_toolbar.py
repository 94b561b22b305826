"""The line at the bottom: which facts it tells, and which it leaves out where there is no room."""

import pytest

from kconsole.client.health import Health
from kconsole.connect.info import ConnectionInfo
from kconsole.connect.ssh.status import LinkState, LinkStatus
from kconsole.repl.screen.toolbar import Facts, elapsed, toolbar

NOW = 1000.0
IDLE = Facts(
    kernel="ipykernel",
    language="python 3.11",
    info=ConnectionInfo(ip="127.0.0.1"),
    health=Health("ok", round_trip=0.0012, last_echo=999.0),
    busy_since=None,
    cell=None,
    queued=0,
    working=False,
    asking=False,
    notice="",
)


def shown(facts: Facts, columns: int = 80) -> str:
    return "".join(text for _, text in toolbar(facts, NOW, columns))


def style_of(facts: Facts, text: str) -> str:
    return next(style for style, part in toolbar(facts, NOW, 80) if part.startswith(text))


def test_an_idle_kernel() -> None:
    assert shown(IDLE) == " ipykernel · python 3.11 · tcp local · idle · hb 1.2 ms"
    assert style_of(IDLE, "idle") == "class:toolbar.idle"


def test_a_running_cell_is_timed_and_numbered() -> None:
    facts = IDLE._replace(busy_since=NOW - 75, cell=3, working=True)
    assert "· busy 01:15 In[3] ·" in shown(facts)
    assert style_of(facts, "busy") == "class:toolbar.busy"


def test_a_running_cell_without_a_number_is_timed() -> None:
    assert "· busy 00:05 ·" in shown(IDLE._replace(busy_since=NOW - 5))


def test_a_kernel_busy_for_others_is_busy_without_a_clock() -> None:
    assert "· busy for others ·" in shown(IDLE._replace(working=True))


def test_a_cell_that_asks_is_not_called_busy() -> None:
    facts = IDLE._replace(busy_since=NOW - 5, working=True, asking=True)
    assert "· waiting for input ·" in shown(facts)
    assert "busy" not in shown(facts)


def test_before_the_question_has_the_keyboard_it_says_what_to_do() -> None:
    facts = IDLE._replace(busy_since=NOW - 5, working=True, asking=True, answerable=False)
    assert "· waiting for input, once you pause ·" in shown(facts)


def test_a_cell_that_waits_for_anothers_is_not_called_busy() -> None:
    facts = IDLE._replace(busy_since=NOW - 5, working=True, waits_for="ada@3f2c's In[7]")
    assert "· waiting 00:05 for ada@3f2c's In[7] ·" in shown(facts)
    assert "busy" not in shown(facts)
    assert "· interrupting 00:05 for ada@" in shown(facts._replace(interrupted=True))


def test_a_cell_that_was_given_up_is_called_that() -> None:
    facts = IDLE._replace(busy_since=NOW - 5, cell=3, working=True, given_up=True)
    assert "· busy 00:05 In[3], given up ·" in shown(facts)


def test_cells_that_wait_are_counted() -> None:
    assert "+2 queued" in shown(IDLE._replace(busy_since=NOW, queued=2))


def test_a_late_heartbeat_says_how_late() -> None:
    facts = IDLE._replace(health=Health("late", "no heartbeat", 0.001, NOW - 7))
    assert "late 7 s" in shown(facts)
    assert style_of(facts, "late") == "class:toolbar.warning"


def test_a_heartbeat_that_never_came_is_late_without_a_time() -> None:
    assert shown(IDLE._replace(health=Health("late", "no heartbeat"))).endswith("· late")


def test_a_dead_kernel_is_dead_even_while_a_cell_is_timed() -> None:
    facts = IDLE._replace(health=Health("gone", "killed by SIGKILL"), busy_since=NOW)
    assert "· dead · killed by SIGKILL" in shown(facts)
    assert style_of(facts, "dead") == "class:toolbar.error"


def test_a_lost_link_gives_its_reason() -> None:
    assert "connection lost" in shown(IDLE._replace(health=Health("down", "connection lost")))


def test_a_slow_heartbeat_has_no_tenths() -> None:
    assert "hb 301 ms" in shown(IDLE._replace(health=Health("ok", "", 0.3012, NOW)))


@pytest.mark.parametrize(
    ("info", "where"),
    [
        (ConnectionInfo(transport="ipc", ip="/tmp/k-ipc"), "ipc"),
        (ConnectionInfo(ip="0.0.0.0"), "tcp local"),
        (ConnectionInfo(ip="::1"), "tcp local"),
        (ConnectionInfo(ip="10.0.0.7"), "tcp 10.0.0.7"),
        (ConnectionInfo(ip="10.0.0.7", curve_publickey=b"k" * 40), "curve 10.0.0.7"),
    ],
)
def test_where_the_kernel_is_and_who_could_listen(info: ConnectionInfo, where: str) -> None:
    assert f" · {where} · " in shown(IDLE._replace(info=info))


@pytest.mark.parametrize("columns", range(20, 90))
def test_it_fits_wherever_the_two_essentials_do(columns: int) -> None:
    facts = IDLE._replace(busy_since=NOW - 5, queued=1, notice="completing")
    text = shown(facts, columns)
    assert "ipykernel" in text
    assert "busy 00:05" in text
    assert len(text) <= max(columns, len(" ipykernel · busy 00:05"))


def test_the_language_is_left_out_before_the_notice() -> None:
    facts = IDLE._replace(notice="completing")
    assert shown(facts, 60) == " ipykernel · tcp local · idle · hb 1.2 ms · completing"
    assert shown(facts, 35) == " ipykernel · idle · completing"


def test_usage_and_other_clients_are_told_where_there_is_room() -> None:
    facts = IDLE._replace(usage="1.2 GB 80 %", clients=2)
    assert shown(facts, 100).endswith(" · hb 1.2 ms · 1.2 GB 80 % · 2 others active")
    assert shown(facts, 50) == " ipykernel · idle · hb 1.2 ms · 1.2 GB 80 %"
    assert shown(IDLE._replace(clients=1)).endswith(" · 1 other active")


def test_names_cannot_bring_control_sequences_along() -> None:
    facts = IDLE._replace(kernel="\x1b]0;x\x07evil\nname", language="py\x1b[31mthon")
    assert "\x1b" not in shown(facts)
    assert "\n" not in shown(facts)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "00:00"), (59.9, "00:59"), (61, "01:01"), (3599, "59:59"), (3661, "1:01:01")],
)
def test_elapsed_time(seconds: float, text: str) -> None:
    assert elapsed(seconds) == text


@pytest.mark.parametrize("columns", range(24, 90))
def test_wide_characters_take_two_columns(columns: int) -> None:
    facts = IDLE._replace(kernel="日本語", language="汉语编程 1.0", notice="completing")
    text = shown(facts, columns)
    assert "idle" in text
    assert sum(2 if character > "\u2e80" else 1 for character in text) <= columns


def test_a_restart_of_ours_is_said_in_place_of_what_the_kernel_does() -> None:
    facts = IDLE._replace(health=Health("starting", "restarting"), working=True)
    assert "· restarting" in shown(facts)
    assert "busy" not in shown(facts)


def test_of_a_dead_kernel_nothing_is_told_that_was_true_while_it_lived() -> None:
    dead = Health("gone", "killed by SIGKILL", 0.0012, 999.0)
    facts = IDLE._replace(health=dead, usage="1.2 GB 80 %", clients=2)
    assert shown(facts, 100).endswith(" · tcp local · dead · killed by SIGKILL")


# --- a kernel of another computer

FAR = IDLE._replace(host="gpu01", link=LinkStatus("up", since=900.0, round_trip=0.003))


def test_a_link_that_is_well_is_only_named() -> None:
    assert shown(FAR) == " ipykernel · python 3.11 · ssh gpu01 · idle · hb 1.2 ms"


@pytest.mark.parametrize(
    ("state", "text", "style"),
    [
        ("slow", "slow, no answer for 7 s", "warning"),
        ("connecting", "link down, connecting", "warning"),
        ("down", "link down, retry in 3 s", "error"),
        ("login", r"login needed: \reconnect", "error"),
        ("failed", "link failed: no route to host", "error"),
        ("closed", "link closed", "error"),
    ],
)
def test_a_link_that_is_not_well_is_told(state: LinkState, text: str, style: str) -> None:
    link = LinkStatus(state, "no route to host", NOW - 4, retry_at=NOW + 3.2, silent_since=NOW - 7)
    down = Health("down", "link down: no route to host", 0.0012, NOW - 9)
    facts = FAR._replace(link=link, health=down, usage="1 GB 80 %", clients=2)
    assert f" · {text}" in shown(facts)
    assert style_of(facts, text) == f"class:toolbar.{style}"
    assert "hb" not in shown(facts)
    if state != "slow":
        assert "idle" not in shown(facts)
        assert "GB" not in shown(facts)


def test_a_cell_is_timed_while_the_link_is_down() -> None:
    link = LinkStatus("down", "reset", NOW - 4, retry_at=NOW + 1)
    facts = FAR._replace(link=link, busy_since=NOW - 75, cell=3, queued=2, working=True)
    assert shown(facts).endswith("· busy 01:15 In[3] · +2 queued · link down, retry in 1 s")
    narrow = shown(facts, 50)
    assert narrow == " ipykernel · busy 01:15 In[3] · link down, retry in 1 s"


def test_a_late_heartbeat_over_a_link_that_answers_is_the_kernels() -> None:
    facts = FAR._replace(health=Health("late", "no heartbeat", 0.001, NOW - 7))
    assert shown(facts).endswith("· idle · late 7 s, link 3.0 ms")


def test_a_kernel_that_is_not_reached_yet_over_a_link_is_not_called_idle() -> None:
    facts = FAR._replace(obstacle="the kernel has not answered yet")
    assert shown(facts) == " ipykernel · python 3.11 · ssh gpu01 · connecting to the kernel"


def test_a_long_reason_is_cut() -> None:
    link = LinkStatus("failed", "x" * 200)
    assert len(shown(FAR._replace(link=link), 60)) <= 60
