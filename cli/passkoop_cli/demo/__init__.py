"""`passkoop demo`: invented co-ops, to see it all work before anything is installed."""
