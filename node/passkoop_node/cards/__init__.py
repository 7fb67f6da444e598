"""Cards: issuing them, the lists that take them back, and how they look on paper."""
