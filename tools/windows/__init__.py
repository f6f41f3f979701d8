"""From clips to the windows that a network sees, kept on disk and drawn for training."""
