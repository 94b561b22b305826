"""The console a line at a time: for terminals that nothing may move the cursor on."""
