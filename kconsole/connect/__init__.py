"""Ways to reach a kernel: connection files, kernelspecs, starting a process.

Import what you need from the modules; this package imports none of them, so that attaching by a
connection file does not pay for the parts that start processes.
"""
