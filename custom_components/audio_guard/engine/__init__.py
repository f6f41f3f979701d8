"""The listening engine: camera audio in, scores per class out. It knows nothing of Home Assistant."""
