"""The texts that the view shows around the input: the prompts and the toolbar."""

import time

from prompt_toolkit.formatted_text import StyleAndTextTuples

from kconsole.client.client import KernelClient
from kconsole.repl.prompts import continuation, input_prompt
from kconsole.repl.state import State
from kconsole.repl.toolbar import Facts, toolbar

__all__ = ["Face"]


class Face:
    """Reads the state, changes nothing.

    :param state: what to show.
    :param client: where the kernel is, and how it is.
    """

    def __init__(self, state: State, client: KernelClient) -> None:
        self._state = state
        self._client = client

    @property
    def asking(self) -> bool:
        """Whether the keyboard belongs to a question of the kernel."""
        return self._state.question is not None

    @property
    def password(self) -> bool:
        """Whether what is typed must not be shown."""
        question = self._state.question
        return question is not None and question.password

    @property
    def file_extension(self) -> str:
        """Of a file with code in the kernel's language."""
        extension = self._state.info.language_info.file_extension
        return extension if extension.startswith(".") and extension[1:].isalnum() else ".txt"

    def prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the input's first line, or of the others."""
        text = input_prompt(self._state.prompt_number)
        return [("class:prompt", text if first else continuation(text))]

    def question_prompt(self, first: bool) -> StyleAndTextTuples:
        """The prompt of the kernel's question."""
        question = self._state.question
        return [("class:question", question.prompt if first and question is not None else "")]

    def toolbar(self, columns: int) -> StyleAndTextTuples:
        """The line at the bottom, for a screen of that width."""
        state = self._state
        running = state.cells.running
        language = state.info.language_info
        facts = Facts(
            kernel=self._client.info.kernel_name or state.info.implementation or "kernel",
            language=f"{language.name} {language.version}".strip(),
            info=self._client.info,
            health=self._client.health,
            busy_since=running.cell.started if running else None,
            cell=running.cell.execution_count if running else None,
            queued=len(state.cells),
            working=state.working,
            asking=state.question is not None,
            notice=state.notice,
        )
        return list(toolbar(facts, time.monotonic(), columns))
