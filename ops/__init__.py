"""What an operator runs by hand, on a deployed stack and on a local one alike."""
