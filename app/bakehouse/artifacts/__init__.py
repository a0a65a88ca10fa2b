"""Where artifact addresses lead, what lies there, what of it can be shown, and copies of it."""
