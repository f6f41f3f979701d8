"""Sounds as a camera hears them, and sounds that few recordings hold."""
