"""A co-op's node: its register of members, its cards, and the co-ops it knows."""
