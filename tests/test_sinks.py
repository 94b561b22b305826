"""Every place that writes to a terminal, and why what it writes is safe.

Read off the syntax trees: whatever prints, writes or hands text to prompt_toolkit is on the list below,
with the reason. A new one fails the test until somebody has looked at it; so does one that has gone.
"""

import ast
import re
from functools import cache

from test_house import MODULES, name_of, tree_of

#: Names that are called to write, alone or as a method.
_CALLS = {
    *("print", "echo", "secho", "input", "getpass", "print_formatted_text"),
    *("write", "writelines", "write_raw", "writev", "pwrite", "sendall"),
    *("ANSI", "HTML", "FormattedText", "to_formatted_text", "run_in_terminal"),
    *("set_title", "set_data", "copy_data", "ask_for_cpr", "bell"),
}

#: Where it is written, and why that is safe.
REVIEWED: dict[str, str] = {
    "to a terminal, what has been made safe right here": """
        cli/progress:Progress.clear cli/progress:Progress.show cli/saying:complain cli/verbs:_confirm
        client/terminal:ask repl/plain/console:PlainConsole._obey repl/plain/console:PlainConsole.note
        repl/screen/scribe:Scribe.answer repl/screen/scribe:Scribe.note repl/screen/scribe:Scribe.question
    """,
    "to a terminal, lines that cli made, by one_line, a table's cells, JSON, or help_text": """
        cli/options/__init__:_print_config cli/saying:say
    """,
    "to a terminal, a kernel's or ssh's words: lastwords and trouble clean them where they are read": """
        cli/saying:quote connect/ssh/supervisor:_show
    """,
    "a line of JSON, in ASCII": """
        cli/reporting:Report.__enter__ cli/reporting:Report.kernel cli/reporting:Report.summarise
        cli/voices:JsonVoice.begin script/jsonsink:JsonSink._write script/jsonwatcher:JsonWatcher.say
        script/jsonwatcher:JsonWatcher.take
    """,
    "what Renderer gives, which ends in sanitise, or highlight, which begins with make_visible": """
        repl/plain/commands:PlainCommands._last repl/plain/commands:PlainCommands._tb
        repl/plain/console:PlainConsole._run repl/plain/console:PlainConsole._run_cell
        repl/plain/console:PlainConsole._show_earlier repl/plain/console:PlainConsole._step
        repl/plain/console:PlainConsole._write_events repl/screen/scribe:Scribe._stream
        repl/screen/scribe:Scribe.earlier repl/screen/scribe:Scribe.echo repl/screen/scribe:Scribe.end_cell
        repl/screen/scribe:Scribe.foreign_input script/watcher:Watcher._write
    """,
    "what greeting, listing or table made, which sanitise": """
        repl/plain/commands:PlainCommands._hist repl/plain/console:PlainConsole._greet
        repl/screen/scribe:Scribe.banner repl/screen/scribe:Scribe.greet
        repl/screen/scribe:Scribe.label repl/screen/scribe:Scribe.lines
    """,
    "words of our own alone": """
        repl/kernel/reconnecting:Reconnecting._log_in repl/notifying:Notifier.rest
        repl/plain/commands:PlainCommands._help repl/plain/console:PlainConsole._end_echo
        repl/screen/output:FrameOutput.erase_down repl/screen/output:FrameOutput.frame
        repl/screen/scribe:Scribe.blank repl/screen/scribe:Scribe.end_mark repl/terminal/editor:Editor._run
        repl/terminal/interview:Interview._ask
    """,
    "the end of a way, to which only what is on this list leads": """
        repl/plain/console:PlainConsole.write repl/screen/fragments:_name
        repl/screen/output:FrameOutput.write repl/screen/screen:Screen._write
        repl/screen/screen:Screen.above repl/screen/screen:Screen.write
        script/answers:Answers._open_terminal.show script/cellprogress:CellProgress._write
        script/streams:Mouth._write script/streams:Mouth.data script/streams:Mouth.text
        script/streams:SteadyMouth._put.write
    """,
    "calls one of those above with a text that was typed, or a prompt": """
        repl/commander:Commander._echo repl/input/editing:Editing._blank repl/input/editing:Editing._clear
        repl/leaving:Leaving.by_word
        repl/work:Work._run_next
    """,
    "prompt_toolkit's texts: menus get one_line; a clipboard of this process alone": """
        repl/completion/completer: repl/screen/view:_DiscreetClipboard.set_data
    """,
    "a message to the kernel": """
        client/client:KernelClient._answer_at_terminal client/linereader:answer_with_line.answer
        repl/input/editing:Editing._reply repl/input/editing:Editing.answer_blindly
    """,
    "a file, a pipe, a socket, or memory": """
        client/linereader:LineReader.call_off connect/guard:_write connect/kernellog:KernelLog._replace
        connect/regularfile:replace_file connect/ssh/shell:RemoteShell._write
        connect/ssh/supervisor:Supervisor.poke record/cell:RecordedCell._print
        record/cell:RecordedCell._remove record/growing:_write_at record/ledger:Ledger.log
        record/ledger:Ledger.record record/ledger:Ledger.write_log record/listing:screen_output
        record/logfile:_EventLog.__init__ record/printed:Printed._emulate record/printed:Printed._keep
        record/spill:Spill._write render/cabinet:Cabinet._file render/grid:Grid.write render/grid:_row
        render/lines:TailLine._write render/lines:TailLine.row render/lines:without_tabs
        render/live:LiveRegion.write render/liveblocks:LiveText.write repl/history/file:_write
        script/notebooksink:NotebookSink.__init__ script/pacedfile:PacedFile._write script/watch:_Mail._ring
    """,
}
SINKS = [name for names in REVIEWED.values() for name in names.split()]


