"""Show people the clips that a network disagrees with, and write down what they decide."""
