"""Get it in: canonical tables, the engine door, stores, public data and a simulated store."""
