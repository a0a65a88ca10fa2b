"""What runs without a window and without Qt: `bakehouse info` and `bakehouse export`."""
