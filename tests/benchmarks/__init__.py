"""How fast is kconsole, beside its peer and beside what is possible? Run by hand; nothing here is a test.

::

    python -m tests.benchmarks                      everything: about ten minutes
    python -m tests.benchmarks --quick              everything once, floods a tenth of the size
    python -m tests.benchmarks startup flood        only these
    python -m tests.benchmarks --peer-python ~/peer/bin/python --runs 9 echo

Needs Linux (/proc) and what kconsole needs; ipykernel in this interpreter for the rows that say so; and
jupyter_console in this interpreter or in that of ``--peer-python``, or its column says "not installed".

Each program runs on a pseudo-terminal of 24 x 80 whose driver reads as fast as it can and answers
requests for the cursor's position, attached to a fresh *flood kernel* for each run: a process that signs
its messages before it sends the first, so that the console is the bottleneck. Four programs take turns, run
by run, so that what disturbs the machine disturbs them all:

kconsole
    of this working tree.
jupyter
    jupyter_console; for the piped rows ``jupyter run``, which is what it has for that.
floor
    a bare pyzmq + json + hmac loop on a raw terminal: no editing, no colours, no is_complete question.
ptk
    the same loop with a PromptSession of prompt_toolkit, pygments and click.

The floors are simple programs, not proven minima. Values are medians over runs (least-most); **only
ratios within one run of the command mean anything**, and a ratio within a quarter of 1 means nothing at
the default number of runs. Each row's targets stand beside it, as factors of another program's value
or as plain limits; those marked "least" compare the fastest runs.

Rows, by the name of their scenario:

startup
    From fork to the echo of a key that was typed when the prompt was painted; the CPU time until then.
startup_history
    The same with a kernel whose history_reply holds 100,000 entries, however many were asked for.
version
    ``--version``; for the floor, ``python -c pass``.
piped, piped_real
    ``print(1)`` on stdin, output to a pipe, from fork to exit; the kernel runs already.
piped_started
    The same with an ipykernel that is started for it and ended; most of that is the kernel's own time.
pipe_flood, pipe_print
    50 MB through a pipe, as fast as it can be read, from fork to exit, and the most memory: in messages of
    8 kB from the flood kernel; printed by an ipykernel in lines of 100 bytes.
cells
    A notebook of 1,000 short cells in an ipykernel, from fork to exit, for each cell: its code alone
    (``-f``), and with a notebook that is written (``--output``). The floor is the kernel's own time.
execute
    Enter to the result, and Enter to the next prompt, of 50 cells one after the other. kconsole's prompt
    never goes away, so for it the second is the moment when its toolbar says that the cell is done.
flood, flood_wide
    From the moment when the kernel begins to send to the next prompt; lines that are missing in the
    output; peak memory less memory before.
updates
    10,000 updates of one display, like ``flood``; 1 if the last of them was drawn. The peer and the floors
    do not know of updates: all that they do is to read them.
shows
    10,000 displays, 10,000 lines each of which clears the one before, 10,000 lines in colours, like
    ``flood``.
flood_keys
    A key every 0.1 s during ``flood``: from the key to its sight at the prompt. Only kconsole has a prompt
    then.
big_result, long_line
    One result of 50 MB, one line of 5 MB, like ``flood``.
echo, echo_foreign
    From a key to its echo, at rest, and while another client's cell prints 10,000 lines a second (which the
    others do not read meanwhile, and pay for at the next Enter: ``backlog``).
backlog
    Enter to result after 20,000 messages for another client have come while at rest.
interrupt, interrupt_flood
    Ctrl-C to the arrival of an interrupt_request at the kernel; "never" if none comes within 2 s.
completion
    TAB to the first match on the screen.
paste
    A bracketed paste of 5,000 lines: until its end is shown; then the echo of single keys.
idle
    CPU, voluntary context switches and resident memory of 20 s at rest.
"""
