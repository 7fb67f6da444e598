"""The pages of the house itself: its doors, entering, accounts, tills."""
