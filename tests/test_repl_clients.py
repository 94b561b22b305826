"""The register of the kernel's other clients, and how it is shown."""

from kconsole.render.table import table
from kconsole.repl.kernel.clients import ACTIVE_S, Clients


def sessions(clients: Clients) -> list[str]:
    return [one.session for one in clients.all]


def test_the_latest_comes_first_and_each_session_once() -> None:
    clients = Clients()
    for session, now in (("a", 1.0), ("b", 2.0), ("a", 3.0)):
        clients.see(session, "user", now)
    assert sessions(clients) == ["a", "b"]


def test_only_those_of_the_last_ten_minutes_are_recent() -> None:
    clients = Clients()
    clients.see("old", "user", 0.0)
    clients.see("new", "user", 100.0)
    assert [one.session for one in clients.recent(650.0)] == ["new"]
    assert len(clients.all) == 2


def test_a_client_is_active_for_a_minute_and_then_the_toolbar_has_to_say_so() -> None:
    clients = Clients()
    assert clients.fades(0.0) is None
    clients.see("a", "user", 0.0)
    clients.see("b", "user", 30.0)
    assert len(clients.recent(59.9, ACTIVE_S)) == 2
    assert clients.fades(40.0) == 20.0
    assert len(clients.recent(60.0, ACTIVE_S)) == 1
    assert clients.fades(60.0) == 30.0
    assert clients.recent(90.0, ACTIVE_S) == []
    assert clients.fades(90.0) is None


def test_who_only_asks_what_kernel_it_is_passes_by() -> None:
    clients = Clients()
    clients.see("lists", "user", 0.0, "kernel_info_request")
    clients.see("odd", "user", 0.0, [])
    clients.see("stays", "user", 0.0, "kernel_info_request")
    clients.see("stays", "user", 1.0, "execute_request")
    clients.see("stays", "user", 50.0, "kernel_info_request")
    assert sessions(clients) == ["stays", "odd"]
    assert [one.session for one in clients.recent(61.0, ACTIVE_S)] == ["stays"]


def test_what_the_kernel_does_for_them_has_a_name_until_it_ends() -> None:
    clients = Clients()
    clients.name_cell("id", "ada@3f2c")
    clients.name_cell("id", "ada@3f2c's In[7]")
    assert clients.cell("id") == "ada@3f2c's In[7]"
    clients.end_cell("id")
    assert clients.cell("id") == ""
    for number in range(1000):
        clients.name_cell(str(number), "x")
    assert clients.cell("0") == ""
    assert clients.cell("999") == "x"


def test_of_ever_new_sessions_the_latest_are_remembered() -> None:
    clients = Clients()
    for number in range(1000):
        clients.see(str(number), "user", float(number))
    assert len(clients.all) == 100
    assert sessions(clients)[0] == "999"


def test_the_table_says_who_and_when_and_nothing_that_acts_on_a_terminal() -> None:
    clients = Clients()
    clients.see("0123456789", "ada\x1b[31m\n", 0.0)
    clients.see("\x1b]0;x\x07", "", 3590.0)
    clients.see("c", "bob", 3670.0)
    rows = clients.table(3675.0)
    assert rows[0] == ("c", "bob", "5 s ago")
    assert rows[1][1:] == ("-", "1 min ago")
    assert rows[2][0] == "01234567"
    assert rows[2][2] == "1 h 01 min ago"
    assert all(text.isprintable() for row in rows for text in row)


def test_a_table_has_aligned_columns() -> None:
    lines = table(("name", "value"), [("x", "1"), ("longer", "漢字")], 80)
    assert lines == ["name    value", "x       1", "longer  漢字"]


def test_a_table_fits_the_screen() -> None:
    rows = [("a_name", "a type that is long", "v" * 500)]
    for columns in (200, 80, 40, 20, 5, 1):
        lines = table(("name", "type", "value"), rows, columns)
        assert all(len(line) <= columns for line in lines)
    assert table(("name", "type", "value"), rows, 40)[1].startswith("a_name  a type")
