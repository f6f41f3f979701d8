"""The networks that a recipe can choose, how they are fitted and how they reach the runtimes."""
