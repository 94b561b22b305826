"""The README's table of what works with which kernel is what happens."""

import re
from pathlib import Path

import pytest
from features import ALL, EVERY_KERNEL
from matrix import NO, POINTS, column, table
from running_kernels import find_spec, missing

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
REAL = [name for name in EVERY_KERNEL if name != "fake"]


def written() -> dict[str, list[str]]:
    """The README's table: the kernel's name -> its cells."""
    lines = re.search(r"^\|  \|( \w+ \|)+\n(\|.*\n)+", README, re.M)
    assert lines is not None, "the README has no table of kernels"
    rows = [line.strip("| ").split(" | ") for line in lines[0].splitlines()]
    names = rows[0]
    return {name: [row[index + 1] for row in rows[2:]] for index, name in enumerate(names)}


def test_the_readme_has_every_kernel_and_point_and_no_fault() -> None:
    columns = written()
    assert list(columns) == [name for name in ALL if name != "fake"]
    assert table(columns) in README
    assert not any(NO in cells for cells in columns.values())


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("name", REAL)
def test_a_kernel_does_what_the_readme_says(name: str, tmp_path: Path) -> None:
    if find_spec(name) is None:
        missing(name)
    tried = dict(zip([point.title for point in POINTS], column(name, tmp_path), strict=True))
    said = dict(zip(tried, written()[name], strict=True))
    assert tried == said
