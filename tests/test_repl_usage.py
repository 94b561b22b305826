"""What the toolbar says of the kernel's memory and processor time."""

import math
from typing import Any

import pytest

from kconsole.repl.usage import usage_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"kernel_memory": 39800832, "kernel_cpu": 0.0}, "40 MB 0 %"),
        ({"kernel_memory": 1234567890, "kernel_cpu": 99.6}, "1.2 GB 100 %"),
        ({"kernel_memory": 512}, "0.5 kB"),
        ({"kernel_memory": 5e15}, "5000 TB"),
        ({"kernel_cpu": 7}, "7 %"),
    ],
)
def test_it_is_short(content: dict[str, Any], text: str) -> None:
    assert usage_text(content) == text


@pytest.mark.parametrize("value", [None, "much", True, -1, math.nan, math.inf, 1e300, [1]])
def test_what_makes_no_sense_is_left_out(value: object) -> None:
    assert usage_text({"kernel_memory": value, "kernel_cpu": value}) == ""
