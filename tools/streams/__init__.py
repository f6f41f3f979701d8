"""Hours of sound with known events in them, to measure what the engine's decider makes of a model."""
