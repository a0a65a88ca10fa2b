"""What belongs to the person and not to a store: stars, saved views; files in the person's data folder."""
