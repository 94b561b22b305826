"""A folder that is left, and swept later."""

from pathlib import Path

from kconsole.connect.leasedfolder import LeasedFolder, sweep


def test_what_is_left_stays_until_the_next_sweep(tmp_path: Path) -> None:
    left, held = (LeasedFolder(tmp_path, "a-", ".lock") for _ in range(2))
    (left.path / "file").touch()
    left.leave()
    left.leave()
    left.remove()
    assert (left.path / "file").exists()
    sweep(tmp_path, "b-", ".lock")
    sweep(tmp_path, "a-", ".other")
    assert set(tmp_path.iterdir()) == {left.path, held.path}
    sweep(tmp_path, "a-", ".lock")
    assert set(tmp_path.iterdir()) == {held.path}
    held.remove()


def test_a_root_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    sweep(tmp_path / "none", "a-", ".lock")
    assert not (tmp_path / "none").exists()
