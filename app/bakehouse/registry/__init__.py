"""What registering and transitions do, in words and as acts on the store."""
