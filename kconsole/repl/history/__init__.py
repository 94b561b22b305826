"""The inputs of this session and of those before it: kept, listed, suggested."""
