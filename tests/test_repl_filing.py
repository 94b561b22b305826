r"""The session as files: what ``\save`` and ``\log`` write, and what they say."""

import asyncio
import json
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from fake_kernel import write_kernelspec

from kconsole.client.title import kernelspec_title
from kconsole.connect.info import ConnectionInfo
from kconsole.protocol.events import (
    DisplayData,
    ErrorOutput,
    ExecuteResult,
    Parent,
    Status,
    Stream,
)
from kconsole.protocol.replies import KernelInfo, LanguageInfo
from kconsole.render.output import RenderOptions
from kconsole.repl.filing import Filing

INFO = KernelInfo(language_info=LanguageInfo(name="python", file_extension=".py"))


class Notes:
    """Keeps what is said, and lets it be waited for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._news = asyncio.Event()

    def note(self, text: str, role: str = "note") -> None:
        self.said.append(f"{role}: {text}")
        self._news.set()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.said) < count:
                self._news.clear()
                await self._news.wait()


Story = Callable[[Filing, Notes], Coroutine[Any, Any, None]]


def tell(story: Story) -> list[str]:
    """Run a story; returns what was said in it."""

    async def main() -> list[str]:
        notes = Notes()
        filing = Filing(asyncio.get_running_loop(), notes, lambda: INFO, "python3")
        try:
            await story(filing, notes)
        finally:
            filing.close()
        return notes.said

    return asyncio.run(main())


def run(filing: Filing, name: str, output: str) -> None:
    """A cell of one line of output."""
    parent = Parent(name)
    filing.began(name, f"print({output!r})")
    filing.event(Status("busy", parent))
    filing.event(Stream("stdout", f"{output}\n", parent))
    filing.ended(name, 7)


def test_a_session_is_saved(tmp_path: Path) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        run(filing, "a", "hello")
        filing.save(str(tmp_path / "one.ipynb"))
        await notes.wait_for(1)

    assert tell(story) == [f"note: saved to {tmp_path}/one.ipynb"]
    notebook = json.loads((tmp_path / "one.ipynb").read_text())
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["metadata"]["language_info"]["name"] == "python"
    (cell,) = notebook["cells"]
    assert cell["execution_count"] == 7
    assert cell["outputs"][0]["text"] == ["hello\n"]


def test_large_outputs_are_handed_over_before_they_are_many() -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        parent = Parent("a")
        filing.began("a", "many()")
        large = "x" * 100_000
        for event in (
            Stream("stdout", large, parent),
            DisplayData({"text/plain": large}, {}, None, parent),
            ErrorOutput("E", "e", (large,), parent),
        ):
            for _ in range(100):
                filing.event(event)
                assert len(filing._batch) <= 3

    assert tell(story) == []


class Attached:
    """A kernel that somebody else has started."""

    process = None

    def __init__(self, name: str) -> None:
        self.client = self
        self.info = ConnectionInfo(kernel_name=name)


@pytest.mark.parametrize(("name", "title"), [("fake", "Fake"), ("other", ""), ("", "")])
def test_the_kernelspec_of_a_kernel_that_was_attached_to_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, title: str
) -> None:
    write_kernelspec(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert kernelspec_title(Attached(name)) == title  # type: ignore[arg-type]


def test_what_has_been_said_is_in_the_file_and_nothing_later(tmp_path: Path) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        filing.began("a", "many()")
        for number in range(3000):
            filing.event(Stream("stdout", f"{number}\n", Parent("a")))
        filing.save(str(tmp_path / "one.txt"))
        filing.event(Stream("stdout", "later\n", Parent("a")))
        await notes.wait_for(1)

    tell(story)
    lines = (tmp_path / "one.txt").read_text().split()
    assert lines[-1] == "2999"
    assert len(lines) == 3000 + len(["In", "[", "]:", "many()"])


def test_a_file_that_exists_is_overwritten_when_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("precious")

    async def story(filing: Filing, notes: Notes) -> None:
        run(filing, "a", "hello")
        filing.save(str(path))
        await notes.wait_for(1)
        assert path.read_text() == "precious"
        filing.save(str(path))
        await notes.wait_for(2)

    first, second = tell(story)
    assert (
        first == f"warning: {path}: there is such a file; the same \\save once more overwrites it"
    )
    assert second == f"note: saved to {path}"
    assert path.read_text() == "# %%\nprint('hello')\n\n"


def test_what_was_saved_here_is_saved_again_without_a_word(tmp_path: Path) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        for count in (1, 2):
            run(filing, str(count), "hello")
            filing.save(str(tmp_path / "one.py"))
            await notes.wait_for(count)

    assert tell(story) == [f"note: saved to {tmp_path}/one.py"] * 2
    assert (tmp_path / "one.py").read_text().count("%%") == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no/such/one.py", "cannot be written: No such file or directory"),
        ("one.doc", "no kind of file ends in '.doc'; there are .ipynb, .md, .txt, .jsonl and .py"),
        ("one", "the file's name has no suffix"),
        ("one\0.py", "cannot be written: embedded null"),
    ],
)
def test_what_cannot_be_saved_is_told_in_a_line(tmp_path: Path, name: str, reason: str) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        filing.save(str(tmp_path / name))
        filing.log(str(tmp_path / name))
        await notes.wait_for(2)

    for said in tell(story):
        assert said.startswith("error: ")
        assert reason in said
        assert "\n" not in said


def test_a_log_goes_on_with_each_cell(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"

    async def story(filing: Filing, notes: Notes) -> None:
        run(filing, "a", "before")
        filing.log(str(path))
        await notes.wait_for(1)
        assert path.read_text() == "In [7]: print('before')\nbefore\n\n"
        filing.began("b", "print('late')")
        filing.ended("b", 8)
        filing.event(Stream("stdout", "late\n", Parent("b")))  # as deno's results, after the end
        run(filing, "c", "at the end")

    assert tell(story) == [f"note: logging to {path}"]
    assert path.read_text() == (
        "In [7]: print('before')\nbefore\n\n"
        "In [8]: print('late')\nlate\n\n"
        "In [7]: print('at the end')\nat the end\n\n"
    )


@pytest.mark.parametrize("suffix", [".ipynb", ".md", ".txt", ".jsonl"])
def test_what_a_cell_shows_is_in_the_log_while_it_runs(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"log{suffix}"

    async def story(filing: Filing, notes: Notes) -> None:
        filing.log(str(path))
        await notes.wait_for(1)
        filing.began("a", "slow()")
        for step in ("first", "second"):  # behind which nothing comes
            filing.event(Stream("stdout", f"{step} step\n", Parent("a")))
            async with asyncio.timeout(60):
                while f"{step} step" not in path.read_text():
                    await asyncio.sleep(0.01)
        run(filing, "b", "another's")

    tell(story)
    assert path.read_text().count("first step") == 1


def test_a_log_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "log.py"

    async def story(filing: Filing, notes: Notes) -> None:
        filing.log()
        filing.log(str(path))
        await notes.wait_for(2)
        run(filing, "a", "in")
        filing.log()
        run(filing, "b", "out")

    assert tell(story) == [
        r"note: nothing is being logged; \log FILE begins",
        f"note: logging to {path}",
        f"note: no longer logging to {path}",
    ]
    assert path.read_text() == "# %%\nprint('in')\n\n"


def test_a_log_that_cannot_be_written_any_more_is_told_of_once(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    async def story(filing: Filing, notes: Notes) -> None:
        filing.log(str(folder / "log.ipynb"))
        await notes.wait_for(1)
        shutil.rmtree(folder)
        for name in ("a", "b"):
            run(filing, name, "x")
            await notes.wait_for(2)

    said = tell(story)
    assert len(said) == 2
    assert said[1].startswith(f"error: no longer logging: {folder}/log.ipynb: cannot be written")


def test_results_and_answers_are_in_it(tmp_path: Path) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        filing.began("a", "input('name? ')")
        filing.answered("a", "name? Ada")
        result = ExecuteResult({"text/plain": "'Ada'"}, {}, None, 3, Parent("a"))
        filing.event(result)
        filing.save(str(tmp_path / "one.txt"))
        await notes.wait_for(1)

    tell(story)
    assert (tmp_path / "one.txt").read_text() == (
        "In [3]: input('name? ')\nname? Ada\nOut[3]: 'Ada'\n\n"
    )


def test_a_log_goes_on_behind_what_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("precious")

    async def story(filing: Filing, notes: Notes) -> None:
        filing.log(str(path))
        await notes.wait_for(1)
        run(filing, "a", "hello")

    assert tell(story) == [f"note: logging to {path}"]
    assert path.read_text() == "precious\nIn [7]: print('hello')\nhello\n\n"


def test_another_file_by_the_same_name_is_asked_about_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"

    async def story(filing: Filing, notes: Notes) -> None:
        for count, text in enumerate(["precious", "", "precious too", "", ""], 1):
            if text:
                path.unlink(missing_ok=True)
                path.write_text(text)
            filing.save(str(path))
            await notes.wait_for(count)

    kinds = [each.partition(":")[0] for each in tell(story)]
    assert kinds == ["warning", "note", "warning", "note", "note"]


def test_a_log_is_taken_up_again_by_any_of_its_names(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    link = tmp_path / "link.txt"
    link.symlink_to(path)

    async def story(filing: Filing, notes: Notes) -> None:
        filing.log(str(path))
        await notes.wait_for(1)
        run(filing, "a", "hello")
        filing.log()
        filing.log(str(link))
        await notes.wait_for(3)

    assert [each.partition(":")[0] for each in tell(story)] == ["note"] * 3
    assert path.read_text() == "In [7]: print('hello')\nhello\n\n"


def test_the_last_output_is_that_of_the_last_cell_that_has_any(tmp_path: Path) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        run(filing, "a", "\x1b[31mhello\x1b[0m \u202e")
        filing.began("b", "x = 1")
        filing.ended("b", 8)
        assert filing.knows("a") and not filing.knows("c")
        shown: asyncio.Queue[str] = asyncio.Queue()
        filing.last(shown.put_nowait, RenderOptions())
        filing.last(shown.put_nowait, RenderOptions(color=False))
        async with asyncio.timeout(60):
            assert await shown.get() == "\x1b[31mhello\x1b[0m \u202e\n"
            assert await shown.get() == "hello \u202e\n"

    assert tell(story) == []


def test_before_any_output_there_is_no_last_one(tmp_path: Path) -> None:
    async def story(filing: Filing, notes: Notes) -> None:
        shown: asyncio.Queue[str] = asyncio.Queue()
        filing.last(shown.put_nowait, RenderOptions())
        async with asyncio.timeout(60):
            assert await shown.get() == ""

    assert tell(story) == []
