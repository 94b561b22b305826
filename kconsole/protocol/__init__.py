"""The Jupyter protocol without any I/O: messages, signing, typed events and replies, the cell.

Nothing here opens a socket, starts a thread or waits; times are passed in. So every rule of the
protocol that needs thought can be tested with plain values, and the console and the script
mode share it.

==============  ===================================================================
message         the plain dict that travels through kconsole
session         ids, signing, verifying, the memory against replay
wire            frames and JSON
dates, fields   lenient reading of single values
adapt           protocol 4 in the form of protocol 5
requests        contents of requests
replies         contents of replies, parsed
events          contents of what comes on iopub and stdin, parsed
cell            when one execute_request has ended
activity        whom the kernel is busy for
restart         when a kernel has been restarted by others
wishes          what a kernel asks of its front-end in a reply
farewell        the words by which one leaves
liveness        the heartbeat's arithmetic
completeness    a local guess for when is_complete cannot be asked
==============  ===================================================================
"""