#: Modules that may hold sequences of our own, with what these do.
ESCAPES = {
    "render/filelink": "a link to a file of ours, in which all but letters is quoted",
    "render/image/iterm": "an image, in base64",
    "render/image/kitty": "an image, in base64",
    "render/image/sixel": "an image, drawn by us",
    "render/image/tmux": "around one of these",
    "repl/screen/exhibits": "takes images away",
    "repl/screen/marks": "where inputs and outputs begin",
    "repl/notifying": "a notification, of a number and a time",
    "repl/screen/output": "frames",
    "repl/terminal/facts": "questions",
}

_ESCAPE = re.compile(r"\x1b[\]P_^X]|\x1b\[\?")


@cache
def _found() -> tuple[set[str], set[str]]:
    """Every call that writes, by the module and function that it stands in; the modules with sequences."""
    calls, escapes = set(), set()
    for path in MODULES:
        inside: list[tuple[ast.AST, tuple[str, ...]]] = [(tree_of(path), ())]
        while inside:
            node, names = inside.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names = (*names, node.name)
            elif isinstance(node, ast.Call):
                called = node.func
                name = getattr(called, "attr", None) or getattr(called, "id", None)
                if name in _CALLS:
                    calls.add(f"{name_of(path)}:{'.'.join(names)}")
            elif isinstance(node, ast.Constant):
                if isinstance(node.value, str) and _ESCAPE.search(node.value):
                    escapes.add(name_of(path))
                continue
            inside += [(child, names) for child in ast.iter_child_nodes(node)]
    return calls, escapes


def test_every_place_that_writes_has_been_looked_at() -> None:
    calls, _ = _found()
    assert sorted(calls - {*SINKS}) == [], "look at these, and say here why they are safe"
    assert sorted({*SINKS} - calls) == [], "these have gone"
    assert len(SINKS) == len({*SINKS})


def test_sequences_of_our_own_stand_in_few_modules() -> None:
    _, escapes = _found()
    assert escapes == ESCAPES.keys(), "say here what they do"
