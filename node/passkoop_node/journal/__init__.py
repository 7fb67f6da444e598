"""The log in words: who did what, and when."""
