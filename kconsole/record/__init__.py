"""What a session has run and shown: kept, and written to files of every kind."""
