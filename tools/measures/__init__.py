"""What is measured of a model or a data set, as tables and pictures."""
