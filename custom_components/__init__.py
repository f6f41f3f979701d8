"""Home Assistant's folder for integrations that are not its own."""
