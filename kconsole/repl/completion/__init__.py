"""What can stand at the cursor, and what is known of what stands there."""
