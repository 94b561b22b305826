"""Keys are held back while it is being decided what Enter means."""

import asyncio
from collections.abc import Callable

from prompt_toolkit.application import Application
from prompt_toolkit.input import DummyInput
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput

from kconsole.repl.input.gate import KeyGate

CTRL_C = KeyPress(Keys.ControlC)


def keys(text: str) -> list[KeyPress]:
    return [KeyPress(character) for character in text]


class Keyboard:
    """An application that notes every key that takes effect, and closes the gate at ``!``."""

    def __init__(self) -> None:
        self.gate = KeyGate()
        self.text = ""
        bindings = KeyBindings()
        bindings.add("!")(lambda event: self.gate.close(self.app))
        bindings.add("<any>")(self._note)
        self.app: Application[int] = Application(
            key_bindings=bindings, input=DummyInput(), output=DummyOutput()
        )

    def _note(self, event: KeyPressEvent) -> None:
        self.text += event.data

    def press(self, text: str) -> None:
        """What an application does with keys that it has read."""
        self.app.key_processor.feed_multiple(self.gate.filter(keys(text)))
        self.app.key_processor.process_keys()

    def open(self) -> None:
        self.gate.open(self.app)


def with_keyboard(story: Callable[[Keyboard], None]) -> None:
    """prompt_toolkit starts a timer with each key, and needs a loop for it."""

    async def main() -> None:
        story(Keyboard())

    asyncio.run(main())


def test_an_open_gate_lets_everything_pass() -> None:
    assert KeyGate().filter(keys("ab")) == keys("ab")


def test_a_closed_gate_lets_only_ctrl_c_pass() -> None:
    def story(keyboard: Keyboard) -> None:
        keyboard.press("!")
        assert keyboard.gate.filter([*keys("a"), CTRL_C, *keys("b")]) == [CTRL_C]

    with_keyboard(story)


def test_keys_read_together_with_the_one_that_closed_it_are_kept() -> None:
    def story(keyboard: Keyboard) -> None:
        keyboard.press("1!2")
        assert keyboard.text == "1"

    with_keyboard(story)


def test_kept_keys_take_effect_in_order_when_it_opens() -> None:
    def story(keyboard: Keyboard) -> None:
        keyboard.press("1!2")
        keyboard.press("3")
        keyboard.open()
        assert keyboard.text == "123"
        keyboard.press("4")
        assert keyboard.text == "1234"

    with_keyboard(story)


def test_a_kept_key_may_close_it_again() -> None:
    def story(keyboard: Keyboard) -> None:
        keyboard.press("1!2!3")
        keyboard.open()
        assert keyboard.text == "12"
        keyboard.press("4")
        keyboard.open()
        assert keyboard.text == "1234"

    with_keyboard(story)


ENTER = KeyPress(Keys.ControlM)


def test_keys_for_what_is_gone_are_dropped_up_to_an_enter() -> None:
    gate, dropped = KeyGate(), []
    gate.on_drop = lambda: dropped.append(True)
    gate.drop()
    assert gate.filter(keys("ab")) == []
    assert gate.filter([*keys("c"), ENTER, *keys("d")]) == keys("d")
    assert gate.filter(keys("e")) == keys("e")
    assert len(dropped) == 2


def test_ctrl_c_passes_and_ends_that() -> None:
    gate = KeyGate()
    gate.drop()
    assert gate.filter([*keys("a"), CTRL_C, *keys("b")]) == [CTRL_C, *keys("b")]
    assert gate.filter(keys("c")) == keys("c")
