"""The parts of the scripted kernel; ``fake_kernel.py`` beside this folder is its front door.

========== =========================================================================
behaviour  what one kernel does differently from the others: one value per deviation
wire       framing and signing, written a second time so that a shared bug shows
sockets    the five zmq sockets and the one thread that owns them
kernel     the kernel: its state, what a test can ask it and make it do
worker     the threads in which it answers
answers    the replies to everything but ``execute_request``
cell       one ``execute_request`` from busy to idle
python     the small part of Python that a cell may hold
commands   the ``%fake`` commands: how a cell makes the kernel misbehave
faults     broken messages, each with a name
========== =========================================================================

Nothing here imports kconsole: this is the second opinion on the protocol.
"""
