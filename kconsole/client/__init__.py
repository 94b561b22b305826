"""The client: five channels, one I/O thread, and the methods that ask a kernel for things.

The layers inside, from the wire upwards::

    transport.py      the seam: what a link to a kernel can do, whatever carries it
    openchannel.py    one of them while it is open
    carrier.py        who carries the connections to another computer, as the client sees it
    sockets.py        the five ZeroMQ sockets: their kinds and options
    zmq_transport.py  the one thread that owns them
    tasks.py          what that thread is to do, for others or at a time
    monitor.py        what ZeroMQ's socket monitors say, in words
    pending.py        which requests have no answer yet
    resumption.py     what becomes of them, and of us, when a link was lost and is back
    router.py         who gets an arriving message: by its parent's msg_id
    channels.py       the channel objects of the seed API, queues in front of the router
    channelset.py     the five of them: made, started and stopped together
    base.py           what comes through them, and whether the kernel lives
    client.py         KernelClient: what a kernel can be asked
    readiness.py      proof that a kernel answers and that its output reaches us
    linereader.py     one line of standard input, waited for beside the kernel
    terminal.py       questions of a kernel, asked at the terminal
    interrupts.py     signals held back for a few lines
    leaving.py        what becomes of the kernel when a cell says "leave"
    execution.py      one cell under way, for a caller that blocks
    outcome.py        whether code ran whose reply was lost
    questions.py      what a kernel is asked to see how it is
    survey.py         how all kernels are, asked at the same time
    kernel.py         a kernel as a program uses it: attached to, or started (starting.py)
"""

import logging

# A library says nothing unless its user asks: without this, logging's last resort is the terminal.
logging.getLogger("kconsole").addHandler(logging.NullHandler())
