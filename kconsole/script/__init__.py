"""Code from the command line or standard input: a kernel as a Unix filter."""
