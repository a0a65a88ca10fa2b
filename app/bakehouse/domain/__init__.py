"""What the application talks about: frozen values, states and errors; standard library only."""
