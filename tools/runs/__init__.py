"""Recipes, run folders, cards and other files that a verb reads or leaves behind."""
