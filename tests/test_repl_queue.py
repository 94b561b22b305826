"""The cells of the console: one runs, the others wait."""

from kconsole.repl.queue import CellQueue


def test_an_empty_queue_has_nothing_next() -> None:
    cells = CellQueue()
    assert cells.next() is None
    assert len(cells) == 0


def test_cells_come_out_in_the_order_they_went_in() -> None:
    cells = CellQueue()
    cells.add("a")
    cells.add("b")
    assert (cells.next(), cells.next(), cells.next()) == ("a", "b", None)


def test_nothing_is_next_while_a_cell_runs() -> None:
    cells = CellQueue()
    cells.start("id")
    cells.add("b")
    assert cells.next() is None
    assert len(cells) == 1
    cells.end()
    assert cells.next() == "b"


def test_a_cell_that_was_started_is_the_running_one() -> None:
    cells = CellQueue()
    running = cells.start("id")
    assert cells.running is running
    assert (running.cell.msg_id, running.interrupted_at) == ("id", None)


def test_an_abandoned_cell_is_remembered_so_that_its_rest_is_not_shown() -> None:
    cells = CellQueue()
    cells.start("id")
    cells.abandon()
    assert cells.running is None
    assert "id" in cells.abandoned


def test_abandoning_without_a_running_cell_changes_nothing() -> None:
    cells = CellQueue()
    cells.abandon()
    assert not cells.abandoned


def test_dropping_tells_what_was_dropped() -> None:
    cells = CellQueue()
    cells.start("id")
    cells.add("b")
    cells.add("c")
    assert cells.drop() == ["b", "c"]
    assert len(cells) == 0
    assert cells.running is not None


def test_an_abandoned_cell_keeps_its_number_and_its_time() -> None:
    cells = CellQueue()
    started = cells.start("id", "f()").cell.started
    cells.abandon(7)
    assert cells.abandoned["id"] == (7, started, "f()")


def test_what_waits_can_be_looked_at() -> None:
    cells = CellQueue()
    cells.add("a")
    cells.add("b")
    assert cells.waiting == ("a", "b")
    assert len(cells) == 2
