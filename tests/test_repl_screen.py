"""The place above the prompt: what is drawn, and in how many frames."""

import asyncio
import io
import time
from collections.abc import Awaitable, Callable

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import Input, create_pipe_input
from prompt_toolkit.layout import FormattedTextControl, Layout, Window

from kconsole.repl.screen.output import FrameOutput
from kconsole.repl.screen.screen import FramedApplication, Screen

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"


class Paper(io.StringIO):
    """A stream that keeps each write that reached it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []
        self.delay = 0.0  # of a slow terminal, for each write, in seconds

    def write(self, text: str) -> int:
        time.sleep(self.delay)
        self.writes.append(text)
        return len(text)


class Stage:
    """A screen above a running application whose prompt is ``>``."""

    def __init__(self, keyboard: Input, rows: int, columns: int) -> None:
        self.paper = Paper()
        self.output = FrameOutput(
            self.paper, lambda: Size(rows=rows, columns=columns), term="xterm", enable_cpr=False
        )
        self.screen = Screen(self.output)
        self.app = FramedApplication(
            layout=Layout(Window(FormattedTextControl(">"), height=1)),
            input=keyboard,
            output=self.output,
        )
        self.screen.attach(self.app)

    @property
    def frames(self) -> list[str]:
        """What was drawn above the prompt: the writes that hold a whole frame."""
        return [text for text in self.paper.writes if text.startswith(BEGIN)]

    async def wait_for_frames(self, count: int) -> None:
        while len(self.frames) < count:
            await asyncio.sleep(0)


def on_stage(story: Callable[[Stage], Awaitable[None]], rows: int = 24, columns: int = 80) -> None:
    async def main(keyboard: Input) -> None:
        stage = Stage(keyboard, rows, columns)

        async def play() -> None:
            await asyncio.sleep(0)
            stage.paper.writes.clear()  # the first prompt
            try:
                await asyncio.wait_for(story(stage), 60)
            finally:
                stage.app.exit(result=0)

        playing: list[asyncio.Task[None]] = []
        await stage.app.run_async(
            pre_run=lambda: playing.append(asyncio.ensure_future(play())), handle_sigint=False
        )
        await playing[0]

    with create_pipe_input() as keyboard:
        asyncio.run(main(keyboard))


def test_a_frame_is_one_write_with_the_prompt_behind_the_lines() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.print("one\ntwo\n")
        await stage.wait_for_frames(1)
        (frame,) = stage.frames
        assert frame.endswith(END)
        assert "one\ntwo\n" in frame
        assert frame.index("two\n") < frame.index(">")

    on_stage(story)


def test_a_flood_is_drawn_in_few_frames_and_loses_nothing() -> None:
    async def story(stage: Stage) -> None:
        for number in range(1000):
            stage.screen.print(f"{number}\n")
        await stage.wait_for_frames(1)
        for number in range(1000, 2000):
            stage.screen.print(f"{number}\n")
        await stage.wait_for_frames(2)
        first, second = stage.frames
        assert "".join(f"{number}\n" for number in range(1000)) in first
        assert "".join(f"{number}\n" for number in range(1000, 2000)) in second

    on_stage(story)


def test_an_unfinished_line_is_not_written_but_shown_by_the_layout() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("50 %\r60 %")
        stage.screen.flush()
        assert stage.screen.live_lines() == ["60 %"]
        assert stage.frames == []

    on_stage(story)


def test_an_unfinished_line_that_is_ended_is_written() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("50 %\r60 %")
        stage.screen.settle()
        assert not stage.screen.live
        stage.screen.flush()
        assert "60 %\n" in stage.frames[0]
        assert "50 %" not in stage.frames[0]
        assert not stage.screen.live

    on_stage(story)


def test_what_has_settled_is_written_once() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("a\n")
        stage.screen.settle()
        stage.screen.flush()
        stage.screen.settle()
        stage.screen.flush()
        assert len(stage.frames) == 1


def test_of_long_output_the_last_half_screen_stays_where_it_can_change() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("".join(f"{number}\n" for number in range(100)))
        stage.screen.flush()
        (frame,) = stage.frames
        assert "95\n" in frame
        assert stage.screen.live_lines() == ["96", "97", "98", "99"]

    on_stage(story, rows=10)


def test_lines_that_wait_are_there_whenever_the_prompt_is_drawn() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("one\n")
        stage.screen.flush()
        stage.screen.settle()
        stage.app._redraw()  # a key, before the next frame is due
        assert "one\n" in stage.frames[-1]

    on_stage(story)


def test_cursor_up_reaches_no_further_than_the_region() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("".join(f"{number}\n" for number in range(8)))
        stage.screen.write("\x1b[99A\rX")  # in the same frame
        stage.screen.flush()
        assert stage.screen.live_lines() == ["X", "5", "6", "7"]

    on_stage(story, rows=10)


def test_our_own_lines_stand_above_what_can_still_change() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("50 %")
        stage.screen.print("a note\n")
        stage.screen.flush()
        assert "a note\n" in stage.frames[0]
        assert stage.screen.live_lines() == ["50 %"]

    on_stage(story)


def test_a_display_too_long_to_change_is_written_at_once() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("before")
        stage.screen.show("x" * (1 << 20) + "\n")
        stage.screen.flush()
        assert "before\n" + "x" * (1 << 20) in "".join(stage.paper.writes)

    on_stage(story)


def test_a_display_is_updated_and_cleared() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.show("one\n", "id")
        stage.screen.update("two\n", "id")
        assert stage.screen.live_lines() == ["two"]
        stage.screen.clear(wait=False)
        assert not stage.screen.live

    on_stage(story)


def test_of_a_huge_unfinished_line_the_layout_shows_its_end() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.write("a" * 5_000_000 + "end")
        (shown,) = stage.screen.live_lines()
        assert shown.endswith("end")
        assert len(shown) <= 20 * 10

    on_stage(story, rows=10, columns=20)


def test_a_full_frame_is_drawn_before_its_time() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.print("first\n")
        await stage.wait_for_frames(1)
        assert stage.screen.wanted
        stage.screen.write("a line\n" * 100_000)
        assert not stage.screen.wanted
        await asyncio.sleep(0)  # its timer is due already, so the loop's next round calls it
        await asyncio.sleep(0)
        assert len(stage.frames) == 2
        assert stage.screen.wanted

    on_stage(story)


def test_a_slow_terminal_is_given_less_at_a_time() -> None:
    async def room(stage: Stage) -> int:
        """How many characters make a frame full."""
        size = 0
        while stage.screen.wanted:
            stage.screen.write("0123456\n" * 1000)
            size += 8000
        return size

    async def story(stage: Stage) -> None:
        quick = await room(stage)
        await stage.wait_for_frames(1)
        stage.paper.delay = 0.15
        await room(stage)
        await stage.wait_for_frames(2)
        slow = await room(stage)
        assert slow < quick
        stage.paper.delay = 0
        frames = 3
        await stage.wait_for_frames(frames)
        # On a busy machine a frame may take long all the same; not for ever.
        while await room(stage) <= slow:
            frames += 1
            await stage.wait_for_frames(frames)

    on_stage(story)


def test_a_huge_text_is_written_in_parts_and_whole() -> None:
    async def story(stage: Stage) -> None:
        text = "".join(f"{number}\n" for number in range(300_000))
        stage.screen.print(text)
        stage.screen.flush()
        assert len(stage.paper.writes) > 1
        assert text in "".join(stage.paper.writes)

    on_stage(story)


def test_what_is_written_before_the_application_runs_is_drawn_when_it_does() -> None:
    async def story(stage: Stage) -> None:
        # A second screen around the same application, for which that has not begun yet.
        early = Screen(stage.output)
        early.write("early\n")
        early.write("early too\n" * 100_000)
        early.flush()
        assert stage.frames == []
        assert early.wanted
        early.attach(stage.app)
        early.flush()
        assert "early\n" in stage.frames[0]

    on_stage(story)


def test_what_is_folded_is_counted_above_the_newest_lines_and_its_end_is_shown() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.folding.at_most = 5
        stage.screen.folding.begin("a", kept=True)
        stage.screen.write("".join(f"{number}\n" for number in range(100)))
        stage.screen.flush()
        assert "".join(f"{number}\n" for number in range(5)) in stage.frames[0]
        assert stage.screen.live_lines()[:2] == ["… 84 more lines; \\last shows them", "90"]
        stage.screen.write("100\n")
        stage.screen.flush()
        assert stage.screen.live_lines()[:2] == ["… 85 more lines; \\last shows them", "91"]
        assert len(stage.frames) == 1
        stage.screen.settle()
        stage.screen.flush()
        frame = stage.frames[-1]
        told = "… 84 lines not shown; \\last shows all\n"
        assert told + "".join(f"{number}\n" for number in range(89, 101)) in frame

    on_stage(story)


def test_another_cell_has_its_own_lines_and_one_that_is_not_kept_all() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.folding.at_most = 5
        for msg_id, kept in (("a", True), ("b", True), ("c", False)):
            stage.screen.folding.begin(msg_id, kept=kept)
            stage.screen.show("".join(f"{msg_id}{number}\n" for number in range(100)))
            stage.screen.settle()
        stage.screen.flush()
        (frame,) = stage.frames
        assert "a4\n… 83 lines not shown; \\last shows all\na88\n" in frame
        assert "b4\n… 83 lines not shown; \\last shows all\nb88\n" in frame
        assert "c4\nc5\n" in frame

    on_stage(story)


def test_what_is_cleared_is_not_counted_any_more() -> None:
    async def story(stage: Stage) -> None:
        stage.screen.folding.at_most = 5
        stage.screen.folding.begin("a", kept=True)
        stage.screen.write("x\n" * 100)
        stage.screen.flush()
        stage.screen.clear(wait=True)
        assert stage.screen.folding.line
        stage.screen.write("y\n")
        assert stage.screen.live_lines() == ["y"]

    on_stage(story)
