"""What stands on the screen: the output above, the input and the toolbar below."""
