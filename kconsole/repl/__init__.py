"""The interactive console: the only part that knows prompt_toolkit and asyncio."""
