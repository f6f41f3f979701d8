"""What recordings there are, whether they can be learned from, and in which split each belongs."""
