"""From events to terminal text: sanitiser, MIME table, tracebacks, highlighting."""
